//! Adding, editing and removing doctors.

use super::forms::{DoctorInput, OwnInput, Who};
use super::model::{Doctor, DoctorId, DoctorStatus, Profile};
use super::queries;
use crate::access::{Actor, By};
use crate::accounts;
use crate::audit::{self, AdminAction, Entry};
use crate::db::DbConnection;
use crate::departments;
use crate::error::{AppError, StaleEdit};

/// Adds a doctor: somebody who is invited, or somebody with an account already. Of an invitation the token is given,
/// which is nowhere else.
///
/// # Errors
/// `Constraint` for a licence number, an e-mail address or an account that is taken; `Conflict` for an account that is
/// no doctor's.
pub fn create(
    db: &mut DbConnection,
    by: &By,
    who: &Who,
    input: &DoctorInput,
) -> Result<(DoctorId, Option<String>), AppError> {
    let (user_id, token) = match who {
        Who::Invited(person) => {
            let (user_id, token) = accounts::actions::invite(db, by, person)?;
            (user_id, Some(token))
        }
        Who::Account(user_id) => {
            if !queries::accounts_without_doctor(db)?.iter().any(|(id, _)| id == user_id) {
                return Err(AppError::Conflict("This account is no doctor's, or is a doctor here already.".to_owned()));
            }
            (*user_id, None)
        }
    };
    let id = queries::insert(db, user_id, input, by.now)?;
    queries::set_specializations(db, id, &input.specializations)?;
    let entry = Entry::new("created", "doctor", id)
        .admin(AdminAction::AddDoctor)
        .note("license_number", &input.license_number)
        .note("department_id", input.department_id.0);
    audit::record(db, by, &entry)?;
    Ok((id, token))
}

/// Saves an administrator's edit. Who leaves a department, or stops working here, no longer heads it. Whether the
/// doctor may stop working here is the caller's question: appointments stand in the way.
///
/// # Errors
/// `Stale` when somebody else saved first; `Constraint` for a licence number that is taken.
pub fn update(
    db: &mut DbConnection,
    by: &By,
    actor: &Actor,
    id: DoctorId,
    version: i32,
    input: &DoctorInput,
) -> Result<(), AppError> {
    let before = queries::profile(db, actor, id)?;
    if before.doctor.version != version || !queries::update(db, id, version, input, by.now)? {
        return Err(stale(db, &before, input)?.into());
    }
    queries::set_specializations(db, id, &input.specializations)?;
    let heads_on = (input.status == DoctorStatus::Active).then_some(input.department_id);
    departments::queries::end_headships(db, id, heads_on, by.now)?;
    let was = &before.doctor;
    let mut had: Vec<i64> = before.specializations.iter().map(|s| s.id.0).collect();
    had.sort_unstable();
    let has: Vec<i64> = input.specializations.iter().map(|id| id.0).collect();
    let entry = Entry::new("updated", "doctor", id)
        .admin(AdminAction::EditDoctor)
        .change("department_id", &was.department_id.0, &input.department_id.0)
        .change("license_number", &was.license_number, &input.license_number)
        .change("qualifications", &was.qualifications, &input.qualifications)
        .change("bio", &was.bio, &input.bio)
        .change("experience_years", &was.experience_years, &input.experience_years)
        .change("consultation_fee", &was.consultation_fee, &input.consultation_fee)
        .change("is_available", &was.is_available, &input.is_available)
        .change("status", &was.status.as_str(), &input.status.as_str())
        .change("specializations", &had, &has);
    audit::record(db, by, &entry)
}

fn stale(db: &mut DbConnection, theirs: &Profile, yours: &DoctorInput) -> Result<StaleEdit, AppError> {
    let yes_no = |yes| if yes { "Yes" } else { "No" };
    let doctor = &theirs.doctor;
    let department = departments::queries::name(db, yours.department_id)?;
    let chosen = super::specializations::queries::options(db)?;
    let specialties: Vec<&str> = chosen
        .iter()
        .filter(|(id, _)| yours.specializations.iter().any(|s| s.to_string() == *id))
        .map(|(_, name)| name.as_str())
        .collect();
    Ok(StaleEdit::new("This doctor", &format!("/doctors/{}/edit", doctor.id))
        .row("Department", department, &theirs.department)
        .row("Licence number", &yours.license_number, &doctor.license_number)
        .row("Qualifications", &yours.qualifications, &doctor.qualifications)
        .row("Experience in years", yours.experience_years, doctor.experience_years)
        .row("About", &yours.bio, &doctor.bio)
        .row("Specializations", specialties.join(", "), theirs.specialties())
        .row("Takes bookings", yes_no(yours.is_available), yes_no(doctor.is_available))
        .row("Status", yours.status.label(), doctor.status.label()))
}

/// Saves what doctors change of themselves.
///
/// # Errors
/// `Stale` when somebody else saved first.
pub fn update_own(
    db: &mut DbConnection,
    by: &By,
    id: DoctorId,
    version: i32,
    input: &OwnInput,
) -> Result<(), AppError> {
    let before: Doctor = queries::find(db, id)?;
    if before.version != version || !queries::update_own(db, id, version, input, by.now)? {
        let stale = StaleEdit::new("Your profile", &format!("/doctors/{id}/edit"))
            .row("Qualifications", &input.qualifications, &before.qualifications)
            .row("About", &input.bio, &before.bio);
        return Err(stale.into());
    }
    let entry = Entry::new("updated", "doctor", id)
        .change("qualifications", &before.qualifications, &input.qualifications)
        .change("bio", &before.bio, &input.bio);
    audit::record(db, by, &entry)
}

/// Removes a doctor from the hospital: from now on inactive, without bookings and without headship. The record stays,
/// since visits and prescriptions carry its name. Whether appointments stand in the way is the caller's question.
pub fn remove(db: &mut DbConnection, by: &By, id: DoctorId) -> Result<(), AppError> {
    let before = queries::find(db, id)?;
    queries::set_inactive(db, id, by.now)?;
    departments::queries::end_headships(db, id, None, by.now)?;
    let entry = Entry::new("removed", "doctor", id).admin(AdminAction::RemoveDoctor).change(
        "status",
        &before.status.as_str(),
        &DoctorStatus::Inactive.as_str(),
    );
    audit::record(db, by, &entry)
}
