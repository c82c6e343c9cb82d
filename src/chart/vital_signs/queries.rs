//! SQL of vital signs.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::VitalSigns;
use super::model::{Taken, VitalsId};
use crate::access::{Actor, Role};
use crate::accounts::model::UserId;
use crate::db::schema::{encounters, vital_signs};
use crate::db::{DbConnection, MultiBackend};
use crate::doctors::model::DoctorId;
use crate::encounters::model::EncounterId;
use crate::patients::model::PatientId;

/// No chart that anybody reads has more; one that does shows the newest.
const MOST: i64 = 20_000;

/// The measurements of a patient that a person may read: those of a consultation that is not signed yet are its doctor's
/// alone. Whether the person may read the chart was asked before.
pub fn of_patient(actor: &Actor, patient: PatientId) -> vital_signs::BoxedQuery<'static, MultiBackend> {
    let own = actor.doctor_id.filter(|_| actor.role == Role::Doctor).unwrap_or(DoctorId(0));
    let open = encounters::table
        .filter(encounters::patient_id.eq(patient))
        .filter(encounters::status.eq("signed").or(encounters::status.eq("draft").and(encounters::doctor_id.eq(own))))
        .select(encounters::id.nullable());
    vital_signs::table
        .filter(vital_signs::patient_id.eq(patient))
        .filter(vital_signs::entered_in_error_at.is_null())
        .filter(vital_signs::encounter_id.is_null().or(vital_signs::encounter_id.eq_any(open)))
        .into_boxed()
}

/// All that a person may read, from the first to the last.
pub fn all(db: &mut DbConnection, actor: &Actor, patient: PatientId) -> QueryResult<Vec<Taken>> {
    let mut found: Vec<Taken> = of_patient(actor, patient)
        .order((vital_signs::recorded_at.desc(), vital_signs::id.desc()))
        .limit(MOST)
        .select(Taken::as_select())
        .load(db)?;
    found.reverse();
    Ok(found)
}

/// The last height and weight that a person may read, and nothing else; those of the visit `except` do not count.
pub fn last_body(
    db: &mut DbConnection,
    actor: &Actor,
    patient: PatientId,
    except: Option<EncounterId>,
) -> QueryResult<VitalSigns> {
    let earlier = || {
        let except = except.unwrap_or(EncounterId(0));
        of_patient(actor, patient)
            .filter(vital_signs::encounter_id.is_null().or(vital_signs::encounter_id.ne(except)))
            .order((vital_signs::recorded_at.desc(), vital_signs::id.desc()))
            .limit(1)
    };
    let height_mm = earlier()
        .filter(vital_signs::height_mm.is_not_null())
        .select(vital_signs::height_mm)
        .first(db)
        .optional()?
        .flatten();
    let weight_g = earlier()
        .filter(vital_signs::weight_g.is_not_null())
        .select(vital_signs::weight_g)
        .first(db)
        .optional()?
        .flatten();
    Ok(VitalSigns { height_mm, weight_g, ..VitalSigns::default() })
}

/// What was marked as entered in error outside visits, the latest first.
pub fn in_error(db: &mut DbConnection, patient: PatientId) -> QueryResult<Vec<Taken>> {
    vital_signs::table
        .filter(vital_signs::patient_id.eq(patient))
        .filter(vital_signs::encounter_id.is_null())
        .filter(vital_signs::entered_in_error_at.is_not_null())
        .order(vital_signs::id.desc())
        .select(Taken::as_select())
        .load(db)
}

/// The measurements of one moment, taken outside a visit, entered in error or not.
pub fn find(db: &mut DbConnection, patient: PatientId, id: VitalsId) -> QueryResult<Taken> {
    vital_signs::table
        .filter(vital_signs::patient_id.eq(patient))
        .filter(vital_signs::encounter_id.is_null())
        .filter(vital_signs::id.eq(id))
        .select(Taken::as_select())
        .first(db)
}

/// Adds measurements taken outside a visit.
pub fn insert(
    db: &mut DbConnection,
    patient: PatientId,
    values: &VitalSigns,
    by: Option<UserId>,
    now: NaiveDateTime,
) -> QueryResult<VitalsId> {
    diesel::insert_into(vital_signs::table)
        .values((
            values,
            vital_signs::patient_id.eq(patient),
            vital_signs::recorded_by.eq(by),
            vital_signs::recorded_at.eq(now),
        ))
        .returning(vital_signs::id)
        .get_result(db)
}

/// Marks measurements as entered in error; `false` when they are already.
pub fn retract(
    db: &mut DbConnection,
    id: VitalsId,
    by: Option<UserId>,
    reason: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let present = vital_signs::table.find(id).filter(vital_signs::entered_in_error_at.is_null());
    let changed = diesel::update(present)
        .set((
            vital_signs::entered_in_error_at.eq(now),
            vital_signs::entered_in_error_by.eq(by),
            vital_signs::entered_in_error_reason.eq(reason),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
