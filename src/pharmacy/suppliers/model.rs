//! What a supplier is.

use chrono::NaiveDate;
use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::db::schema::suppliers;

/// The id of a supplier.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct SupplierId(pub i64);

impl From<SupplierId> for i64 {
    fn from(id: SupplierId) -> Self {
        id.0
    }
}

/// A supplier as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = suppliers)]
pub struct Supplier {
    pub id: SupplierId,
    pub name: String,
    pub phone: String,
    pub email: String,
    pub address: String,
    pub note: String,
    /// Whether it is offered when somebody receives a delivery.
    pub is_active: bool,
    pub version: i32,
}

/// A supplier in a list.
#[derive(Clone, Debug)]
pub struct SupplierRow {
    pub supplier: Supplier,
    /// How many deliveries came from it.
    pub receipts: i64,
    /// The day of the latest.
    pub last_received_on: Option<NaiveDate>,
}
