//! What an entry of the price list is.

use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::db::schema::price_items;
use crate::departments::model::DepartmentId;

/// The id of an entry of the price list.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct PriceItemId(pub i64);

impl From<PriceItemId> for i64 {
    fn from(id: PriceItemId) -> Self {
        id.0
    }
}

/// An entry of the price list as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = price_items)]
pub struct PriceItem {
    pub id: PriceItemId,
    pub name: String,
    /// Whose revenue it is, unless a charge says otherwise.
    pub department_id: Option<DepartmentId>,
    /// Minor units of the hospital's currency.
    pub price: i64,
    /// Whether it is offered, and charged for tests of its name.
    pub is_active: bool,
    pub version: i32,
}

/// An entry in the list.
#[derive(Clone, Debug)]
pub struct PriceRow {
    pub item: PriceItem,
    /// The department's name; empty for none.
    pub department: String,
}
