//! Taking back what a patient brings.

use askama::Template;

use super::Pharmacist;
use crate::audit::Entry;
use crate::billing::actions::Credit;
use crate::error::AppError;
use crate::pharmacy::dispensing::model::{Dispensing, DispensingId, counted};
use crate::pharmacy::dispensing::{actions, forms, queries};
use crate::prescriptions;
use crate::web::{Answer, Flash, Form, Page};

#[derive(Template)]
#[template(path = "dispensings/returns.html")]
struct ReturnPage {
    page: Page,
    dispensing: Dispensing,
    form: Form,
    /// What can come back, as id and words.
    items: Vec<(String, String)>,
}

impl ReturnPage {
    fn places(&self) -> [(&'static str, &'static str); 2] {
        [("shelf", "Back on the shelf: sealed and unharmed"), ("destroy", "Destroyed: not fit for anybody else")]
    }
}

async fn return_page(cx: &Pharmacist, form: Form) -> Result<ReturnPage, AppError> {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<DispensingId>("id")?);
    let (dispensing, items, patient) = cx
        .read(move |db| {
            let dispensing = queries::find(db, &actor, id)?;
            let patient = prescriptions::queries::find(db, &actor, dispensing.prescription_id)?.patient_id;
            Ok((dispensing, queries::items_of(db, &[id])?, patient))
        })
        .await?;
    cx.looked(Entry::viewed("dispensing", id, patient).note("page", "return")).await?;
    let kept = items.into_iter().filter(|item| item.kept() > 0);
    let words =
        |kept: i32, unit: &str, name: &str, lot: &str| format!("{name}, lot {lot}: up to {}", counted(kept, unit));
    let items = kept.map(|i| (i.id.to_string(), words(i.kept(), &i.unit, &i.medicine, &i.lot))).collect();
    Ok(ReturnPage { page: cx.page(&format!("Take back from {}", id.code())), dispensing, form, items })
}

pub async fn ask(cx: Pharmacist) -> Answer {
    let form = Form::of([("credit", "yes".to_owned()), ("item", cx.query("item"))]);
    cx.html(&return_page(&cx, form).await?)
}

pub async fn take_back(cx: Pharmacist) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<DispensingId>("id")?);
    let mut form = cx.form.clone();
    let Some(input) = forms::parse_return(&mut form) else {
        return cx.invalid(&return_page(&cx, form).await?);
    };
    let wants_credit = input.is_credited;
    let done = cx
        .write_once_with(move |db| {
            let returned = actions::take_back(db, &by, &actor, id, &input)?;
            Ok((format!("/dispensings/{id}"), returned))
        })
        .await;
    match done {
        Ok((location, Some(returned))) => {
            let money = match returned.credit {
                Credit::Reduced => " The charge is lower by it.",
                Credit::Cancelled => " It is not charged any more.",
                Credit::Untouched if wants_credit => " It is billed already: the accounts decide about the money.",
                Credit::Untouched => " The charge stays.",
            };
            cx.redirect_with(&location, &Flash::success(format!("Taken back: {}.{money}", returned.what)))
        }
        Ok((location, None)) => cx.redirect(&location),
        Err(AppError::Conflict(message)) => {
            form.refuse_field("quantity", message);
            cx.invalid(&return_page(&cx, form).await?)
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&return_page(&cx, form).await?)
        }
    }
}
