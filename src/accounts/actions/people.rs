//! What administrators do with other people's accounts.

use crate::access::By;
use crate::accounts::links::{self, LinkKind};
use crate::accounts::model::{NewPerson, NewUser, UserId};
use crate::accounts::queries;
use crate::audit::{self, AdminAction, Entry};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::patients::model::PatientId;

/// Makes an account that waits for its person, and gives the token of the invitation: `/invitation/{token}`. It is
/// nowhere else, so it is shown to the administrator once.
///
/// # Errors
/// `Constraint` for a user name or an e-mail address that is taken.
pub fn invite(db: &mut DbConnection, by: &By, person: &NewPerson) -> Result<(UserId, String), AppError> {
    let username = match person.username.as_str() {
        "" => queries::free_username(db, &person.first_name, &person.last_name)?,
        chosen => chosen.to_owned(),
    };
    let id = queries::insert(
        db,
        &NewUser {
            username,
            email: person.email.clone(),
            password_hash: None,
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            phone: person.phone.clone(),
            role: person.role,
            designation: person.designation.clone(),
            license_number: person.license_number.clone(),
            created_at: by.now,
            updated_at: by.now,
        },
    )?;
    let raw = links::create(db, LinkKind::Invitation, Some(id), None, by.user_id(), by.now)?;
    let entry = Entry::new("invited", "user", id).admin(AdminAction::InviteUser).note("role", person.role.as_str());
    audit::record(db, by, &entry)?;
    Ok((id, raw))
}

/// Makes an invitation for a patient who has no account yet, and gives its token: `/invitation/{token}`. Accepting it
/// makes the account and joins the two. Earlier invitations of the patient end.
///
/// # Errors
/// `Conflict` when the patient has an account already.
pub fn invite_patient(db: &mut DbConnection, by: &By, patient: PatientId) -> Result<String, AppError> {
    if queries::account_of_patient(db, patient)?.is_some() {
        return Err(AppError::Conflict("This patient has an account already.".to_owned()));
    }
    let raw = links::create(db, LinkKind::Invitation, None, Some(patient), by.user_id(), by.now)?;
    audit::record(db, by, &Entry::new("invited", "patient", patient).patient(patient))?;
    Ok(raw)
}
