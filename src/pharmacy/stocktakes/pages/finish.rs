//! The differences, and what ends a stocktake.

use askama::Template;

use crate::access::can;
use crate::pharmacy::stock::model::{grouped, units_text};
use crate::pharmacy::stocktakes::model::{Progress, SheetRow, Stocktake, StocktakeId};
use crate::pharmacy::stocktakes::queries::Shown;
use crate::pharmacy::stocktakes::{actions, queries};
use crate::web::{Answer, Cx, Flash, Page};

#[derive(Template)]
#[template(path = "pharmacy/stocktake_differences.html")]
struct DifferencesPage {
    page: Page,
    stocktake: Stocktake,
    rows: Vec<DifferenceView>,
    progress: Progress,
    /// Batches of the sheet that nobody counted.
    left: i64,
    /// What the differences cost, with its sign.
    worth: String,
}

struct DifferenceView {
    row: SheetRow,
    expected: String,
    counted: String,
    difference: String,
    is_less: bool,
    /// Units that would be left after posting; `None` when that is below zero.
    after: Option<String>,
    value: String,
}

pub async fn differences(cx: Cx<can::ManageStock>) -> Answer {
    let id = cx.id::<StocktakeId>("id")?;
    let (stocktake, rows, progress, left) = cx
        .read(move |db| {
            let stocktake = queries::find(db, id)?;
            let left = queries::sheet_count(db, &stocktake, Shown { with_empty: false, only_left: true })?;
            Ok((stocktake, queries::differences(db, id)?, queries::progress(db, id)?, left))
        })
        .await?;
    let currency = cx.settings().currency();
    let mut total = 0_i64;
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(count) = row.count.clone() else { continue };
        let units = i64::from(count.difference());
        let value = units.saturating_mul(row.batch.unit_cost);
        total = total.saturating_add(value);
        let after = i64::from(row.batch.quantity) + units;
        views.push(DifferenceView {
            expected: grouped(i64::from(count.expected)),
            counted: grouped(i64::from(count.counted)),
            difference: if units > 0 { format!("+{}", grouped(units)) } else { grouped(units) },
            is_less: units < 0,
            after: (after >= 0).then(|| units_text(after, &row.unit)),
            value: currency.text(value),
            row,
        });
    }
    let page = DifferencesPage {
        page: cx.page(&format!("Differences of stocktake {id}")),
        stocktake,
        rows: views,
        progress,
        left,
        worth: currency.text(total),
    };
    cx.html(&page)
}

pub async fn post(cx: Cx<can::ManageStock>) -> Answer {
    let (id, by, version) = (cx.id::<StocktakeId>("id")?, cx.by.clone(), cx.form.version());
    let count = cx.write(move |db| actions::post(db, &by, id, version)).await?;
    let words = match count {
        0 => "The stocktake is posted: everything counted is as expected.".to_owned(),
        1 => "The stocktake is posted: 1 batch was put right.".to_owned(),
        _ => format!("The stocktake is posted: {count} batches were put right."),
    };
    cx.redirect_with(&format!("/stocktakes/{id}"), &Flash::success(words))
}

pub async fn cancel(cx: Cx<can::ManageStock>) -> Answer {
    let (id, by, version) = (cx.id::<StocktakeId>("id")?, cx.by.clone(), cx.form.version());
    cx.write(move |db| actions::cancel(db, &by, id, version)).await?;
    cx.redirect_with("/stocktakes", &Flash::success("The stocktake was cancelled. The stock is as it was."))
}
