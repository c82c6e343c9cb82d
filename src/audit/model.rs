//! An entry of the audit log.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::{Map, Value, json};

use crate::accounts::model::UserId;
use crate::db::schema::audit_log;
use crate::patients::model::PatientId;

/// What an administrator did; these entries have a page of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum AdminAction {
    SetUpHospital,
    ChangeSettings,
    InviteUser,
    ResetPassword,
    EditUser,
    ChangeRole,
    ChangePermissions,
    DisableUser,
    EnableUser,
    AddDepartment,
    EditDepartment,
    RemoveDepartment,
    AddSpecialization,
    EditSpecialization,
    RemoveSpecialization,
    AddDoctor,
    EditDoctor,
    RemoveDoctor,
    UpdateSchedule,
    ImportDiagnosisCodes,
    OpenCashSession,
    CloseCashSession,
}

/// What is recorded; who, when and from where comes from the request.
#[derive(Clone, Debug)]
pub struct Entry {
    /// A verb in the past: `created`, `viewed`, `signed`.
    pub(super) action: &'static str,
    pub(super) admin_action: Option<AdminAction>,
    /// The table's name in the singular.
    pub(super) entity: &'static str,
    pub(super) entity_id: Option<i64>,
    pub(super) patient_id: Option<PatientId>,
    pub(super) changes: Map<String, Value>,
    pub(super) reason: String,
}

impl Entry {
    /// Something was done to, or seen of, an entity.
    pub fn new(action: &'static str, entity: &'static str, entity_id: impl Into<i64>) -> Self {
        Self {
            action,
            admin_action: None,
            entity,
            entity_id: Some(entity_id.into()),
            patient_id: None,
            changes: Map::new(),
            reason: String::new(),
        }
    }

    /// Part of a patient's record was shown, printed or exported. `part` is what: `chart`, `prescription`.
    pub fn viewed(part: &'static str, entity_id: impl Into<i64>, patient: PatientId) -> Self {
        Self::new("viewed", part, entity_id).patient(patient)
    }

    /// Marks an administrator's act.
    pub fn admin(mut self, action: AdminAction) -> Self {
        self.admin_action = Some(action);
        self
    }

    /// Whose record it concerns.
    pub fn patient(mut self, patient: PatientId) -> Self {
        self.patient_id = Some(patient);
        self
    }

    /// Why it was done, in the person's words.
    pub fn reason(mut self, reason: &str) -> Self {
        self.reason = reason.to_owned();
        self
    }

    /// A field's value before and after; nothing is recorded when they are equal.
    pub fn change<T: serde::Serialize + PartialEq>(mut self, field: &str, before: &T, after: &T) -> Self {
        if before != after {
            self.changes.insert(field.to_owned(), json!([before, after]));
        }
        self
    }

    /// A fact worth keeping with the entry.
    pub fn note(mut self, name: &str, value: impl serde::Serialize) -> Self {
        self.changes.insert(name.to_owned(), json!(value));
        self
    }
}

/// An entry about a patient's record, as it is shown to the patient.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = audit_log)]
pub struct Look {
    /// In UTC.
    pub occurred_at: NaiveDateTime,
    pub user_id: Option<UserId>,
    pub user_name: String,
    /// The role's stored name at that time; empty for the system.
    pub role: String,
    pub action: String,
    pub entity: String,
    pub reason: String,
    changes: String,
}

impl Look {
    /// Which page of the record it was, where the entry says so.
    pub fn page(&self) -> Option<String> {
        let changes: Value = serde_json::from_str(&self.changes).ok()?;
        Some(changes.get("page")?.as_str()?.to_owned())
    }
}
