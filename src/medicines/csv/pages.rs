//! Taking the catalogue away as a file, and bringing one back.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;

use super::actions::{self, Imported};
use super::file::{self, COLUMNS};
use super::plan::{self, Plan};
use crate::access::can;
use crate::medicines::queries;
use crate::web::page::html_with;
use crate::web::{Answer, Cx, Flash, Form, Page};

/// How many lines of each kind the preview shows.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "medicines/import.html")]
struct ImportPage {
    page: Page,
    form: Form,
}

impl ImportPage {
    fn columns(&self) -> String {
        COLUMNS.join(", ")
    }
}

#[derive(Template)]
#[template(path = "medicines/import_preview.html")]
struct PreviewPage {
    page: Page,
    plan: Plan,
    /// The file's text, to be sent again.
    text: String,
    /// Whether the catalogue has changed since the person looked last.
    is_different: bool,
}

impl PreviewPage {
    /// How many lines of a kind are not shown.
    fn more(&self, count: usize) -> usize {
        count.saturating_sub(SHOWN)
    }

    fn refused_kind(&self) -> &'static str {
        if self.plan.refused.is_empty() { "success" } else { "danger" }
    }

    fn shown(&self) -> usize {
        SHOWN
    }
}

pub async fn export(cx: Cx<can::ManageStock>) -> Answer {
    let currency = cx.settings().currency();
    let text = cx
        .read(move |db| {
            // The mark at the beginning tells spreadsheets that it is UTF-8.
            let mut text = format!("\u{feff}{}", file::line(COLUMNS));
            for (medicine, contents) in queries::whole(db)? {
                let cells = plan::texts(&medicine, &contents, currency);
                text.push_str(&file::line(cells.iter().map(String::as_str)));
            }
            Ok(text)
        })
        .await?;
    let name = format!("attachment; filename=\"medicines-{}.csv\"", cx.today());
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(text))
}

pub async fn ask(cx: Cx<can::ManageStock>) -> Answer {
    cx.html(&ImportPage { page: cx.page("Import medicines"), form: Form::default() })
}

fn refused(cx: &Cx<can::ManageStock>, message: String) -> Answer {
    let mut form = Form::default();
    form.refuse_field("file", message);
    cx.invalid(&ImportPage { page: cx.page("Import medicines"), form })
}

/// What the chosen file would do.
pub async fn preview(cx: Cx<can::ManageStock>) -> Answer {
    let Some(upload) = cx.form.file("file") else { return refused(&cx, "Choose a CSV file.".to_owned()) };
    let (content, currency) = (upload.content.clone(), cx.settings().currency());
    let planned = cx
        .read(move |db| match file::text(&content) {
            Ok(text) => Ok(plan::make(db, &text, currency)?.map(|plan| (plan, text))),
            Err(message) => Ok(Err(message)),
        })
        .await?;
    match planned {
        Ok((plan, text)) => {
            let page = cx.page("What the file would change");
            cx.html(&PreviewPage { page, plan, text, is_different: false })
        }
        Err(message) => refused(&cx, message),
    }
}

/// Does what the preview said.
pub async fn confirm(cx: Cx<can::ManageStock>) -> Answer {
    let (by, currency) = (cx.by.clone(), cx.settings().currency());
    let seen = cx.form.value("seen").to_owned();
    let text = match file::text(cx.form.value("text").as_bytes()) {
        Ok(text) => text,
        Err(message) => return refused(&cx, message),
    };
    let sent = text.clone();
    match cx.write(move |db| actions::import(db, &by, &sent, &seen, currency)).await? {
        Imported::Done(new, changed) => {
            let words = format!("The file was imported: {new} new, {changed} changed.");
            cx.redirect_with("/medicines", &Flash::success(words))
        }
        Imported::Different(plan) => {
            let page = cx.page("What the file would change now");
            html_with(StatusCode::CONFLICT, &PreviewPage { page, plan: *plan, text, is_different: true })
        }
        Imported::Unreadable(message) => refused(&cx, message),
    }
}
