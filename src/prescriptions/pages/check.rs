//! What is shown beside the lines while they are written: the words that the patient will read, and the warnings.

use askama::Template;

use super::write::whom;
use crate::access::{Actor, By, can};
use crate::audit::Entry;
use crate::db::DbConnection;
use crate::error::AppError;
use crate::patients::model::PatientId;
use crate::prescriptions::forms::{self, MedicationLine};
use crate::prescriptions::model::{Content, PrescriptionId, Warning, fingerprint};
use crate::prescriptions::{actions, queries};
use crate::web::{Answer, Cx, Form};

/// What a line says so far, in words.
#[derive(Template)]
#[template(path = "prescriptions/preview.html")]
struct Preview {
    words: String,
}

/// The warnings below the lines, with the reason for going on.
#[derive(Template)]
#[template(path = "prescriptions/warnings_panel.html")]
pub(super) struct Panel {
    pub warnings: Vec<Warning>,
    /// The fingerprint of these warnings.
    pub seen: String,
    pub reason: String,
    pub error: Option<String>,
}

impl Panel {
    /// The panel for what stands in a form.
    pub(super) fn load(
        db: &mut DbConnection,
        by: &By,
        actor: &Actor,
        patient: PatientId,
        form: &Form,
    ) -> Result<Self, AppError> {
        let content = Content { medications: forms::medications(form), ..Content::default() };
        let content = actions::linked(db, &content)?;
        let warnings = actions::warnings(db, by, actor, patient, &content)?;
        Ok(Self {
            seen: fingerprint(&warnings),
            warnings,
            reason: form.value("override_reason").to_owned(),
            error: form.error("override_reason").map(ToOwned::to_owned),
        })
    }
}

/// What a line says so far, for the words under it.
pub async fn preview(cx: Cx<can::WritePrescriptions>) -> Answer {
    let line = MedicationLine {
        dose: cx.query("dose"),
        unit: cx.query("unit"),
        route: cx.query("route"),
        frequency: cx.query("frequency"),
        duration: cx.query("duration"),
        quantity: cx.query("quantity"),
        ..MedicationLine::default()
    };
    cx.html(&Preview { words: line.preview() })
}

/// The warnings about the lines of the form as it stands, while it is written.
pub async fn check(cx: Cx<can::WritePrescriptions>) -> Answer {
    let (by, actor, form) = (cx.by.clone(), cx.actor()?.clone(), cx.form.clone());
    let (patient, panel) = cx
        .read(move |db| {
            let patient = match form.value("prescription").parse::<i64>() {
                Ok(id) => queries::find(db, &actor, PrescriptionId(id))?.patient_id,
                Err(_) => actions::occasion(db, &actor, whom(form.value("encounter"), form.value("patient"))?)?.patient,
            };
            Ok((patient, Panel::load(db, &by, &actor, patient, &form)?))
        })
        .await?;
    cx.looked(Entry::viewed("patient", patient, patient).note("page", "prescription form")).await?;
    cx.html(&panel)
}
