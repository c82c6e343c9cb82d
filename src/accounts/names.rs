//! Names of accounts as records say them: who noted, wrote or uploaded something.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use crate::accounts::model::UserId;
use crate::db::DbConnection;
use crate::db::schema::{doctors, users};
use crate::doctors::model::DoctorId;

/// Names of accounts as records say them.
#[derive(Clone, Debug, Default)]
pub struct Names(HashMap<UserId, String>);

impl Names {
    /// The names of these accounts, in one query: doctors with their title.
    pub fn load(db: &mut DbConnection, ids: impl IntoIterator<Item = Option<UserId>>) -> QueryResult<Self> {
        let ids: BTreeSet<UserId> = ids.into_iter().flatten().collect();
        if ids.is_empty() {
            return Ok(Self::default());
        }
        let rows: Vec<(UserId, String, String, Option<DoctorId>)> = users::table
            .left_join(doctors::table.on(doctors::user_id.eq(users::id)))
            .filter(users::id.eq_any(ids))
            .select((users::id, users::first_name, users::last_name, doctors::id.nullable()))
            .load(db)?;
        let name = |(id, first, last, doctor): (UserId, String, String, Option<DoctorId>)| {
            let title = if doctor.is_some() { "Dr " } else { "" };
            (id, format!("{title}{first} {last}"))
        };
        Ok(Self(rows.into_iter().map(name).collect()))
    }

    /// The name of an account; empty for what nobody signed in did.
    pub fn of(&self, id: Option<UserId>) -> String {
        id.and_then(|id| self.0.get(&id)).cloned().unwrap_or_default()
    }
}
