//! SQL of the timeline: a page of each kind, put together.

mod papers;

use std::collections::{BTreeSet, HashMap};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::prelude::*;

use super::model::{Event, Kind, Place, State};
use crate::access::{Actor, Permission};
use crate::appointments::model::{Appointment, AppointmentStatus};
use crate::chart::allergies::model::Allergy;
use crate::chart::conditions::model::Condition;
use crate::chart::medications::model::Statement;
use crate::chart::record::Names;
use crate::chart::vital_signs::model::Taken;
use crate::db::DbConnection;
use crate::db::schema::{
    allergies, appointments, conditions, doctors, encounter_diagnoses, encounters, medication_statements,
    prescription_medications, prescriptions, test_orders, users, vital_signs,
};
use crate::doctors::model::DoctorId;
use crate::encounters::model::{EncounterId, EncounterStatus};
use crate::patients::model::PatientId;
use crate::prescriptions::model::{Prescription, PrescriptionId, PrescriptionRow, PrescriptionStatus};
use crate::time::date_text;
use crate::{appointments as booking, chart, encounters as visits, prescriptions as prescribing};

/// What the timeline is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub kind: Option<Kind>,
    /// The first instant, in UTC.
    pub from: Option<NaiveDateTime>,
    /// The first instant that is past it, in UTC.
    pub until: Option<NaiveDateTime>,
    /// Only what comes after this place.
    pub after: Option<Place>,
}

/// The next events of a patient's timeline that the person may see, the latest first. Whether the person may read the
/// chart was asked before; `born` is the patient's birthday.
pub fn page(
    db: &mut DbConnection,
    actor: &Actor,
    patient: PatientId,
    born: NaiveDate,
    filter: Filter,
    limit: i64,
) -> QueryResult<Vec<Event>> {
    let wants = |kind: Kind| filter.kind.is_none_or(|only| only == kind);
    let window = Window::of(filter, limit);
    let mut events = Vec::new();
    if wants(Kind::Visit) {
        events.extend(visits(db, actor, patient, window)?);
    }
    if wants(Kind::Prescription) && actor.may(Permission::SeePrescriptions) {
        events.extend(prescriptions(db, actor, patient, window)?);
    }
    if wants(Kind::Result) && actor.may(Permission::SeePrescriptions) {
        events.extend(papers::results(db, actor, patient, window)?);
    }
    if wants(Kind::Document) && actor.may(Permission::SeeDocuments) {
        events.extend(papers::documents(db, actor, patient, window)?);
    }
    if wants(Kind::Vitals) {
        events.extend(vitals(db, actor, patient, born, window)?);
    }
    if wants(Kind::Condition) {
        events.extend(conditions(db, patient, window)?);
    }
    if wants(Kind::Allergy) {
        events.extend(allergies(db, patient, window)?);
    }
    if wants(Kind::Medication) {
        events.extend(told(db, patient, window)?);
    }
    if wants(Kind::Appointment) && actor.may(Permission::SeeAppointments) {
        events.extend(appointments(db, actor, patient, window)?);
    }
    events.sort_by_key(|event| event.place.order());
    events.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(events)
}

/// The stretch of the timeline that is read, in times of both engines: from the first instant on, and up to a time, of
/// which only ids below one belong to it.
#[derive(Clone, Copy)]
struct Window {
    from: NaiveDateTime,
    to: NaiveDateTime,
    after: Option<Place>,
    limit: i64,
}

impl Window {
    fn of(filter: Filter, limit: i64) -> Self {
        let year = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default().and_time(NaiveTime::MIN);
        let from = filter.from.unwrap_or_else(|| year(1000));
        let until = filter.until.unwrap_or_else(|| year(9999));
        match filter.after.filter(|place| place.at < until) {
            Some(place) => Self { from, to: place.at, after: Some(place), limit },
            None => Self { from, to: until, after: None, limit },
        }
    }

    /// Of events at the last time itself, those with ids below this belong to it.
    fn ids_below(&self, kind: Kind) -> i64 {
        self.after.map_or(i64::MIN, |place| place.ids_below(kind))
    }
}

fn visits(db: &mut DbConnection, actor: &Actor, patient: PatientId, window: Window) -> QueryResult<Vec<Event>> {
    type Row = (EncounterId, NaiveDateTime, EncounterStatus, DoctorId, String);
    let of_patient = visits::queries::visible_to(actor).filter(encounters::patient_id.eq(patient));
    let found: Vec<Row> = of_patient
        .filter(encounters::created_at.ge(window.from))
        .filter(
            encounters::created_at
                .lt(window.to)
                .or(encounters::created_at.eq(window.to).and(encounters::id.lt(window.ids_below(Kind::Visit)))),
        )
        .order((encounters::created_at.desc(), encounters::id.desc()))
        .limit(window.limit)
        .select((
            encounters::id,
            encounters::created_at,
            encounters::status,
            encounters::doctor_id,
            encounters::symptoms,
        ))
        .load(db)?;
    let ids: Vec<EncounterId> = found.iter().map(|row| row.0).collect();
    let diagnoses: Vec<(EncounterId, String, String)> = encounter_diagnoses::table
        .filter(encounter_diagnoses::encounter_id.eq_any(ids))
        .order((encounter_diagnoses::is_primary.desc(), encounter_diagnoses::position))
        .select((encounter_diagnoses::encounter_id, encounter_diagnoses::code, encounter_diagnoses::description))
        .load(db)?;
    let doctors = doctor_names(db, found.iter().map(|row| row.3))?;
    let event = |(id, at, status, doctor, symptoms): Row| {
        let named: Vec<String> = diagnoses
            .iter()
            .filter(|(of, ..)| *of == id)
            .map(|(_, code, text)| format!("{code} {text}").trim().to_owned())
            .collect();
        let title = match named.first() {
            Some(first) => first.clone(),
            None if !symptoms.is_empty() => symptoms.lines().next().unwrap_or_default().to_owned(),
            None => "Visit".to_owned(),
        };
        let others = named.get(1..).unwrap_or_default().join(", ");
        let state = match status {
            EncounterStatus::Draft => Some(State { kind: "warning", icon: "pencil", words: "Draft, not signed" }),
            EncounterStatus::EnteredInError => Some(State { kind: "danger", icon: "ban", words: "Entered in error" }),
            EncounterStatus::Signed => None,
        };
        Event {
            place: Place { at, kind: Kind::Visit, id: id.0 },
            title,
            text: join(&[doctors.get(&doctor).map_or("", String::as_str), &others]),
            href: Some(format!("/encounters/{id}")),
            state,
        }
    };
    Ok(found.into_iter().map(event).collect())
}

fn prescriptions(db: &mut DbConnection, actor: &Actor, patient: PatientId, window: Window) -> QueryResult<Vec<Event>> {
    let of_patient = prescribing::queries::visible_to(actor)
        .filter(prescriptions::patient_id.eq(patient))
        .filter(prescriptions::status.ne(PrescriptionStatus::Draft));
    let found: Vec<Prescription> = of_patient
        .filter(prescriptions::created_at.ge(window.from))
        .filter(prescriptions::created_at.lt(window.to).or(
            prescriptions::created_at.eq(window.to).and(prescriptions::id.lt(window.ids_below(Kind::Prescription))),
        ))
        .order((prescriptions::created_at.desc(), prescriptions::id.desc()))
        .limit(window.limit)
        .select(Prescription::as_select())
        .load(db)?;
    let ids: Vec<PrescriptionId> = found.iter().map(|p| p.id).collect();
    let medicines: Vec<(PrescriptionId, String)> = prescription_medications::table
        .filter(prescription_medications::prescription_id.eq_any(ids.clone()))
        .order(prescription_medications::position)
        .select((prescription_medications::prescription_id, prescription_medications::medicine))
        .load(db)?;
    let tests: Vec<(PrescriptionId, String)> = test_orders::table
        .filter(test_orders::prescription_id.eq_any(ids))
        .order(test_orders::position)
        .select((test_orders::prescription_id, test_orders::test))
        .load(db)?;
    let doctors = doctor_names(db, found.iter().map(|p| p.doctor_id))?;
    let lines = |all: &[(PrescriptionId, String)], id: PrescriptionId| {
        all.iter().filter(|(of, _)| *of == id).map(|(_, name)| name.clone()).collect()
    };
    let event = |prescription: Prescription| {
        let (id, state) = (prescription.id, prescription.state());
        let row = PrescriptionRow {
            patient: String::new(),
            patient_initials: String::new(),
            doctor: doctors.get(&prescription.doctor_id).cloned().unwrap_or_default(),
            medicines: lines(&medicines, id),
            tests: lines(&tests, id),
            prescription,
        };
        Event {
            place: Place { at: row.prescription.created_at, kind: Kind::Prescription, id: id.0 },
            title: row.summary(),
            text: join(&[&id.code(), &row.doctor]),
            href: Some(format!("/prescriptions/{id}")),
            state: Some(State { kind: state.kind, icon: state.icon, words: state.label }),
        }
    };
    Ok(found.into_iter().map(event).collect())
}

fn vitals(
    db: &mut DbConnection,
    actor: &Actor,
    patient: PatientId,
    born: NaiveDate,
    window: Window,
) -> QueryResult<Vec<Event>> {
    let of_patient = chart::vital_signs::queries::of_patient(actor, patient);
    let found: Vec<Taken> = of_patient
        .filter(vital_signs::recorded_at.ge(window.from))
        .filter(
            vital_signs::recorded_at
                .lt(window.to)
                .or(vital_signs::recorded_at.eq(window.to).and(vital_signs::id.lt(window.ids_below(Kind::Vitals)))),
        )
        .order((vital_signs::recorded_at.desc(), vital_signs::id.desc()))
        .limit(window.limit)
        .select(Taken::as_select())
        .load(db)?;
    let names = Names::load(db, found.iter().map(|t| t.recorded_by))?;
    let event = |taken: Taken| {
        let readings = taken.values.readings(born, taken.recorded_at.date());
        let is_flagged = readings.iter().any(|r| r.flag.is_some_and(|f| f.level.is_extreme()));
        let values: Vec<String> = readings.iter().map(|r| format!("{} {} {}", r.label, r.value, r.unit)).collect();
        Event {
            place: Place { at: taken.recorded_at, kind: Kind::Vitals, id: taken.id.0 },
            title: values.join(" · "),
            text: names.of(taken.recorded_by),
            href: None,
            state: is_flagged.then_some(State { kind: "danger", icon: "alert-triangle", words: "Far from usual" }),
        }
    };
    Ok(found.into_iter().map(event).collect())
}

fn conditions(db: &mut DbConnection, patient: PatientId, window: Window) -> QueryResult<Vec<Event>> {
    let of_patient = conditions::table
        .filter(conditions::patient_id.eq(patient))
        .filter(conditions::entered_in_error_at.is_null())
        .into_boxed();
    let found: Vec<Condition> = of_patient
        .filter(conditions::noted_at.ge(window.from))
        .filter(
            conditions::noted_at
                .lt(window.to)
                .or(conditions::noted_at.eq(window.to).and(conditions::id.lt(window.ids_below(Kind::Condition)))),
        )
        .order((conditions::noted_at.desc(), conditions::id.desc()))
        .limit(window.limit)
        .select(Condition::as_select())
        .load(db)?;
    let names = Names::load(db, found.iter().map(|c| c.noted_by))?;
    let event = |condition: Condition| {
        let since = condition.onset_date.map(|on| format!("since {}", date_text(on))).unwrap_or_default();
        let resolved = condition.resolved_date.map(|on| format!("resolved {}", date_text(on))).unwrap_or_default();
        Event {
            place: Place { at: condition.noted_at, kind: Kind::Condition, id: condition.id.0 },
            title: condition.text(),
            text: join(&[&since, &resolved, &names.of(condition.noted_by)]),
            href: None,
            state: condition.resolved_date.map(|_| State { kind: "success", icon: "check", words: "Resolved" }),
        }
    };
    Ok(found.into_iter().map(event).collect())
}

fn allergies(db: &mut DbConnection, patient: PatientId, window: Window) -> QueryResult<Vec<Event>> {
    let of_patient = allergies::table
        .filter(allergies::patient_id.eq(patient))
        .filter(allergies::entered_in_error_at.is_null())
        .into_boxed();
    let found: Vec<Allergy> = of_patient
        .filter(allergies::noted_at.ge(window.from))
        .filter(
            allergies::noted_at
                .lt(window.to)
                .or(allergies::noted_at.eq(window.to).and(allergies::id.lt(window.ids_below(Kind::Allergy)))),
        )
        .order((allergies::noted_at.desc(), allergies::id.desc()))
        .limit(window.limit)
        .select(Allergy::as_select())
        .load(db)?;
    let names = Names::load(db, found.iter().map(|a| a.noted_by))?;
    let event = |allergy: Allergy| Event {
        place: Place { at: allergy.noted_at, kind: Kind::Allergy, id: allergy.id.0 },
        text: join(&[allergy.severity.label(), &allergy.reaction, &names.of(allergy.noted_by)]),
        title: allergy.substance,
        href: None,
        state: None,
    };
    Ok(found.into_iter().map(event).collect())
}

fn told(db: &mut DbConnection, patient: PatientId, window: Window) -> QueryResult<Vec<Event>> {
    let of_patient = medication_statements::table
        .filter(medication_statements::patient_id.eq(patient))
        .filter(medication_statements::entered_in_error_at.is_null())
        .into_boxed();
    let (at, id) = (medication_statements::noted_at, medication_statements::id);
    let found: Vec<Statement> = of_patient
        .filter(at.ge(window.from))
        .filter(at.lt(window.to).or(at.eq(window.to).and(id.lt(window.ids_below(Kind::Medication)))))
        .order((at.desc(), id.desc()))
        .limit(window.limit)
        .select(Statement::as_select())
        .load(db)?;
    let names = Names::load(db, found.iter().map(|s| s.noted_by))?;
    let event = |told: Statement| {
        let stopped = told.stopped_on.map(|on| format!("stopped {}: {}", date_text(on), told.stop_reason));
        Event {
            place: Place { at: told.noted_at, kind: Kind::Medication, id: told.id.0 },
            text: join(&[&told.directions, &stopped.clone().unwrap_or_default(), &names.of(told.noted_by)]),
            title: told.medicine,
            href: None,
            state: stopped.map(|_| State { kind: "quiet", icon: "pill-off", words: "Stopped" }),
        }
    };
    Ok(found.into_iter().map(event).collect())
}

/// Appointments that became a signed visit are left to the visit.
fn appointments(db: &mut DbConnection, actor: &Actor, patient: PatientId, window: Window) -> QueryResult<Vec<Event>> {
    let visited = encounters::table
        .filter(encounters::patient_id.eq(patient))
        .filter(encounters::status.eq(EncounterStatus::Signed))
        .filter(encounters::appointment_id.is_not_null())
        .select(encounters::appointment_id.assume_not_null());
    let of_patient = booking::queries::visible_to(actor)
        .filter(appointments::patient_id.eq(patient))
        .filter(appointments::status.ne(AppointmentStatus::Completed).or(appointments::id.ne_all(visited)));
    let found: Vec<Appointment> =
        of_patient
            .filter(appointments::starts_at.ge(window.from))
            .filter(appointments::starts_at.lt(window.to).or(
                appointments::starts_at.eq(window.to).and(appointments::id.lt(window.ids_below(Kind::Appointment))),
            ))
            .order((appointments::starts_at.desc(), appointments::id.desc()))
            .limit(window.limit)
            .select(Appointment::as_select())
            .load(db)?;
    let doctors = doctor_names(db, found.iter().map(|a| a.doctor_id))?;
    let event = |appointment: Appointment| {
        let (id, status) = (appointment.id, appointment.status);
        let doctor = doctors.get(&appointment.doctor_id).cloned().unwrap_or_default();
        let reason = appointment.reason;
        Event {
            place: Place { at: appointment.starts_at, kind: Kind::Appointment, id: id.0 },
            title: if reason.is_empty() { "Appointment".to_owned() } else { reason },
            text: join(&[&id.code(), &doctor]),
            href: Some(format!("/appointments/{id}")),
            state: Some(State { kind: status.kind(), icon: status.icon(), words: status.label() }),
        }
    };
    Ok(found.into_iter().map(event).collect())
}

/// `Dr First Last` of these doctors, in one query.
fn doctor_names(db: &mut DbConnection, ids: impl Iterator<Item = DoctorId>) -> QueryResult<HashMap<DoctorId, String>> {
    let ids: BTreeSet<DoctorId> = ids.collect();
    let rows: Vec<(DoctorId, String, String)> = doctors::table
        .inner_join(users::table)
        .filter(doctors::id.eq_any(ids))
        .select((doctors::id, users::first_name, users::last_name))
        .load(db)?;
    Ok(rows.into_iter().map(|(id, first, last)| (id, format!("Dr {first} {last}"))).collect())
}

/// What is not empty, with a dot between.
fn join(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" · ")
}
