//! What stands above every step: the bar of steps, and whom it is for.

use super::whose;
use crate::access::can;
use crate::appointments::model::AppointmentId;
use crate::appointments::pages::choice::{Booker, Choice};
use crate::audit::Entry;
use crate::error::AppError;
use crate::patients;
use crate::patients::model::Patient;
use crate::web::{Cx, Page};

/// A step in the bar above the pages.
pub(super) struct StepLink {
    pub label: &'static str,
    /// Where the step can be done again; empty for the present and later ones.
    pub href: String,
    pub is_current: bool,
}

/// What the pages of all steps show above their own content.
pub(super) struct Frame {
    pub page: Page,
    pub steps: Vec<StepLink>,
    /// Whom it is for, at the desk.
    pub patient: Option<Patient>,
    pub follow_up_of: Option<AppointmentId>,
    pub is_desk: bool,
}

/// What stands above a step: 1 the doctor, 2 the time, 3 the details.
pub(super) fn frame(
    cx: &Cx<can::SeeAppointments>,
    booker: Booker,
    choice: &Choice,
    patient: Patient,
    step: usize,
) -> Frame {
    let title = match booker {
        Booker::Own(_) => "Book an appointment",
        Booker::Desk => "New appointment",
        Booker::Doctor(_) => "Book a follow-up",
    };
    let only = |patient, doctor| Choice {
        patient,
        doctor,
        follow_up_of: choice.follow_up_of,
        department: choice.department,
        ..Choice::default()
    };
    // Each with the choice that leads back to it.
    let (all, at) = match booker {
        Booker::Own(_) => {
            let first = ("Doctor", Choice { department: choice.department, ..Choice::default() });
            (vec![first, ("Time", only(None, choice.doctor)), ("Reason", choice.clone())], step - 1)
        }
        Booker::Desk => {
            let first = ("Patient", Choice { doctor: choice.doctor, slot: choice.slot, ..Choice::default() });
            let second = ("Free time", only(choice.patient, choice.doctor));
            (vec![first, second, ("Details", choice.clone())], (step - 1).max(1))
        }
        Booker::Doctor(_) => (vec![("Time", only(None, None)), ("Reason", choice.clone())], step.saturating_sub(2)),
    };
    let steps = all
        .into_iter()
        .enumerate()
        .map(|(n, (label, choice))| StepLink {
            label,
            href: if n < at { choice.address("/book") } else { String::new() },
            is_current: n == at,
        })
        .collect();
    Frame {
        page: cx.page(title),
        steps,
        patient: (!matches!(booker, Booker::Own(_))).then_some(patient),
        follow_up_of: choice.follow_up_of,
        is_desk: booker.is_desk(),
    }
}

/// The patient whom it is for, within what the person may see; staff's look at who it is is recorded.
pub(super) async fn patient_of(
    cx: &Cx<can::SeeAppointments>,
    booker: Booker,
    choice: &Choice,
) -> Result<Patient, AppError> {
    let (actor, id) = (cx.actor()?.clone(), whose(booker, choice).ok_or(AppError::NotFound)?);
    let patient = cx.read(move |db| Ok(patients::queries::find(db, &actor, id)?)).await?;
    if !matches!(booker, Booker::Own(_)) {
        cx.looked(Entry::viewed("patient", id, id).note("page", "booking")).await?;
    }
    Ok(patient)
}
