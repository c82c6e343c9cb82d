//! Taking in hand, laying aside, handing on, putting back, declining. What needs a reason asks for it on a page.

use askama::Template;

use super::Pharmacist;
use crate::access::{Actor, By};
use crate::audit::Entry;
use crate::db::DbConnection;
use crate::error::AppError;
use crate::pharmacy::dispensing::actions;
use crate::prescriptions;
use crate::prescriptions::model::{Prescription, PrescriptionId};
use crate::web::{Answer, Flash, Form, Page};

const LONGEST_REASON: usize = 500;

#[derive(Template)]
#[template(path = "pharmacy/reason.html")]
struct ReasonPage {
    page: Page,
    prescription: Prescription,
    form: Form,
    ask: &'static Ask,
}

/// Something that is done with a reason.
struct Ask {
    /// The last part of its address.
    path: &'static str,
    /// The page's title, before the prescription's number.
    title: &'static str,
    /// What will happen.
    text: &'static str,
    /// Who reads the reason.
    hint: &'static str,
    missing: &'static str,
    button: &'static str,
    icon: &'static str,
    is_dangerous: bool,
    /// What is told afterwards, after the prescription's number.
    done: &'static str,
    action: fn(&mut DbConnection, &By, &Actor, PrescriptionId, &str) -> Result<String, AppError>,
}

static HOLD: Ask = Ask {
    path: "hold",
    title: "Lay aside",
    text: "It stays yours until you or a colleague goes on with it. Nothing is handed out by this.",
    hint: "Your colleagues read it in the queue.",
    missing: "Say what it waits for.",
    button: "Lay aside",
    icon: "player-pause",
    is_dangerous: false,
    done: "is on hold.",
    action: |db, by, actor, id, reason| {
        actions::hold(db, by, actor, id, reason).map(|()| "/pharmacy?tab=in-progress".to_owned())
    },
};

static TAKE_OVER: Ask = Ask {
    path: "take-over",
    title: "Take over",
    text: "From now on it is yours. What your colleague has typed and not handed out is not kept.",
    hint: "It is kept with the prescription.",
    missing: "Say why you take it over.",
    button: "Take over",
    icon: "transfer",
    is_dangerous: false,
    done: "is yours now.",
    action: |db, by, actor, id, reason| {
        actions::take_over(db, by, actor, id, reason).map(|()| format!("/pharmacy/{id}"))
    },
};

static DECLINE: Ask = Ask {
    path: "decline",
    title: "Decline",
    text: "Nothing more of it will be handed out. The doctor and the patient are told. This cannot be undone.",
    hint: "Doctor and patient read it.",
    missing: "Say why it is declined: doctor and patient read it.",
    button: "Decline all that is left",
    icon: "ban",
    is_dangerous: true,
    done: "was declined.",
    action: |db, by, actor, id, reason| {
        actions::decline_all(db, by, actor, id, reason).map(|dispensing| format!("/dispensings/{dispensing}"))
    },
};

async fn reason_page(cx: &Pharmacist, ask: &'static Ask, form: Form) -> Result<ReasonPage, AppError> {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let prescription = cx.read(move |db| Ok(prescriptions::queries::find(db, &actor, id)?)).await?;
    cx.looked(Entry::viewed("prescription", id, prescription.patient_id).note("page", "pharmacy")).await?;
    Ok(ReasonPage { page: cx.page(&format!("{} {}", ask.title, id.code())), prescription, form, ask })
}

async fn asked(cx: &Pharmacist, ask: &'static Ask) -> Answer {
    cx.html(&reason_page(cx, ask, Form::default()).await?)
}

async fn answered(cx: &Pharmacist, ask: &'static Ask) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let mut form = cx.form.clone();
    let reason = form.required("reason", LONGEST_REASON, ask.missing);
    if !form.is_valid() {
        return cx.invalid(&reason_page(cx, ask, form).await?);
    }
    let (location, _) = cx.write_once(move |db| (ask.action)(db, &by, &actor, id, &reason)).await?;
    cx.redirect_with(&location, &Flash::success(format!("{} {}", id.code(), ask.done)))
}

pub async fn ask_hold(cx: Pharmacist) -> Answer {
    asked(&cx, &HOLD).await
}

pub async fn hold(cx: Pharmacist) -> Answer {
    answered(&cx, &HOLD).await
}

pub async fn ask_take_over(cx: Pharmacist) -> Answer {
    asked(&cx, &TAKE_OVER).await
}

pub async fn take_over(cx: Pharmacist) -> Answer {
    answered(&cx, &TAKE_OVER).await
}

pub async fn ask_decline(cx: Pharmacist) -> Answer {
    asked(&cx, &DECLINE).await
}

pub async fn decline(cx: Pharmacist) -> Answer {
    answered(&cx, &DECLINE).await
}

pub async fn start(cx: Pharmacist) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    cx.write(move |db| actions::start(db, &by, &actor, id)).await?;
    cx.redirect(&format!("/pharmacy/{id}"))
}

pub async fn resume(cx: Pharmacist) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    cx.write(move |db| actions::resume(db, &by, &actor, id)).await?;
    cx.redirect(&format!("/pharmacy/{id}"))
}

pub async fn release(cx: Pharmacist) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    cx.write(move |db| actions::release(db, &by, &actor, id)).await?;
    cx.redirect_with("/pharmacy", &Flash::success(format!("{} is back in the queue.", id.code())))
}
