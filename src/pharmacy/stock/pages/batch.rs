//! A batch with its movements, what can be done to it, and the movements of a medicine.

use std::str::FromStr;

use askama::Template;

use crate::access::{Actor, Permission, can};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::medicines;
use crate::medicines::model::{Medicine, MedicineId};
use crate::pharmacy::stock::actions;
use crate::pharmacy::stock::forms::{self, Act, ActInput};
use crate::pharmacy::stock::model::{Batch, BatchId, LedgerRow, MovementId};
use crate::pharmacy::stock::queries::{self, Of};
use crate::pharmacy::stock::shelf::{BatchView, LedgerView};
use crate::time::Zone;
use crate::web::{Answer, Cx, Flash, Form, Page};

/// How many movements a page has.
const SHOWN: i64 = 25;

#[derive(Template)]
#[template(path = "pharmacy/batch.html")]
struct ShowPage {
    page: Page,
    medicine: Medicine,
    view: BatchView,
    /// What one unit cost; empty for those who do not manage the stock.
    unit_cost: String,
    rows: Vec<LedgerView>,
    /// The address of the movements before these.
    earlier: Option<String>,
    acts: Vec<Act>,
}

#[derive(Template)]
#[template(path = "pharmacy/movements.html")]
struct MovementsPage {
    page: Page,
    medicine: Medicine,
    rows: Vec<LedgerView>,
    earlier: Option<String>,
}

#[derive(Template)]
#[template(path = "pharmacy/batch_act.html")]
struct ActPage {
    page: Page,
    medicine: Medicine,
    view: BatchView,
    act: Act,
    form: Form,
}

impl ActPage {
    fn directions(&self) -> [(&'static str, &'static str); 2] {
        forms::DIRECTIONS
    }
}

fn find(db: &mut DbConnection, id: BatchId) -> Result<(Batch, Medicine), AppError> {
    let batch = queries::find(db, id)?;
    let medicine = medicines::queries::find(db, batch.medicine_id)?;
    Ok((batch, medicine))
}

fn before(asked: &str) -> Option<MovementId> {
    asked.parse().ok().map(MovementId)
}

/// A page of rows, and the id before which the next one begins.
fn cut(mut rows: Vec<LedgerRow>) -> (Vec<LedgerRow>, Option<MovementId>) {
    let shown = usize::try_from(SHOWN).unwrap_or(0);
    let has_more = rows.len() > shown;
    rows.truncate(shown);
    let next = rows.last().map(|row| row.movement.id).filter(|_| has_more);
    (rows, next)
}

/// The rows with what the batch held after each; `held` is what it held after the first.
fn with_balance(rows: Vec<LedgerRow>, actor: &Actor, zone: Zone, mut held: i64) -> Vec<LedgerView> {
    let view = |row: LedgerRow| {
        let after = held;
        held -= i64::from(row.movement.quantity);
        LedgerView::new(row, actor, zone, Some(after))
    };
    rows.into_iter().map(view).collect()
}

/// What may be done to the batch now.
fn acts(batch: &Batch, today: chrono::NaiveDate) -> Vec<Act> {
    let mut acts = vec![Act::Adjust];
    if batch.quantity > 0 {
        acts.push(Act::SendBack);
        if batch.has_expired(today) {
            acts.push(Act::WriteOff);
        }
    }
    acts.push(if batch.is_recalled() { Act::Release } else { Act::Recall });
    acts
}

pub async fn show(cx: Cx<can::SeeMedicines>) -> Answer {
    let (id, today, zone) = (cx.id::<BatchId>("id")?, cx.today(), cx.zone());
    let before = before(&cx.query("before"));
    let (batch, medicine, rows, since) = cx
        .read(move |db| {
            let (batch, medicine) = find(db, id)?;
            let since = match before {
                Some(from) => queries::sum_since(db, id, from)?,
                None => 0,
            };
            Ok((batch, medicine, queries::ledger(db, Of::Batch(id), before, SHOWN + 1)?, since))
        })
        .await?;
    let (rows, next) = cut(rows);
    let rows = with_balance(rows, cx.actor()?, zone, i64::from(batch.quantity) - since);
    let may_manage = cx.may(Permission::ManageStock);
    let currency = cx.settings().currency();
    let page = ShowPage {
        page: cx.page(&format!("Lot {}", batch.lot)),
        unit_cost: if may_manage { currency.text(batch.unit_cost) } else { String::new() },
        earlier: next.map(|next| format!("/batches/{id}?before={next}")),
        acts: if may_manage { acts(&batch, today) } else { Vec::new() },
        view: BatchView::new(batch, &medicine.unit, today),
        medicine,
        rows,
    };
    cx.html(&page)
}

/// All movements of a medicine.
pub async fn movements(cx: Cx<can::SeeMedicines>) -> Answer {
    let (id, zone) = (cx.id::<MedicineId>("id")?, cx.zone());
    let before = before(&cx.query("before"));
    let (medicine, rows) = cx
        .read(move |db| {
            Ok((medicines::queries::find(db, id)?, queries::ledger(db, Of::Medicine(id), before, SHOWN + 1)?))
        })
        .await?;
    let (rows, next) = cut(rows);
    let actor = cx.actor()?;
    let page = MovementsPage {
        page: cx.page(&format!("Movements of {}", medicine.name)),
        rows: rows.into_iter().map(|row| LedgerView::new(row, actor, zone, None)).collect(),
        earlier: next.map(|next| format!("/medicines/{id}/movements?before={next}")),
        medicine,
    };
    cx.html(&page)
}

/// The act of the address.
fn asked(cx: &Cx<can::ManageStock>) -> Result<Act, AppError> {
    Act::from_str(cx.path("act")).map_err(|_| AppError::NotFound)
}

async fn act_page(cx: &Cx<can::ManageStock>, id: BatchId, act: Act, form: Form) -> Result<ActPage, AppError> {
    let (batch, medicine) = cx.read(move |db| find(db, id)).await?;
    let view = BatchView::new(batch, &medicine.unit, cx.today());
    let title = format!("{}: lot {}", act.title(), view.batch.lot);
    Ok(ActPage { page: cx.page(&title), medicine, view, act, form })
}

pub async fn ask(cx: Cx<can::ManageStock>) -> Answer {
    let (id, act) = (cx.id::<BatchId>("id")?, asked(&cx)?);
    let form = Form::of([("direction", "out".to_owned())]);
    cx.html(&act_page(&cx, id, act, form).await?)
}

pub async fn act(cx: Cx<can::ManageStock>) -> Answer {
    let (id, act) = (cx.id::<BatchId>("id")?, asked(&cx)?);
    cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form, act) else {
        return cx.invalid(&act_page(&cx, id, act, form).await?);
    };
    let (by, today) = (cx.by.clone(), cx.today());
    let done = cx
        .write_once(move |db| {
            let ActInput { quantity, reason } = &input;
            match act {
                Act::Adjust => actions::adjust(db, &by, id, *quantity, reason)?,
                Act::SendBack => actions::send_back(db, &by, id, *quantity, reason)?,
                Act::Recall => actions::recall(db, &by, id, reason)?,
                Act::Release => actions::release(db, &by, id, reason)?,
                Act::WriteOff => drop(actions::write_off(db, &by, id, today)?),
            }
            Ok(format!("/batches/{id}"))
        })
        .await;
    match done {
        Ok((location, _)) => {
            let words = match act {
                Act::Adjust => "The quantity was adjusted.",
                Act::SendBack => "What was sent back has left the stock.",
                Act::Recall => "The batch is kept apart and not offered any more.",
                Act::Release => "The batch is offered again.",
                Act::WriteOff => "What was left has been written off.",
            };
            cx.redirect_with(&location, &Flash::success(words))
        }
        Err(AppError::Conflict(message)) => {
            form.refuse_field(if act.has_quantity() { "quantity" } else { "" }, message);
            cx.invalid(&act_page(&cx, id, act, form).await?)
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&act_page(&cx, id, act, form).await?)
        }
    }
}
