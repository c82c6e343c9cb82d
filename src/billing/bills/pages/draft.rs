//! Making a draft of open charges, working on it, issuing it.

use super::show;
use crate::access::can;
use crate::billing::bills::model::{BillId, LineId};
use crate::billing::bills::{actions, forms, queries};
use crate::billing::{forms as charge_forms, prices, taxes};
use crate::error::AppError;
use crate::patients::model::PatientId;
use crate::web::{Answer, Cx, Flash, Form};

/// `POST /patients/{id}/bills`: one draft of everything that is open.
pub async fn create(cx: Cx<can::ManageBills>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let drafted = cx.write_once(move |db| Ok(format!("/bills/{}", actions::draft(db, &by, &actor, id)?))).await;
    cx.redirect(&drafted?.0)
}

/// What came of working on a draft: the page with what is wrong, or the draft as it is now.
async fn answer(
    cx: &Cx<can::ManageBills>,
    id: BillId,
    mut form: Form,
    field: &str,
    done: Result<(), AppError>,
) -> Answer {
    match done {
        Ok(()) => cx.redirect_with(&format!("/bills/{id}"), &Flash::success("The draft was saved.")),
        Err(AppError::Conflict(words)) => {
            form.refuse_field(field, words);
            cx.invalid(&show::page(cx, id, Some(form)).await?)
        }
        Err(AppError::Constraint(name)) if name == "foreign_key" => {
            form.refuse_field("department_id", "Choose one of the list.");
            cx.invalid(&show::page(cx, id, Some(form)).await?)
        }
        Err(error) => Err(error),
    }
}

pub async fn edit(cx: Cx<can::ManageBills>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<BillId>("id")?);
    let scope = actor.clone();
    let (bill, rates) = cx.read(move |db| Ok((queries::find(db, &scope, id)?, taxes::queries::offered(db)?))).await?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form, &rates, bill.currency()) else {
        return cx.invalid(&show::page(&cx, id, Some(form)).await?);
    };
    let (by, version) = (cx.by.clone(), form.version());
    let done = cx.write(move |db| actions::edit(db, &by, &actor, id, version, &input)).await;
    answer(&cx, id, form, "discount", done).await
}

pub async fn add_line(cx: Cx<can::ManageBills>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<BillId>("id")?);
    let scope = actor.clone();
    let (bill, items) = cx.read(move |db| Ok((queries::find(db, &scope, id)?, prices::queries::offered(db)?))).await?;
    let mut form = cx.form.clone();
    let Some(input) = charge_forms::parse(&mut form, &items, bill.currency()) else {
        return cx.invalid(&show::page(&cx, id, Some(form)).await?);
    };
    let (by, version) = (cx.by.clone(), form.version());
    let done = cx
        .write_once(move |db| {
            actions::add_line(db, &by, &actor, id, version, &input)?;
            Ok(format!("/bills/{id}"))
        })
        .await;
    answer(&cx, id, form, "description", done.map(|_| ())).await
}

pub async fn remove_line(cx: Cx<can::ManageBills>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<BillId>("id")?);
    let (line, version) = (cx.id::<i64>("line").map(LineId)?, cx.form.version());
    cx.write(move |db| actions::remove_line(db, &by, &actor, id, version, line)).await?;
    cx.redirect_with(&format!("/bills/{id}"), &Flash::success("The line is off the draft; its charge is open again."))
}

pub async fn discard(cx: Cx<can::ManageBills>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<BillId>("id")?);
    let version = cx.form.version();
    let patient = cx.write(move |db| actions::discard(db, &by, &actor, id, version)).await?;
    let flash = Flash::success("The draft was discarded; its charges are open again.");
    cx.redirect_with(&format!("/patients/{patient}/bills"), &flash)
}

pub async fn issue(cx: Cx<can::ManageBills>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<BillId>("id")?);
    let version = cx.form.version();
    let issued = cx
        .write_once(move |db| {
            actions::issue(db, &by, &actor, id, version)?;
            Ok(format!("/bills/{id}"))
        })
        .await;
    let (location, _) = issued?;
    cx.redirect_with(&location, &Flash::success(format!("{} is issued, and stays as it is.", id.code())))
}
