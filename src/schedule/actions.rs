//! Changing hours and exceptions. Whether appointments would be left outside is asked by the pages before.

use super::forms::{ExceptionInput, HoursInput};
use super::model::{Exception, ExceptionId, Hours, HoursId, weekday};
use super::queries;
use crate::access::By;
use crate::audit::{self, AdminAction, Entry};
use crate::db::DbConnection;
use crate::doctors::model::DoctorId;
use crate::error::{AppError, StaleEdit};
use crate::time::{date_text, minute_text};

/// Adds hours on each of the chosen weekdays.
///
/// # Errors
/// `Conflict` that names the hours which they overlap; `Constraint` when such hours were added at the same moment.
pub fn add_hours(db: &mut DbConnection, by: &By, doctor: DoctorId, input: &HoursInput) -> Result<(), AppError> {
    refuse_overlap(&queries::hours(db, doctor)?, None, input)?;
    for day in &input.days {
        let id = queries::insert_hours(db, doctor, *day, input, by.now)?;
        let entry = Entry::new("created", "availability", id)
            .admin(AdminAction::UpdateSchedule)
            .note("doctor_id", doctor.0)
            .note("hours", described(*day, input));
        audit::record(db, by, &entry)?;
    }
    Ok(())
}

fn described(day: i32, input: &HoursInput) -> String {
    let span = format!("{}–{}", minute_text(input.start_minute), minute_text(input.end_minute));
    format!("{} {span}, {} min", weekday(day), input.slot_minutes)
}

/// # Errors
/// `Conflict` that names other active hours of the same day and time.
fn refuse_overlap(present: &[Hours], own: Option<HoursId>, input: &HoursInput) -> Result<(), AppError> {
    let others = present.iter().filter(|other| own != Some(other.id));
    let overlap = others.filter(|other| input.is_active && other.overlaps(input)).map(|other| {
        let validity = other.validity();
        let validity = if validity.is_empty() { validity } else { format!(" ({validity})") };
        format!("{} {}{validity}", other.weekday(), other.span())
    });
    let names: Vec<String> = overlap.collect();
    if names.is_empty() {
        Ok(())
    } else {
        Err(AppError::Conflict(format!("These hours overlap {}.", names.join(", "))))
    }
}

/// Saves an edit of hours; of the chosen weekdays the first counts.
///
/// # Errors
/// `Stale` when somebody else saved first; `Conflict` and `Constraint` as for new hours.
pub fn update_hours(
    db: &mut DbConnection,
    by: &By,
    doctor: DoctorId,
    id: HoursId,
    version: i32,
    input: &HoursInput,
) -> Result<(), AppError> {
    let before = queries::find_hours(db, doctor, id)?;
    if before.version != version {
        return Err(stale(&before, input).into());
    }
    refuse_overlap(&queries::hours(db, doctor)?, Some(id), input)?;
    let day = input.days.first().copied().unwrap_or(before.day_of_week);
    if !queries::update_hours(db, id, version, day, input, by.now)? {
        return Err(stale(&before, input).into());
    }
    let entry = Entry::new("updated", "availability", id)
        .admin(AdminAction::UpdateSchedule)
        .note("doctor_id", doctor.0)
        .change("day_of_week", &before.day_of_week, &day)
        .change("start_minute", &before.start_minute, &input.start_minute)
        .change("end_minute", &before.end_minute, &input.end_minute)
        .change("slot_minutes", &before.slot_minutes, &input.slot_minutes)
        .change("is_active", &before.is_active, &input.is_active)
        .change("valid_from", &before.valid_from, &input.valid_from)
        .change("valid_to", &before.valid_to, &input.valid_to);
    audit::record(db, by, &entry)
}

fn stale(theirs: &Hours, yours: &HoursInput) -> StaleEdit {
    let date = |date: Option<chrono::NaiveDate>| date.map(date_text).unwrap_or_default();
    let yes_no = |yes| if yes { "Yes" } else { "No" };
    let back = format!("/doctors/{}/availability/{}/edit", theirs.doctor_id, theirs.id);
    let your_span = format!("{} – {}", minute_text(yours.start_minute), minute_text(yours.end_minute));
    StaleEdit::new("These hours", &back)
        .row("Day", yours.days.first().map_or("", |day| weekday(*day)), theirs.weekday())
        .row("Hours", your_span, theirs.span())
        .row("Slot in minutes", yours.slot_minutes, theirs.slot_minutes)
        .row("First day", date(yours.valid_from), date(theirs.valid_from))
        .row("Last day", date(yours.valid_to), date(theirs.valid_to))
        .row("In force", yes_no(yours.is_active), yes_no(theirs.is_active))
}

/// Removes weekly hours.
pub fn remove_hours(db: &mut DbConnection, by: &By, doctor: DoctorId, id: HoursId) -> Result<Hours, AppError> {
    let hours = queries::find_hours(db, doctor, id)?;
    queries::delete_hours(db, id)?;
    let entry = Entry::new("removed", "availability", id)
        .admin(AdminAction::UpdateSchedule)
        .note("doctor_id", doctor.0)
        .note("hours", format!("{} {}", hours.weekday(), hours.span()));
    audit::record(db, by, &entry)?;
    Ok(hours)
}

/// Adds time off or extra hours.
pub fn add_exception(
    db: &mut DbConnection,
    by: &By,
    doctor: DoctorId,
    input: &ExceptionInput,
) -> Result<ExceptionId, AppError> {
    let id = queries::insert_exception(db, doctor, input, by.user_id(), by.now)?;
    let entry = Entry::new("created", "availability_exception", id)
        .admin(AdminAction::UpdateSchedule)
        .note("doctor_id", doctor.0)
        .note("kind", input.kind.as_str())
        .note("starts_at", input.starts_at)
        .note("ends_at", input.ends_at);
    audit::record(db, by, &entry)?;
    Ok(id)
}

/// Removes time off or extra hours.
pub fn remove_exception(db: &mut DbConnection, by: &By, doctor: DoctorId, id: ExceptionId) -> Result<(), AppError> {
    let before: Exception = queries::find_exception(db, doctor, id)?;
    queries::delete_exception(db, id)?;
    let entry = Entry::new("removed", "availability_exception", id)
        .admin(AdminAction::UpdateSchedule)
        .note("doctor_id", doctor.0)
        .note("kind", before.kind.as_str())
        .note("starts_at", before.starts_at)
        .note("ends_at", before.ends_at);
    audit::record(db, by, &entry)
}
