//! A person's account.

use chrono::NaiveDateTime;
use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::access::Role;
use crate::db::schema::users;
use crate::doctors::model::DoctorId;
use crate::patients::model::PatientId;

/// The id of an account.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct UserId(pub i64);

impl From<UserId> for i64 {
    fn from(id: UserId) -> Self {
        id.0
    }
}

/// An account as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct User {
    pub id: UserId,
    /// Lower case.
    pub username: String,
    /// Lower case; patients and people at a shared desk may have none.
    pub email: Option<String>,
    /// A PHC string of argon2id; `None` until the invitation is accepted.
    pub password_hash: Option<String>,
    pub first_name: String,
    pub last_name: String,
    pub phone: String,
    pub address: String,
    pub role: Role,
    /// Of administrators and receptionists: what they are called in the hospital.
    pub designation: String,
    /// Of pharmacists.
    pub license_number: String,
    /// Own grants and denials over the role's permissions, as JSON (`access::PermissionSet`).
    pub permissions: String,
    pub is_active: bool,
    pub has_picture: bool,
    pub last_login_at: Option<NaiveDateTime>,
    pub version: i32,
    pub created_at: NaiveDateTime,
}

impl User {
    /// First and last name.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Standing {
    /// Its person can sign in.
    Active,
    /// Its person has not chosen a password yet.
    Invited,
    /// Nobody can sign in.
    Disabled,
}

impl Standing {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Invited => "Invited",
            Self::Disabled => "Disabled",
        }
    }

    /// How its badge looks: kind and icon.
    pub fn badge(self) -> (&'static str, &'static str) {
        match self {
            Self::Active => ("success", "check"),
            Self::Invited => ("info", "mail"),
            Self::Disabled => ("quiet", "user-off"),
        }
    }
}

impl User {
    /// How the account stands.
    pub fn standing(&self) -> Standing {
        match (self.is_active, &self.password_hash) {
            (false, _) => Standing::Disabled,
            (true, None) => Standing::Invited,
            (true, Some(_)) => Standing::Active,
        }
    }
}

/// What an administrator looks for among people. Without a role: all who work here.
#[derive(Clone, Debug, Default)]
pub struct PeopleFilter {
    pub q: String,
    pub role: Option<Role>,
    pub standing: Option<Standing>,
}

/// What else an account is: its role cannot be changed then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    pub doctor: Option<DoctorId>,
    pub patient: Option<PatientId>,
}

/// An invitation or a reset link that can still be used; the link itself is nowhere.
#[derive(Clone, Copy, Debug)]
pub struct OpenLink {
    pub is_invitation: bool,
    pub created_at: NaiveDateTime,
    pub expires_at: NaiveDateTime,
}

/// A new account. Without a password it waits for its invitation to be accepted.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = users)]
pub struct NewUser {
    pub username: String,
    pub email: Option<String>,
    pub password_hash: Option<String>,
    pub first_name: String,
    pub last_name: String,
    pub phone: String,
    pub role: Role,
    pub designation: String,
    pub license_number: String,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

/// Somebody to invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// Lower case; when empty, one is made of the name, and the person may choose another on accepting.
    pub username: String,
    /// Lower case.
    pub email: Option<String>,
    pub first_name: String,
    pub last_name: String,
    pub phone: String,
    pub role: Role,
    pub designation: String,
    pub license_number: String,
}
