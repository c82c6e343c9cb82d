//! SQL of favourites. Every query is a doctor's own.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{Favourite, FavouriteId, line_key};
use crate::db::DbConnection;
use crate::db::fold::fold;
use crate::db::schema::prescription_favourites as favourites;
use crate::doctors::model::DoctorId;
use crate::prescriptions::model::Medication;

/// How many a doctor can keep: beyond that nobody finds one.
pub const MOST: i64 = 200;

/// A doctor's favourites: those for this diagnosis first, then by name.
pub fn list(db: &mut DbConnection, doctor: DoctorId, diagnosis: &str) -> QueryResult<Vec<Favourite>> {
    let mut found: Vec<Favourite> = favourites::table
        .filter(favourites::doctor_id.eq(doctor))
        .order(favourites::id)
        .limit(MOST)
        .select(Favourite::as_select())
        .load(db)?;
    let wanted = fold(diagnosis);
    found.sort_by_key(|f| (wanted.is_empty() || fold(&f.diagnosis) != wanted, fold(&f.medicine)));
    Ok(found)
}

/// One of a doctor's favourites.
pub fn find(db: &mut DbConnection, doctor: DoctorId, id: FavouriteId) -> QueryResult<Favourite> {
    favourites::table
        .filter(favourites::doctor_id.eq(doctor))
        .filter(favourites::id.eq(id))
        .select(Favourite::as_select())
        .first(db)
}

/// How many favourites a doctor has.
pub fn count(db: &mut DbConnection, doctor: DoctorId) -> QueryResult<i64> {
    favourites::table.filter(favourites::doctor_id.eq(doctor)).count().get_result(db)
}

/// Whether a line is a favourite already.
pub fn exists(db: &mut DbConnection, doctor: DoctorId, line: &Medication) -> QueryResult<bool> {
    let same = favourites::table
        .filter(favourites::doctor_id.eq(doctor))
        .filter(favourites::line_key.eq(line_key(line)))
        .select(favourites::id);
    diesel::select(diesel::dsl::exists(same)).get_result(db)
}

/// Keeps a line. One that is kept already violates `ux_prescription_favourites_doctor_id_line_key`.
pub fn insert(
    db: &mut DbConnection,
    doctor: DoctorId,
    diagnosis: &str,
    line: &Medication,
    now: NaiveDateTime,
) -> QueryResult<FavouriteId> {
    diesel::insert_into(favourites::table)
        .values((
            favourites::doctor_id.eq(doctor),
            favourites::diagnosis.eq(diagnosis),
            favourites::line_key.eq(line_key(line)),
            favourites::medicine.eq(&line.medicine),
            favourites::dose.eq(&line.dose),
            favourites::unit.eq(&line.unit),
            favourites::route.eq(&line.route),
            favourites::frequency.eq(&line.frequency),
            favourites::duration_days.eq(line.duration_days),
            favourites::quantity.eq(line.quantity.filter(|_| !line.quantity_is_computed)),
            favourites::instructions.eq(&line.instructions),
            favourites::created_at.eq(now),
        ))
        .returning(favourites::id)
        .get_result(db)
}

/// Forgets one of a doctor's favourites; `false` when there was none.
pub fn delete(db: &mut DbConnection, doctor: DoctorId, id: FavouriteId) -> QueryResult<bool> {
    let own = favourites::table.filter(favourites::doctor_id.eq(doctor)).filter(favourites::id.eq(id));
    Ok(diesel::delete(own).execute(db)? == 1)
}
