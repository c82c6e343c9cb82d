//! One ordered test with its result, and noting that it was seen.

use askama::Template;

use crate::access::{Permission, Requirement, can};
use crate::audit::Entry;
use crate::doctors;
use crate::documents;
use crate::documents::model::Document;
use crate::error::AppError;
use crate::patients::banner::{self, Banner};
use crate::patients::tabs::Tab;
use crate::prescriptions::model::PrescriptionStatus;
use crate::prescriptions::results::model::{Order, ResultId, ResultRow, ResultStatus, TestOrderId};
use crate::prescriptions::results::{actions, queries};
use crate::time::Zone;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "results/show.html")]
pub(super) struct ShowPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    order: Order,
    doctor: String,
    form: Form,
    /// What the person may know of the result.
    known: Known,
    /// Earlier ones and those entered in error, for those who write the chart.
    earlier: Vec<ResultRow>,
    reports: Vec<Document>,
    may: May,
    is_patient: bool,
    zone: Zone,
}

/// What a person may know of a test's result.
enum Known {
    /// There is none yet.
    Nothing,
    /// There is one, which is not for this person, or not yet.
    ThatThereIsOne,
    All(Box<ResultRow>),
}

/// What the person may do with this test now.
struct May {
    enter: bool,
    review: bool,
    /// Bring the laboratory's report without entering a result.
    attach: bool,
    prescription: bool,
}

impl ShowPage {
    fn result(&self) -> Option<&ResultRow> {
        match &self.known {
            Known::All(row) => Some(row),
            _ => None,
        }
    }

    fn is_in(&self) -> bool {
        matches!(self.known, Known::ThatThereIsOne)
    }

    fn is_amended(&self, row: &ResultRow) -> bool {
        row.result.status == ResultStatus::Amended
    }

    fn is_cancelled(&self) -> bool {
        self.order.prescription_status == PrescriptionStatus::Cancelled
    }
}

/// The page, in the scope of the prescription; `form` is that of noting or attaching.
pub(super) async fn show_page<R: Requirement>(cx: &Cx<R>, form: Form) -> Result<ShowPage, AppError> {
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<TestOrderId>("id")?, cx.today());
    let reads = actor.may(Permission::ReadChart);
    let attaches = actor.may(Permission::UploadDocuments) && actor.role.is_staff();
    // The pharmacy sees prescriptions, and nothing of tests.
    if !reads && !attaches {
        return Err(AppError::Forbidden);
    }
    let reader = actor.clone();
    let (order, doctor, results, reports, banner) = cx
        .read(move |db| {
            let order = queries::find(db, &reader, id)?;
            let banner = banner::load(db, &reader, order.patient_id, today)?;
            let doctor = doctors::queries::display_name(db, order.doctor_id)?;
            let reports = documents::queries::of_test_order(db, &reader, id)?;
            Ok((order, doctor, queries::all_of(db, id)?, reports, banner))
        })
        .await?;
    cx.looked(Entry::viewed("test_order", id, order.patient_id)).await?;
    let (is_patient, writes) = (actor.patient_id == Some(order.patient_id), actor.may(Permission::WriteChart));
    let (mut counting, earlier): (Vec<ResultRow>, Vec<ResultRow>) =
        results.into_iter().partition(|row| row.result.is_current());
    let current = counting.pop();
    let is_open = current.is_none();
    let is_unread = current.as_ref().is_some_and(|row| !row.result.is_reviewed());
    let known = match current {
        None => Known::Nothing,
        Some(row) if reads && (!is_patient || row.result.is_reviewed()) => Known::All(Box::new(row)),
        Some(_) => Known::ThatThereIsOne,
    };
    Ok(ShowPage {
        page: cx.page(&format!("{}: {}", order.test, banner.name)),
        banner,
        tab: Tab::Tests,
        doctor,
        form,
        known,
        earlier: if writes { earlier } else { Vec::new() },
        reports,
        may: May {
            enter: writes,
            review: is_unread && writes && actor.may(Permission::WritePrescriptions),
            attach: attaches && (!writes || !is_open),
            prescription: actor.may(Permission::SeePrescriptions),
        },
        is_patient,
        zone: cx.zone(),
        order,
    })
}

pub async fn show(cx: Cx<can::SeePrescriptions>) -> Answer {
    cx.html(&show_page(&cx, Form::default()).await?)
}

/// The doctor has read the result.
pub async fn seen(cx: Cx<can::WritePrescriptions>) -> Answer {
    let mut form = cx.form.clone();
    let note = form.text("note_to_patient", 2000);
    let seen = form.id::<ResultId>("result");
    if !cx.may(Permission::WriteChart) {
        return Err(AppError::Forbidden);
    }
    let Some(result) = seen.filter(|_| form.is_valid()) else {
        return cx.invalid(&show_page(&cx, form).await?);
    };
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<TestOrderId>("id")?);
    let outcome = cx
        .write(move |db| {
            actions::review(db, &by, &actor, id, result, &note)?;
            match actor.doctor_id {
                Some(doctor) => Ok(queries::unread_of(db, doctor, 1)?.pop().map(|row| row.order)),
                None => Ok(None),
            }
        })
        .await;
    match outcome {
        Ok(Some(next)) => {
            let flash = Flash::success("Noted as seen. The patient can read it now.")
                .link(format!("/test-orders/{}", next.id), format!("Next: {}", next.test));
            cx.redirect_with("/results", &flash)
        }
        Ok(None) => {
            let flash = Flash::success("Noted as seen. The patient can read it now. Nothing else is unread.");
            cx.redirect_with("/results", &flash)
        }
        Err(AppError::Conflict(message)) => cx.redirect_with(&format!("/test-orders/{id}"), &Flash::danger(message)),
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "results/in_error.html")]
struct InErrorPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    form: Form,
    order: Order,
    row: ResultRow,
}

async fn in_error_page(cx: &Cx<can::WriteChart>, form: Form) -> Result<InErrorPage, AppError> {
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<TestOrderId>("id")?, cx.today());
    let (order, banner, row) = cx
        .read(move |db| {
            let order = queries::find(db, &actor, id)?;
            let banner = banner::load(db, &actor, order.patient_id, today)?;
            let row = queries::all_of(db, id)?.into_iter().find(|row| row.result.is_current());
            Ok((order, banner, row.ok_or(AppError::NotFound)?))
        })
        .await?;
    cx.looked(Entry::viewed("test_order", id, order.patient_id)).await?;
    Ok(InErrorPage {
        page: cx.page(&format!("Entered in error: {}", banner.name)),
        banner,
        tab: Tab::Tests,
        form,
        order,
        row,
    })
}

pub async fn ask_error(cx: Cx<can::WriteChart>) -> Answer {
    cx.html(&in_error_page(&cx, Form::default()).await?)
}

pub async fn mark_error(cx: Cx<can::WriteChart>) -> Answer {
    let mut form = cx.form.clone();
    let reason = form.required("reason", 500, "Say what was wrong.");
    let seen = form.id::<ResultId>("result");
    let Some(result) = seen.filter(|_| form.is_valid()) else {
        return cx.invalid(&in_error_page(&cx, form).await?);
    };
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<TestOrderId>("id")?);
    let (location, _) = cx
        .write_once(move |db| {
            actions::mark_error(db, &by, &actor, id, result, &reason)?;
            Ok(format!("/test-orders/{id}"))
        })
        .await?;
    cx.redirect_with(&location, &Flash::success("The result was marked as entered in error."))
}
