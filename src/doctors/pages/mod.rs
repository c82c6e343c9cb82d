//! The pages of doctors.

pub mod edit;
pub mod list;
pub mod new;
pub mod show;

use crate::access::{Actor, Requirement};
use crate::appointments::model::AppointmentRow;
use crate::audit::Entry;
use crate::db::DbConnection;
use crate::doctors::model::{DoctorId, DoctorStatus};
use crate::doctors::specializations;
use crate::error::AppError;
use crate::web::{Cx, Form};
use crate::{departments, doctors};

/// Records that somebody was shown the appointments that keep a doctor here.
async fn look_at<R: Requirement>(cx: &Cx<R>, doctor: DoctorId, booked: &[AppointmentRow]) -> Result<(), AppError> {
    if booked.is_empty() {
        return Ok(());
    }
    cx.looked(Entry::new("viewed", "booked_appointments", doctor).note("count", booked.len())).await
}

/// What an administrator chooses from, as value and label.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    pub departments: Vec<(String, String)>,
    pub specializations: Vec<(String, String)>,
    /// Doctors' accounts that are no doctor here yet.
    pub accounts: Vec<(String, String)>,
    pub statuses: Vec<(&'static str, &'static str)>,
}

impl Choices {
    fn load(db: &mut DbConnection, actor: &Actor) -> Result<Self, AppError> {
        let open = |row: departments::model::DepartmentRow| {
            let hint = if row.department.is_active { "" } else { " (hidden from patients)" };
            (row.department.id.to_string(), format!("{}{hint}", row.department.name))
        };
        Ok(Self {
            departments: departments::queries::list(db, actor)?.into_iter().map(open).collect(),
            specializations: specializations::queries::options(db)?,
            accounts: doctors::queries::accounts_without_doctor(db)?
                .into_iter()
                .map(|(id, name)| (id.to_string(), name))
                .collect(),
            statuses: [DoctorStatus::Active, DoctorStatus::Inactive].map(|s| (s.as_str(), s.label())).to_vec(),
        })
    }

    /// Records what was sent that is none of the choices: a department removed meanwhile, a number made up.
    fn check(&self, form: &mut Form) {
        let known = |list: &[(String, String)], value: &str| list.iter().any(|(id, _)| id == value);
        let department = form.value("department_id").trim();
        if !department.is_empty() && !known(&self.departments, department) {
            form.refuse_field("department_id", "Choose one of the list.");
        }
        if !form.values("specializations").all(|id| known(&self.specializations, id)) {
            form.refuse_field("specializations", "Choose from the list.");
        }
        let account = form.value("user_id").trim();
        if !account.is_empty() && !known(&self.accounts, account) {
            form.refuse_field("user_id", "This account is no doctor's, or is a doctor here already.");
        }
    }
}
