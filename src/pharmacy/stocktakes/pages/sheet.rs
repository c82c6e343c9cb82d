//! The sheet: every batch with the field for what was counted, saved as it is typed.

use askama::Template;

use crate::access::can;
use crate::error::AppError;
use crate::pharmacy::stock::model::{BatchId, units_text};
use crate::pharmacy::stocktakes::actions::{self, Counted};
use crate::pharmacy::stocktakes::model::{Progress, SheetRow, Stocktake, StocktakeId};
use crate::pharmacy::stocktakes::queries::Shown;
use crate::pharmacy::stocktakes::{forms, queries};
use crate::time::date_text;
use crate::web::paging::PAGE_SIZE;
use crate::web::print::Letterhead;
use crate::web::{Answer, Cx, Flash, Form, Page, Paging};

/// The most rows of a printed sheet.
const PRINTED: i64 = 5000;

#[derive(Template)]
#[template(path = "pharmacy/stocktake.html")]
struct SheetPage {
    page: Page,
    stocktake: Stocktake,
    started: String,
    finished: String,
    progress: Progress,
    /// How many rows there are, counted or not.
    total: i64,
    shown: Shown,
    rows: Vec<RowView>,
    paging: Paging,
    form: Form,
}

impl SheetPage {
    /// The address of the sheet with these rows.
    fn address(&self, shown: &Shown) -> String {
        address(self.stocktake.id, *shown)
    }
}

/// One row, as it comes back when it alone was saved.
#[derive(Template)]
#[template(path = "pharmacy/stocktake_row.html")]
struct RowPart {
    stocktake: StocktakeId,
    view: RowView,
}

/// A batch on the sheet.
struct RowView {
    row: SheetRow,
    expires: String,
    /// What is in the field.
    typed: String,
    /// What is saved.
    was: String,
    error: Option<String>,
    /// `2 tablets more`, `as expected`; empty before it is counted.
    found: String,
    is_open: bool,
}

impl RowView {
    fn new(row: SheetRow, form: &Form, is_open: bool) -> Self {
        let field = format!("count-{}", row.batch.id);
        let was = row.count.as_ref().map(|c| c.counted.to_string()).unwrap_or_default();
        let is_typed = form.values(&field).next().is_some();
        let found = match row.count.as_ref().map(crate::pharmacy::stocktakes::model::Count::difference) {
            None => String::new(),
            Some(0) => "as expected".to_owned(),
            Some(more @ 1..) => format!("{} more", units_text(i64::from(more), &row.unit)),
            Some(less) => format!("{} less", units_text(-i64::from(less), &row.unit)),
        };
        Self {
            expires: date_text(row.batch.expires_on),
            typed: if is_typed { form.value(&field).to_owned() } else { was.clone() },
            was,
            error: form.error(&field).map(ToOwned::to_owned),
            found,
            is_open,
            row,
        }
    }
}

#[derive(Template)]
#[template(path = "pharmacy/stocktake_print.html")]
struct PrintPage {
    letterhead: Letterhead,
    stocktake: Stocktake,
    started: String,
    rows: Vec<RowView>,
    printed: String,
}

fn address(id: StocktakeId, shown: Shown) -> String {
    let mut base = format!("/stocktakes/{id}");
    let asked = [(shown.with_empty, "empty=yes"), (shown.only_left, "left=yes")];
    for (at, (_, part)) in asked.iter().filter(|(is_asked, _)| *is_asked).enumerate() {
        base.push(if at == 0 { '?' } else { '&' });
        base.push_str(part);
    }
    base
}

/// Which rows are asked for, by the address or by the form that was sent.
fn shown(cx: &Cx<can::ManageStock>) -> (Shown, i64) {
    let of = |name: &str| if cx.form.value(name).is_empty() { cx.query(name) } else { cx.form.value(name).to_owned() };
    let shown = Shown { with_empty: of("empty") == "yes", only_left: of("left") == "yes" };
    (shown, of("page").parse().unwrap_or(1))
}

async fn sheet_page(cx: &Cx<can::ManageStock>, form: Form) -> Result<SheetPage, AppError> {
    let id = cx.id::<StocktakeId>("id")?;
    let (shown, asked) = shown(cx);
    let (stocktake, progress, total, rows, paging) = cx
        .read(move |db| {
            let stocktake = queries::find(db, id)?;
            let total = queries::sheet_count(db, &stocktake, Shown { only_left: false, ..shown })?;
            let paging = Paging::new(asked, queries::sheet_count(db, &stocktake, shown)?, address(id, shown));
            let rows = queries::sheet(db, &stocktake, shown, paging.offset(), PAGE_SIZE)?;
            Ok((stocktake, queries::progress(db, id)?, total, rows, paging))
        })
        .await?;
    let (zone, is_open) = (cx.zone(), stocktake.is_open());
    Ok(SheetPage {
        page: cx.page(&format!("Stocktake {id}")),
        started: zone.text(stocktake.started_at),
        finished: stocktake.finished_at.map(|at| zone.text(at)).unwrap_or_default(),
        rows: rows.into_iter().map(|row| RowView::new(row, &form, is_open)).collect(),
        stocktake,
        progress,
        total,
        shown,
        paging,
        form,
    })
}

pub async fn show(cx: Cx<can::ManageStock>) -> Answer {
    cx.html(&sheet_page(&cx, Form::default()).await?)
}

/// The row that was sent, when one alone was.
async fn answer(cx: &Cx<can::ManageStock>, form: Form, is_saved: bool) -> Answer {
    let id = cx.id::<StocktakeId>("id")?;
    if !cx.is_htmx() {
        return cx.invalid(&sheet_page(cx, form).await?);
    }
    let sent = form.typed().iter().find_map(|(name, _)| name.strip_prefix("count-")?.parse().ok().map(BatchId));
    let batch = sent.ok_or(AppError::NotFound)?;
    let row = cx.read(move |db| Ok(queries::rows_of(db, id, &[batch])?)).await?.pop().ok_or(AppError::NotFound)?;
    let shown = if is_saved { Form::default() } else { form };
    let part = RowPart { stocktake: id, view: RowView::new(row, &shown, true) };
    if is_saved { cx.html(&part) } else { cx.invalid(&part) }
}

pub async fn save(cx: Cx<can::ManageStock>) -> Answer {
    let id = cx.id::<StocktakeId>("id")?;
    cx.read(move |db| Ok(queries::find(db, id)?)).await?;
    let mut form = cx.form.clone();
    let Some(counts) = forms::counts(&mut form) else { return answer(&cx, form, false).await };
    let by = cx.by.clone();
    match cx.write(move |db| actions::save_counts(db, &by, id, &counts)).await {
        Ok(Counted::Saved(_)) if cx.is_htmx() => answer(&cx, form, true).await,
        Ok(Counted::Saved(count)) => {
            let (rows, page) = shown(&cx);
            let base = address(id, rows);
            let joint = if base.contains('?') { '&' } else { '?' };
            let words =
                if count == 1 { "1 count was saved.".to_owned() } else { format!("{count} counts were saved.") };
            cx.redirect_with(&format!("{base}{joint}page={page}"), &Flash::success(words))
        }
        Ok(Counted::Meanwhile(others)) => {
            for (batch, counted) in others {
                let words = match counted {
                    Some(counted) => format!("Somebody has counted {counted} meanwhile. Look again."),
                    None => "Somebody has taken the count back meanwhile. Look again.".to_owned(),
                };
                form.refuse_field(&format!("count-{batch}"), words);
            }
            answer(&cx, form, false).await
        }
        Err(AppError::Conflict(message)) => Err(AppError::Conflict(message)),
        Err(error) => {
            form.refuse(error)?;
            // The database does not say which batch it was: the message stands beside the one that was sent alone.
            let sent = form.typed().into_iter().find(|(name, _)| name.starts_with("count-"));
            if let (Some((field, _)), Some(message)) = (sent, form.error("counted").map(ToOwned::to_owned)) {
                form.errors.clear();
                form.refuse_field(if cx.is_htmx() { &field } else { "" }, message);
            }
            answer(&cx, form, false).await
        }
    }
}

pub async fn print(cx: Cx<can::ManageStock>) -> Answer {
    let id = cx.id::<StocktakeId>("id")?;
    let (stocktake, rows) = cx
        .read(move |db| {
            let stocktake = queries::find(db, id)?;
            let rows = queries::sheet(db, &stocktake, Shown::default(), 0, PRINTED)?;
            Ok((stocktake, rows))
        })
        .await?;
    let page = PrintPage {
        letterhead: Letterhead::from(cx.settings()),
        started: cx.zone().text(stocktake.started_at),
        rows: rows.into_iter().map(|row| RowView::new(row, &Form::default(), false)).collect(),
        printed: cx.zone().text(cx.now()),
        stocktake,
    };
    cx.html(&page)
}
