//! SQL of the lines of prescriptions, as the pharmacy sees them.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::chart::medications::model::LineId;
use crate::db::DbConnection;
use crate::db::schema::{
    dispensing_declines, dispensing_items, medicines, prescription_medication_stops as stops,
    prescription_medications as lines,
};
use crate::medicines::model::MedicineId;
use crate::pharmacy::dispensing::model::Line;
use crate::prescriptions::model::{Medication, PrescriptionId};

/// The lines of a prescription in their order. The scope was checked with the prescription.
pub fn of_prescription(db: &mut DbConnection, id: PrescriptionId, today: NaiveDate) -> QueryResult<Vec<Line>> {
    Ok(of_prescriptions(db, &[id], today)?.into_iter().map(|(_, line)| line).collect())
}

/// The lines of several prescriptions, each with its prescription, in four queries however many there are.
pub fn of_prescriptions(
    db: &mut DbConnection,
    ids: &[PrescriptionId],
    today: NaiveDate,
) -> QueryResult<Vec<(PrescriptionId, Line)>> {
    let found: Vec<(PrescriptionId, LineId, Medication, Option<String>)> = lines::table
        .left_join(medicines::table.on(lines::medicine_id.eq(medicines::id.nullable())))
        .filter(lines::prescription_id.eq_any(ids.to_vec()))
        .order((lines::prescription_id, lines::position))
        .select((lines::prescription_id, lines::id, Medication::as_select(), medicines::unit.nullable()))
        .load(db)?;
    let line_ids: Vec<LineId> = found.iter().map(|(_, line, ..)| *line).collect();
    let handed: Vec<(LineId, MedicineId, String, i32)> = dispensing_items::table
        .inner_join(medicines::table)
        .filter(dispensing_items::prescription_medication_id.eq_any(line_ids.clone()))
        .order(dispensing_items::id)
        .select((
            dispensing_items::prescription_medication_id,
            dispensing_items::medicine_id,
            medicines::unit,
            dispensing_items::quantity,
        ))
        .load(db)?;
    let declined: Vec<(LineId, String)> = dispensing_declines::table
        .filter(dispensing_declines::prescription_medication_id.eq_any(line_ids.clone()))
        .select((dispensing_declines::prescription_medication_id, dispensing_declines::reason))
        .load(db)?;
    let stopped: Vec<(LineId, NaiveDate, String)> = stops::table
        .filter(stops::prescription_medication_id.eq_any(line_ids))
        .filter(stops::entered_in_error_at.is_null())
        .filter(stops::stopped_on.le(today))
        .select((stops::prescription_medication_id, stops::stopped_on, stops::reason))
        .load(db)?;
    let line = |(prescription, id, medication, unit): (PrescriptionId, LineId, Medication, Option<String>)| {
        let of_line = || handed.iter().filter(|(of, ..)| *of == id);
        let last = of_line().next_back();
        let unit = unit.or_else(|| last.map(|(_, _, unit, _)| unit.clone())).unwrap_or_else(|| medication.unit.clone());
        let line = Line {
            id,
            unit,
            dispensed: of_line().map(|(.., quantity)| quantity).sum(),
            last_medicine: last.map(|(_, medicine, ..)| *medicine),
            declined: declined.iter().find(|(of, _)| *of == id).map(|(_, reason)| reason.clone()),
            stopped: stopped.iter().find(|(of, ..)| *of == id).map(|(_, on, reason)| (*on, reason.clone())),
            medication,
        };
        (prescription, line)
    };
    Ok(found.into_iter().map(line).collect())
}
