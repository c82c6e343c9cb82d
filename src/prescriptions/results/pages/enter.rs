//! Entering and amending a result, and bringing the laboratory's report.

use askama::Template;
use strum::VariantArray;

use super::read::show_page;
use crate::access::can;
use crate::audit::Entry;
use crate::documents::receive;
use crate::documents::receive::Stored;
use crate::error::AppError;
use crate::patients::banner::{self, Banner};
use crate::patients::tabs::Tab;
use crate::prescriptions::results::actions::{self, Amendment};
use crate::prescriptions::results::forms::{self, BLANK_ROWS, ValueLine};
use crate::prescriptions::results::model::{Flag, Order, ResultId, TestOrderId};
use crate::prescriptions::results::queries;
use crate::web::{Answer, Cx, Flash, Form, Page};

type Doctor = Cx<can::WriteChart>;

#[derive(Template)]
#[template(path = "results/form.html")]
struct FormPage {
    page: Page,
    banner: Banner,
    tab: Tab,
    form: Form,
    order: Order,
    lines: Vec<LineView>,
    /// What a new row is made of.
    blank: LineView,
    /// Where the form is sent.
    action: String,
    /// The result that is amended.
    amends: Option<ResultId>,
}

/// A row with its number on the page and what is wrong with it.
struct LineView {
    index: String,
    line: ValueLine,
    errors: Vec<(String, String)>,
}

impl LineView {
    fn new(index: usize, line: ValueLine, form: &Form) -> Self {
        let suffix = format!("-{index}");
        let errors = form
            .errors
            .iter()
            .filter_map(|e| Some((e.field.strip_suffix(&suffix)?.to_owned(), e.message.clone())))
            .collect();
        Self { index: index.to_string(), line, errors }
    }

    fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, message)| message.as_str())
    }
}

impl FormPage {
    fn flags(&self) -> &'static [Flag] {
        Flag::VARIANTS
    }
}

/// The form with what was typed, some empty rows after it.
async fn form_page(cx: &Doctor, form: Form, amends: Option<ResultId>) -> Result<FormPage, AppError> {
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<TestOrderId>("id")?, cx.today());
    let (order, banner) = cx
        .read(move |db| {
            let order = queries::find(db, &actor, id)?;
            let banner = banner::load(db, &actor, order.patient_id, today)?;
            Ok((order, banner))
        })
        .await?;
    cx.looked(Entry::viewed("test_order", id, order.patient_id)).await?;
    let mut lines = forms::lines(&form);
    lines.extend(vec![ValueLine::default(); BLANK_ROWS]);
    let lines = lines.into_iter().enumerate().map(|(index, line)| LineView::new(index, line, &form)).collect();
    let blank = LineView { index: "new".to_owned(), line: ValueLine::default(), errors: Vec::new() };
    let (title, step) = if amends.is_some() { ("Amend a result", "amend") } else { ("Enter a result", "result") };
    Ok(FormPage {
        page: cx.page(&format!("{title}: {}", banner.name)),
        banner,
        tab: Tab::Tests,
        form,
        lines,
        blank,
        action: format!("/test-orders/{id}/{step}"),
        amends,
        order,
    })
}

pub async fn new(cx: Doctor) -> Answer {
    let id = cx.id::<TestOrderId>("id")?;
    let actor = cx.actor()?.clone();
    let is_open = cx
        .read(move |db| {
            queries::find(db, &actor, id)?;
            Ok(queries::current_of(db, id)?.is_none())
        })
        .await?;
    if !is_open {
        let flash = Flash::info("There is a result already. Amend it, if it is not right.");
        return cx.redirect_with(&format!("/test-orders/{id}"), &flash);
    }
    cx.html(&form_page(&cx, forms::empty(cx.zone(), cx.now()), None).await?)
}

/// Whether the person asked for more rows instead of saving.
fn wants_rows(form: &Form) -> bool {
    form.is("then", "row")
}

/// The file that came with a form, looked through and stored; `None` when there was none or it cannot be taken.
async fn report(cx: &Doctor, form: &mut Form) -> Result<Option<Stored>, AppError> {
    if form.file("file").is_none() && !form.is_empty_file("file") {
        return Ok(None);
    }
    let taken = receive::take(cx, form, "file").await?;
    match taken.filter(|_| form.is_valid()) {
        Some(taken) => Ok(Some(receive::store(cx, taken).await?)),
        None => Ok(None),
    }
}

pub async fn create(cx: Doctor) -> Answer {
    let id = cx.id::<TestOrderId>("id")?;
    let mut form = cx.form.clone();
    // Whose test it is comes first: nobody's file is looked at for a stranger.
    let asking = cx.actor()?.clone();
    cx.read(move |db| Ok(queries::find(db, &asking, id)?)).await?;
    if wants_rows(&form) {
        return cx.html(&form_page(&cx, form, None).await?);
    }
    let has_report = form.file("file").is_some();
    let findings = forms::parse(&mut form, cx.zone(), cx.now(), has_report);
    let file = report(&cx, &mut form).await?;
    let Some(findings) = findings.filter(|_| form.is_valid()) else {
        return cx.invalid(&form_page(&cx, form, None).await?);
    };
    let (by, actor, stored) = (cx.by.clone(), cx.actor()?.clone(), file.clone());
    let outcome = cx
        .write_once_with(move |db| {
            let entered = actions::enter(db, &by, &actor, id, &findings, stored.as_ref())?;
            Ok((format!("/test-orders/{id}"), entered))
        })
        .await;
    if let Some(file) = &file {
        receive::settle(&cx, file, &outcome, |entered| entered.report).await?;
    }
    match outcome {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success("The result was entered.")),
        Err(AppError::Conflict(message)) => {
            form.refuse_field("file", message);
            cx.invalid(&form_page(&cx, form, None).await?)
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&form_page(&cx, form, None).await?)
        }
    }
}

pub async fn edit(cx: Doctor) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<TestOrderId>("id")?);
    let row = cx
        .read(move |db| {
            queries::find(db, &actor, id)?;
            let row = queries::all_of(db, id)?.into_iter().find(|row| row.result.is_current());
            row.ok_or(AppError::NotFound)
        })
        .await?;
    let form = forms::filled(&row.findings(), cx.zone());
    cx.html(&form_page(&cx, form, Some(row.result.id)).await?)
}

pub async fn update(cx: Doctor) -> Answer {
    let id = cx.id::<TestOrderId>("id")?;
    let mut form = cx.form.clone();
    let asking = cx.actor()?.clone();
    cx.read(move |db| Ok(queries::find(db, &asking, id)?)).await?;
    // A form without it amends nothing that exists, and so is stale.
    let seen = ResultId(form.value("amends").parse().unwrap_or(0));
    if wants_rows(&form) {
        return cx.html(&form_page(&cx, form, Some(seen)).await?);
    }
    let reason = form.required("reason", 500, "Say why it is amended.");
    let has_report = form.file("file").is_some();
    let findings = forms::parse(&mut form, cx.zone(), cx.now(), has_report);
    let file = report(&cx, &mut form).await?;
    let Some(findings) = findings.filter(|_| form.is_valid()) else {
        return cx.invalid(&form_page(&cx, form, Some(seen)).await?);
    };
    let amendment = Amendment { seen, findings, reason };
    let (by, actor, stored) = (cx.by.clone(), cx.actor()?.clone(), file.clone());
    let outcome = cx
        .write_once_with(move |db| {
            let entered = actions::amend(db, &by, &actor, id, &amendment, stored.as_ref())?;
            Ok((format!("/test-orders/{id}"), entered))
        })
        .await;
    if let Some(file) = &file {
        receive::settle(&cx, file, &outcome, |entered| entered.report).await?;
    }
    match outcome {
        Ok((location, _)) => {
            let flash = Flash::success("The result was amended. It is unread again, until a doctor has seen it.");
            cx.redirect_with(&location, &flash)
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&form_page(&cx, form, Some(seen)).await?)
        }
    }
}

/// The laboratory's report, as the desk brings it.
pub async fn attach(cx: Cx<can::UploadDocuments>) -> Answer {
    let (actor, id) = (cx.actor()?.clone(), cx.id::<TestOrderId>("id")?);
    // Patients add documents to their record, and not to a laboratory's findings.
    if !actor.role.is_staff() {
        return Err(AppError::Forbidden);
    }
    let mut form = cx.form.clone();
    let asking = actor.clone();
    cx.read(move |db| {
        let order = queries::find(db, &asking, id)?;
        Ok(crate::patients::queries::find(db, &asking, order.patient_id)?)
    })
    .await?;
    let Some(taken) = receive::take(&cx, &mut form, "file").await? else {
        return cx.invalid(&show_page(&cx, form).await?);
    };
    let file = receive::store(&cx, taken).await?;
    let (by, stored) = (cx.by.clone(), file.clone());
    let outcome = cx
        .write_once_with(move |db| {
            let added = actions::attach(db, &by, &actor, id, &stored)?;
            Ok((format!("/test-orders/{id}"), added))
        })
        .await;
    receive::settle(&cx, &file, &outcome, |added| Some(*added)).await?;
    match outcome {
        Ok((location, added)) => {
            let new = Flash::success("The report was added. The doctor has it among the new results.");
            cx.redirect_with(&location, &receive::flash(added, new))
        }
        Err(AppError::Conflict(message)) => {
            form.refuse_field("file", message);
            cx.invalid(&show_page(&cx, form).await?)
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&show_page(&cx, form).await?)
        }
    }
}
