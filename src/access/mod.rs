//! Who may do what: roles, the table of permissions, and the person who acts.

pub mod exceptions;
mod permissions;
pub mod token;

use chrono::NaiveDateTime;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;

pub use permissions::{Needs, Permission, PermissionSet, Requirement, can};

use crate::accounts::model::UserId;
use crate::db::text;
use crate::doctors::model::DoctorId;
use crate::patients::model::PatientId;

/// What a person is in the hospital. Each account has one.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    AsExpression,
    FromSqlRow,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    Admin,
    Doctor,
    Receptionist,
    Pharmacist,
    Accountant,
    BillingManager,
    Patient,
}

impl Role {
    /// The role as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Admin => "Administrator",
            Self::Doctor => "Doctor",
            Self::Receptionist => "Receptionist",
            Self::Pharmacist => "Pharmacist",
            Self::Accountant => "Accountant",
            Self::BillingManager => "Billing manager",
            Self::Patient => "Patient",
        }
    }

    /// The role as it is stored and sent in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether the role works for the hospital.
    pub fn is_staff(self) -> bool {
        self != Self::Patient
    }
}

impl<DB: Backend> ToSql<Text, DB> for Role
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for Role
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// The signed-in person of a request.
#[derive(Clone, Debug)]
pub struct Actor {
    pub user_id: UserId,
    pub first_name: String,
    pub last_name: String,
    pub role: Role,
    pub permissions: PermissionSet,
    /// The doctor that this account is, if it is one.
    pub doctor_id: Option<DoctorId>,
    /// The patient whose own record this account opens, if it has one.
    pub patient_id: Option<PatientId>,
    pub has_picture: bool,
}

impl Actor {
    /// First and last name, as shown everywhere.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    /// Whether a permission is held: the role's defaults with the person's own grants and denials over them.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.has(permission)
    }
}

/// Who does something, when and from where: handed into every action, so that each change knows its author.
#[derive(Clone, Debug)]
pub struct By {
    /// `None` for what nobody signed in does: setting up, registering, the command line.
    pub actor: Option<Actor>,
    /// The time of the request, in UTC.
    pub now: NaiveDateTime,
    pub request_id: String,
    /// The network address of the browser; empty for the command line.
    pub address: String,
}

impl By {
    /// The system itself, as for commands on the server.
    pub fn system(now: NaiveDateTime) -> Self {
        Self { actor: None, now, request_id: "command-line".to_owned(), address: String::new() }
    }

    /// The acting account, if somebody is signed in.
    pub fn user_id(&self) -> Option<UserId> {
        self.actor.as_ref().map(|a| a.user_id)
    }

    /// The acting person's name for histories.
    pub fn name(&self) -> String {
        self.actor.as_ref().map_or_else(|| "System".to_owned(), Actor::name)
    }
}
