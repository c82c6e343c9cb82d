//! Voiding a bill, and taking lines back by a credit note.

use askama::Template;

use crate::access::{Requirement, can};
use crate::billing::bills::model::{Bill, BillId, Line, LineId};
use crate::billing::bills::{actions, queries};
use crate::error::AppError;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "billing/void.html")]
struct VoidPage {
    page: Page,
    form: Form,
    bill: Bill,
}

#[derive(Template)]
#[template(path = "billing/credit.html")]
struct CreditPage {
    page: Page,
    form: Form,
    bill: Bill,
    /// Those that can still be taken back.
    lines: Vec<Line>,
}

fn with_version(mut form: Form, bill: &Bill) -> Form {
    if form.value("version").is_empty() {
        form.push("version", bill.version.to_string());
    }
    form
}

async fn void_page<R: Requirement>(cx: &Cx<R>, id: BillId, form: Form) -> Result<VoidPage, AppError> {
    let actor = cx.actor()?.clone();
    let bill = cx.read(move |db| Ok(queries::find(db, &actor, id)?)).await?;
    Ok(VoidPage { page: cx.page(&format!("Void {}", id.code())), form: with_version(form, &bill), bill })
}

pub async fn confirm_void(cx: Cx<can::CorrectBills>) -> Answer {
    let page = void_page(&cx, cx.id("id")?, Form::default()).await?;
    cx.html(&page)
}

pub async fn void(cx: Cx<can::CorrectBills>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<BillId>("id")?);
    let mut form = cx.form.clone();
    let reason = form.required("reason", 300, "Say why, so that the books explain it.");
    if !form.is_valid() {
        return cx.invalid(&void_page(&cx, id, form).await?);
    }
    let (by, version) = (cx.by.clone(), form.version());
    match cx.write(move |db| actions::void(db, &by, &actor, id, version, &reason)).await {
        Ok(()) => {
            let flash = Flash::success(format!("{} is void; its charges are open again.", id.code()));
            cx.redirect_with(&format!("/bills/{id}"), &flash)
        }
        Err(error) => Err(error),
    }
}

async fn credit_page<R: Requirement>(cx: &Cx<R>, id: BillId, form: Form) -> Result<CreditPage, AppError> {
    let actor = cx.actor()?.clone();
    let (bill, lines, gone) = cx
        .read(move |db| {
            let bill = queries::find(db, &actor, id)?;
            Ok((bill, queries::lines(db, id)?, queries::credited_lines(db, id)?))
        })
        .await?;
    let lines = lines.into_iter().filter(|line| !gone.contains(&line.id)).collect();
    let page = cx.page(&format!("Credit note for {}", id.code()));
    Ok(CreditPage { page, form: with_version(form, &bill), bill, lines })
}

pub async fn offer_credit(cx: Cx<can::CorrectBills>) -> Answer {
    let page = credit_page(&cx, cx.id("id")?, Form::default()).await?;
    cx.html(&page)
}

pub async fn credit(cx: Cx<can::CorrectBills>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<BillId>("id")?);
    let mut form = cx.form.clone();
    let reason = form.required("reason", 300, "Say why, so that the books explain it.");
    let lines: Vec<LineId> = form.values("line").filter_map(|line| line.parse().ok().map(LineId)).collect();
    if lines.is_empty() {
        form.refuse_field("line", "Choose what is taken back.");
    }
    if !form.is_valid() {
        return cx.invalid(&credit_page(&cx, id, form).await?);
    }
    let (by, version) = (cx.by.clone(), form.version());
    let (location, _) = cx
        .write_once(move |db| {
            let note = actions::credit(db, &by, &actor, id, version, &lines, &reason)?;
            Ok(format!("/bills/{note}"))
        })
        .await?;
    cx.redirect_with(&location, &Flash::success("The credit note is issued."))
}
