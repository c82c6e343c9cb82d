//! SQL of medications.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::forms::StatementInput;
use super::model::{LineId, MedicationList, Medicine, Origin, Statement, StatementId, Stop, StopId, last_day};
use crate::accounts::model::UserId;
use crate::chart::record::{InError, Names};
use crate::db::DbConnection;
use crate::db::fold::fold;
use crate::db::schema::{
    doctors, medication_statements, prescription_medication_stops as stops, prescription_medications as lines,
    prescriptions, users,
};
use crate::patients::model::PatientId;
use crate::prescriptions::model::{Medication, PrescriptionId, PrescriptionStatus};
use crate::time::Zone;

/// In these states a prescription stands: it is out, and not taken back.
const OUT: [PrescriptionStatus; 3] =
    [PrescriptionStatus::Submitted, PrescriptionStatus::PartiallyFulfilled, PrescriptionStatus::Fulfilled];

/// What the patient takes and took. The scope was checked with the patient; what is entered in error is only for those
/// who write the chart.
pub fn list(
    db: &mut DbConnection,
    patient: PatientId,
    today: NaiveDate,
    zone: Zone,
    with_errors: bool,
) -> QueryResult<MedicationList> {
    let mut all = prescribed(db, patient, zone)?;
    all.extend(told(db, patient, with_errors)?);
    Ok(MedicationList::of(all, today))
}

/// What the patient takes on this day, by name: for checks of what shall be prescribed beside it.
pub fn current(db: &mut DbConnection, patient: PatientId, today: NaiveDate, zone: Zone) -> QueryResult<Vec<Medicine>> {
    Ok(list(db, patient, today, zone, false)?.current)
}

#[derive(Queryable)]
struct Prescribed {
    line: LineId,
    prescription: PrescriptionId,
    submitted_at: Option<NaiveDateTime>,
    valid_until: Option<NaiveDate>,
    first_name: String,
    last_name: String,
    medication: Medication,
}

fn prescribed(db: &mut DbConnection, patient: PatientId, zone: Zone) -> QueryResult<Vec<Medicine>> {
    let found: Vec<Prescribed> = lines::table
        .inner_join(prescriptions::table.inner_join(doctors::table.inner_join(users::table)))
        .filter(prescriptions::patient_id.eq(patient))
        .filter(prescriptions::status.eq_any(OUT))
        .order(lines::id)
        .select((
            lines::id,
            prescriptions::id,
            prescriptions::submitted_at,
            prescriptions::valid_until,
            users::first_name,
            users::last_name,
            Medication::as_select(),
        ))
        .load(db)?;
    let of_patient =
        lines::table.inner_join(prescriptions::table).filter(prescriptions::patient_id.eq(patient)).select(lines::id);
    let stopped: Vec<StopRow> = stops::table
        .filter(stops::entered_in_error_at.is_null())
        .filter(stops::prescription_medication_id.eq_any(of_patient))
        .select(StopRow::as_select())
        .load(db)?;
    let names = Names::load(db, stopped.iter().map(|s| s.stopped_by))?;
    let medicine = |row: Prescribed| {
        let started_on = row.submitted_at.map(|at| zone.date(at));
        let line = row.medication;
        let stop = stopped.iter().find(|s| s.prescription_medication_id == row.line);
        Medicine {
            origin: Origin::Prescribed { prescription: row.prescription, line: row.line },
            directions: line.directions(),
            ends_on: started_on.and_then(|on| last_day(on, &line.frequency, line.duration_days, row.valid_until)),
            medicine: line.medicine,
            instructions: line.instructions,
            started_on,
            stop: stop.map(|s| s.stop(&names)),
            by: format!("Dr {} {}", row.first_name, row.last_name),
            in_error: None,
        }
    };
    Ok(found.into_iter().map(medicine).collect())
}

/// A stop of a prescribed medicine, as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = stops)]
struct StopRow {
    id: StopId,
    prescription_medication_id: LineId,
    stopped_on: NaiveDate,
    reason: String,
    stopped_by: Option<UserId>,
}

impl StopRow {
    fn stop(&self, names: &Names) -> Stop {
        Stop { id: Some(self.id), on: self.stopped_on, reason: self.reason.clone(), by: names.of(self.stopped_by) }
    }
}

fn told(db: &mut DbConnection, patient: PatientId, with_errors: bool) -> QueryResult<Vec<Medicine>> {
    let mut query = medication_statements::table.filter(medication_statements::patient_id.eq(patient)).into_boxed();
    if !with_errors {
        query = query.filter(medication_statements::entered_in_error_at.is_null());
    }
    let found: Vec<Statement> = query.order(medication_statements::id).select(Statement::as_select()).load(db)?;
    let people = found.iter().flat_map(|s| [s.noted_by, s.stopped_by, s.entered_in_error_by]);
    let names = Names::load(db, people)?;
    let medicine = |s: Statement| Medicine {
        origin: Origin::Told { statement: s.id, by: s.source },
        stop: s.stopped_on.map(|on| Stop { id: None, on, reason: s.stop_reason, by: names.of(s.stopped_by) }),
        in_error: s.entered_in_error_at.map(|at| InError {
            at,
            by: names.of(s.entered_in_error_by),
            reason: s.entered_in_error_reason,
        }),
        medicine: s.medicine,
        directions: s.directions,
        instructions: String::new(),
        started_on: s.started_on,
        ends_on: None,
        by: names.of(s.noted_by),
    };
    Ok(found.into_iter().map(medicine).collect())
}

/// The stop of each medicine of a prescription, in the order of its lines.
pub fn stops_of(db: &mut DbConnection, prescription: PrescriptionId) -> QueryResult<Vec<Option<Stop>>> {
    let rows: Vec<(LineId, Option<StopRow>)> = lines::table
        .left_join(
            stops::table.on(stops::prescription_medication_id.eq(lines::id).and(stops::entered_in_error_at.is_null())),
        )
        .filter(lines::prescription_id.eq(prescription))
        .order(lines::position)
        .select((lines::id, Option::<StopRow>::as_select()))
        .load(db)?;
    let names = Names::load(db, rows.iter().map(|(_, stop)| stop.as_ref().and_then(|s| s.stopped_by)))?;
    Ok(rows.into_iter().map(|(_, stop)| stop.map(|s| s.stop(&names))).collect())
}

/// A prescribed medicine of this patient, if its prescription is out and not taken back.
pub fn find_prescribed(db: &mut DbConnection, patient: PatientId, line: LineId, zone: Zone) -> QueryResult<Medicine> {
    let wanted = |m: &Medicine| matches!(m.origin, Origin::Prescribed { line: of, .. } if of == line);
    prescribed(db, patient, zone)?.into_iter().find(wanted).ok_or(diesel::NotFound)
}

/// What somebody told about a medicine of this patient, entered in error or not.
pub fn find(db: &mut DbConnection, patient: PatientId, id: StatementId) -> QueryResult<Statement> {
    medication_statements::table
        .filter(medication_statements::patient_id.eq(patient))
        .filter(medication_statements::id.eq(id))
        .select(Statement::as_select())
        .first(db)
}

/// A stop of a prescribed medicine of this patient that stands: the medicine and the stop.
pub fn find_stop(db: &mut DbConnection, patient: PatientId, id: StopId) -> QueryResult<String> {
    stops::table
        .inner_join(lines::table.inner_join(prescriptions::table))
        .filter(prescriptions::patient_id.eq(patient))
        .filter(stops::id.eq(id))
        .select(lines::medicine)
        .first(db)
}

/// Adds what somebody told. A medicine that is on the list violates `ux_medication_statements_patient_id_medicine_key`.
pub fn insert(
    db: &mut DbConnection,
    patient: PatientId,
    input: &StatementInput,
    by: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<StatementId> {
    diesel::insert_into(medication_statements::table)
        .values((
            medication_statements::patient_id.eq(patient),
            medication_statements::medicine.eq(&input.medicine),
            medication_statements::medicine_key.eq(fold(&input.medicine)),
            medication_statements::directions.eq(&input.directions),
            medication_statements::source.eq(input.source),
            medication_statements::started_on.eq(input.started_on),
            medication_statements::noted_by.eq(by),
            medication_statements::noted_at.eq(now),
        ))
        .returning(medication_statements::id)
        .get_result(db)
}

/// Saves an edit of this version; `false` when somebody else saved first, or it is stopped or entered in error.
pub fn update(db: &mut DbConnection, id: StatementId, version: i32, input: &StatementInput) -> QueryResult<bool> {
    let present = medication_statements::table
        .find(id)
        .filter(medication_statements::version.eq(version))
        .filter(medication_statements::stopped_on.is_null())
        .filter(medication_statements::entered_in_error_at.is_null());
    let changed = diesel::update(present)
        .set((
            medication_statements::medicine.eq(&input.medicine),
            medication_statements::medicine_key.eq(fold(&input.medicine)),
            medication_statements::directions.eq(&input.directions),
            medication_statements::source.eq(input.source),
            medication_statements::started_on.eq(input.started_on),
            medication_statements::version.eq(version + 1),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Stops what somebody told of; `false` when it is stopped already or entered in error.
pub fn stop(
    db: &mut DbConnection,
    id: StatementId,
    on: NaiveDate,
    reason: &str,
    by: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let present = medication_statements::table
        .find(id)
        .filter(medication_statements::stopped_on.is_null())
        .filter(medication_statements::entered_in_error_at.is_null());
    let changed = diesel::update(present)
        .set((
            medication_statements::stopped_on.eq(on),
            medication_statements::stop_reason.eq(reason),
            medication_statements::stopped_by.eq(by),
            medication_statements::stopped_at.eq(now),
            medication_statements::version.eq(medication_statements::version + 1),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Stops a prescribed medicine. One that is stopped already violates
/// `ux_prescription_medication_stops_prescription_medication_id`.
pub fn stop_prescribed(
    db: &mut DbConnection,
    line: LineId,
    on: NaiveDate,
    reason: &str,
    by: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<StopId> {
    diesel::insert_into(stops::table)
        .values((
            stops::prescription_medication_id.eq(line),
            stops::stopped_on.eq(on),
            stops::reason.eq(reason),
            stops::stopped_by.eq(by),
            stops::stopped_at.eq(now),
        ))
        .returning(stops::id)
        .get_result(db)
}

/// Marks what somebody told as entered in error; `false` when it is already.
pub fn retract(
    db: &mut DbConnection,
    id: StatementId,
    by: Option<UserId>,
    reason: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let present = medication_statements::table.find(id).filter(medication_statements::entered_in_error_at.is_null());
    let changed = diesel::update(present)
        .set((
            medication_statements::entered_in_error_at.eq(now),
            medication_statements::entered_in_error_by.eq(by),
            medication_statements::entered_in_error_reason.eq(reason),
            medication_statements::version.eq(medication_statements::version + 1),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Marks a stop as entered in error, so that the medicine is taken again; `false` when it is already.
pub fn retract_stop(
    db: &mut DbConnection,
    id: StopId,
    by: Option<UserId>,
    reason: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let standing = stops::table.find(id).filter(stops::entered_in_error_at.is_null());
    let changed = diesel::update(standing)
        .set((
            stops::entered_in_error_at.eq(now),
            stops::entered_in_error_by.eq(by),
            stops::entered_in_error_reason.eq(reason),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
