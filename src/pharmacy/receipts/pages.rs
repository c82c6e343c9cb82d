//! The pages of receipts.

use askama::Template;

use super::actions;
use super::forms::{self, ReceiptInput, TypedLine};
use super::model::{LineRow, Receipt, ReceiptId, ReceiptRow};
use super::queries::{self, Filter};
use crate::access::can;
use crate::chart::record::Names;
use crate::error::AppError;
use crate::medicines;
use crate::money::Currency;
use crate::pharmacy::stock::model::units_text;
use crate::pharmacy::suppliers;
use crate::pharmacy::suppliers::model::SupplierId;
use crate::time::date_text;
use crate::web::page::encode;
use crate::web::paging::PAGE_SIZE;
use crate::web::print::Letterhead;
use crate::web::{Answer, Cx, Flash, Form, Page, Paging};

#[derive(Template)]
#[template(path = "pharmacy/receive.html")]
struct ReceivePage {
    page: Page,
    form: Form,
    suppliers: Vec<(String, String)>,
    lines: Vec<LineView>,
    /// What a new row is made of.
    blank: LineView,
    today: String,
    currency: &'static str,
}

/// A line with its number on the page and what is wrong with it.
struct LineView {
    index: String,
    line: TypedLine,
    errors: Vec<(String, String)>,
    /// Whether one goes on typing in its lot: its medicine was just scanned.
    goes_on: bool,
}

impl LineView {
    fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, message)| message.as_str())
    }
}

#[derive(Template)]
#[template(path = "pharmacy/receipts.html")]
struct IndexPage {
    page: Page,
    rows: Vec<ReceiptRow>,
    paging: Paging,
    filter: Filter,
    supplier: String,
    suppliers: Vec<(String, String)>,
    currency: Currency,
}

/// A receipt as its page and its paper show it.
struct Sheet {
    receipt: Receipt,
    supplier: String,
    lines: Vec<SheetLine>,
    total: String,
    received: String,
    entered: String,
    /// Who entered it.
    by: String,
}

struct SheetLine {
    row: LineRow,
    quantity: String,
    expires: String,
    cost: String,
}

#[derive(Template)]
#[template(path = "pharmacy/receipt.html")]
struct ShowPage {
    page: Page,
    sheet: Sheet,
}

#[derive(Template)]
#[template(path = "pharmacy/receipt_print.html")]
struct PrintPage {
    letterhead: Letterhead,
    sheet: Sheet,
    printed: String,
}

async fn receive_page(cx: &Cx<can::ManageStock>, form: Form) -> Result<ReceivePage, AppError> {
    let suppliers = cx.read(|db| Ok(suppliers::queries::options(db)?)).await?;
    let is_entered = form.value("then") == "enter";
    let entered = forms::lines(&form).iter().position(|line| !line.medicine.is_empty() && line.lot.trim().is_empty());
    let entered = entered.unwrap_or(usize::MAX);
    let view = |(index, line): (usize, TypedLine)| {
        let suffix = format!("-{index}");
        let of_line =
            |e: &crate::web::form::FieldError| Some((e.field.strip_suffix(&suffix)?.to_owned(), e.message.clone()));
        let errors = form.errors.iter().filter_map(of_line).collect();
        let goes_on = is_entered && index == entered;
        LineView { index: index.to_string(), line, errors, goes_on }
    };
    Ok(ReceivePage {
        page: cx.page("Receive a delivery"),
        suppliers,
        lines: forms::lines(&form).into_iter().enumerate().map(view).collect(),
        blank: LineView { index: "new".to_owned(), line: TypedLine::default(), errors: Vec::new(), goes_on: false },
        today: cx.today().to_string(),
        currency: cx.settings().currency().code(),
        form,
    })
}

pub async fn new(cx: Cx<can::ManageStock>) -> Answer {
    let supplier: String = cx.query("supplier").chars().take(20).collect();
    cx.html(&receive_page(&cx, forms::empty(&supplier, cx.today())).await?)
}

/// What is wrong with the lines' medicines, beside their fields.
async fn check_medicines(cx: &Cx<can::ManageStock>, form: &mut Form, input: &ReceiptInput) -> Result<(), AppError> {
    let (lines, supplier) = (input.lines.clone(), input.supplier);
    let (found, supplier) = cx
        .read(move |db| {
            let supplier = match suppliers::queries::find(db, supplier) {
                Ok(supplier) => Some(supplier),
                Err(diesel::result::Error::NotFound) => None,
                Err(error) => return Err(error.into()),
            };
            Ok((actions::meant(db, &lines)?, supplier))
        })
        .await?;
    match supplier {
        None => form.refuse_field("supplier", "Choose one of the list."),
        Some(supplier) if !supplier.is_active => {
            form.refuse_field("supplier", format!("{} is closed: it does not deliver any more.", supplier.name));
        }
        Some(_) => {}
    }
    for (line, medicine) in input.lines.iter().zip(found) {
        match medicine {
            None => form.refuse_field(
                &format!("medicine-{}", line.row),
                "No medicine of the catalogue is clearly this one. Choose it from the list that appears while you type.",
            ),
            Some(medicine) if line.quantity(&medicine).is_none() => form.refuse_field(
                &format!("packs-{}", line.row),
                format!("With {} in a pack, that is more than a batch can hold.", medicine.pack_size),
            ),
            Some(_) => {}
        }
    }
    Ok(())
}

/// Puts the names of the medicines in the place of barcodes that a scanner typed, and one more row below them.
async fn name_scanned(cx: &Cx<can::ManageStock>, form: &mut Form) -> Result<(), AppError> {
    let typed: Vec<String> = forms::lines(form).into_iter().map(|line| line.medicine).collect();
    let names = cx
        .read(move |db| {
            let mut names = Vec::with_capacity(typed.len());
            for text in typed {
                let is_code =
                    text.len() <= 60 && text.trim().bytes().any(|b| b.is_ascii_digit()) && !text.trim().contains(' ');
                let found = if is_code { medicines::queries::scanned(db, &text)? } else { None };
                names.push(found.map_or(text, |medicine| medicine.name));
            }
            Ok(names)
        })
        .await?;
    let has_room = names.last().is_some_and(|name| name.trim().is_empty());
    form.set_all("medicine", names);
    if !has_room {
        forms::add_line(form);
    }
    Ok(())
}

pub async fn create(cx: Cx<can::ManageStock>) -> Answer {
    let mut form = cx.form.clone();
    if form.value("then") == "add-line" {
        forms::add_line(&mut form);
        return cx.html(&receive_page(&cx, form).await?);
    }
    if form.value("then") == "enter" {
        name_scanned(&cx, &mut form).await?;
        return cx.html(&receive_page(&cx, form).await?);
    }
    let Some(input) = forms::parse(&mut form, cx.settings().currency(), cx.today()) else {
        return cx.invalid(&receive_page(&cx, form).await?);
    };
    check_medicines(&cx, &mut form, &input).await?;
    if !form.is_valid() {
        return cx.invalid(&receive_page(&cx, form).await?);
    }
    let (by, lines) = (cx.by.clone(), input.lines.len());
    let done = cx.write_once(move |db| Ok(format!("/receipts/{}", actions::receive(db, &by, &input)?))).await;
    match done {
        Ok((location, _)) => {
            let words =
                if lines == 1 { "1 line was received.".to_owned() } else { format!("{lines} lines were received.") };
            cx.redirect_with(&location, &Flash::success(words))
        }
        Err(AppError::Conflict(message)) => {
            form.refuse_field("", message);
            cx.invalid(&receive_page(&cx, form).await?)
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&receive_page(&cx, form).await?)
        }
    }
}

pub async fn index(cx: Cx<can::ManageStock>) -> Answer {
    let supplier = cx.query("supplier").parse().ok().map(SupplierId);
    let filter = Filter { words: cx.query("q").chars().take(100).collect(), supplier };
    let asked = cx.page_number();
    let chosen = supplier.map(|id| id.to_string()).unwrap_or_default();
    let base = format!("/receipts?q={}&supplier={chosen}", encode(&filter.words));
    let sought = filter.clone();
    let (rows, paging, suppliers) = cx
        .read(move |db| {
            let paging = Paging::new(asked, queries::count(db, &sought)?, base);
            let rows = queries::list(db, &sought, paging.offset(), PAGE_SIZE)?;
            Ok((rows, paging, suppliers::queries::options(db)?))
        })
        .await?;
    let currency = cx.settings().currency();
    cx.html(&IndexPage { page: cx.page("Receipts"), rows, paging, filter, supplier: chosen, suppliers, currency })
}

async fn sheet(cx: &Cx<can::ManageStock>) -> Result<Sheet, AppError> {
    let id = cx.id::<ReceiptId>("id")?;
    let (receipt, lines, supplier, names) = cx
        .read(move |db| {
            let receipt = queries::find(db, id)?;
            let supplier = suppliers::queries::find(db, receipt.supplier_id)?.name;
            let names = Names::load(db, [receipt.user_id])?;
            Ok((receipt, queries::lines(db, id)?, supplier, names))
        })
        .await?;
    let (currency, zone) = (cx.settings().currency(), cx.zone());
    let total: i64 = lines.iter().map(|row| row.line.total_cost).sum();
    let line = |row: LineRow| SheetLine {
        quantity: units_text(i64::from(row.line.quantity), &row.unit),
        expires: date_text(row.batch.expires_on),
        cost: currency.text(row.line.total_cost),
        row,
    };
    Ok(Sheet {
        lines: lines.into_iter().map(line).collect(),
        total: currency.text(total),
        received: date_text(receipt.received_on),
        entered: zone.text(receipt.created_at),
        by: names.of(receipt.user_id),
        supplier,
        receipt,
    })
}

pub async fn show(cx: Cx<can::ManageStock>) -> Answer {
    let sheet = sheet(&cx).await?;
    let title = format!("Delivery {}", sheet.receipt.reference);
    cx.html(&ShowPage { page: cx.page(&title), sheet })
}

pub async fn print(cx: Cx<can::ManageStock>) -> Answer {
    let sheet = sheet(&cx).await?;
    let printed = cx.zone().text(cx.now());
    cx.html(&PrintPage { letterhead: Letterhead::from(cx.settings()), sheet, printed })
}
