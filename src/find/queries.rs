//! Which record bears a code.

use diesel::prelude::*;

use crate::access::{Actor, Permission};
use crate::appointments::model::AppointmentId;
use crate::db::DbConnection;
use crate::patients::model::PatientId;
use crate::pharmacy::dispensing;
use crate::pharmacy::dispensing::model::DispensingId;
use crate::prescriptions::model::PrescriptionId;
use crate::{appointments, medicines, patients, prescriptions};

/// The address of the record with this code that the person may open; `None` when there is none.
pub fn address(db: &mut DbConnection, actor: &Actor, typed: &str) -> QueryResult<Option<String>> {
    if let Some(id) = PrescriptionId::from_code(typed) {
        let found = prescriptions::queries::find(db, actor, id).optional()?;
        // Who dispenses goes on with it; everybody else reads it.
        let place = if actor.may(Permission::DispensePrescriptions) { "pharmacy" } else { "prescriptions" };
        return Ok(found.map(|_| format!("/{place}/{id}")));
    }
    if let Some(id) = DispensingId::from_code(typed).filter(|_| actor.may(Permission::DispensePrescriptions)) {
        return Ok(dispensing::queries::find(db, actor, id).optional()?.map(|_| format!("/dispensings/{id}")));
    }
    if let Some(id) = PatientId::from_code(typed) {
        return Ok(patients::queries::find(db, actor, id).optional()?.map(|_| format!("/patients/{id}")));
    }
    if let Some(id) = AppointmentId::from_code(typed).filter(|_| actor.may(Permission::SeeAppointments)) {
        return Ok(appointments::queries::find(db, actor, id).optional()?.map(|_| format!("/appointments/{id}")));
    }
    let barcode = typed.trim();
    if barcode.is_empty() || !actor.may(Permission::SeeMedicines) {
        return Ok(None);
    }
    Ok(medicines::queries::of_barcode(db, barcode)?.map(|id| format!("/medicines/{id}")))
}
