//! All stocktakes, and beginning one.

use askama::Template;

use crate::access::can;
use crate::pharmacy::stocktakes::model::StocktakeRow;
use crate::pharmacy::stocktakes::{actions, forms, queries};
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Form, Page, Paging};

#[derive(Template)]
#[template(path = "pharmacy/stocktakes.html")]
struct IndexPage {
    page: Page,
    rows: Vec<(StocktakeRow, String)>,
    paging: Paging,
}

#[derive(Template)]
#[template(path = "pharmacy/stocktake_new.html")]
struct NewPage {
    page: Page,
    form: Form,
}

impl NewPage {
    fn letters(&self) -> Vec<(String, String)> {
        ('a'..='z').map(|letter| (letter.to_string(), letter.to_uppercase().to_string())).collect()
    }
}

pub async fn index(cx: Cx<can::ManageStock>) -> Answer {
    let (asked, zone) = (cx.page_number(), cx.zone());
    let (rows, paging) = cx
        .read(move |db| {
            let paging = Paging::new(asked, queries::count(db)?, "/stocktakes".to_owned());
            Ok((queries::list(db, paging.offset(), PAGE_SIZE)?, paging))
        })
        .await?;
    let row = |row: StocktakeRow| {
        let started = zone.text(row.stocktake.started_at);
        (row, started)
    };
    cx.html(&IndexPage { page: cx.page("Stocktakes"), rows: rows.into_iter().map(row).collect(), paging })
}

pub async fn new(cx: Cx<can::ManageStock>) -> Answer {
    cx.html(&NewPage { page: cx.page("New stocktake"), form: Form::default() })
}

pub async fn create(cx: Cx<can::ManageStock>) -> Answer {
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form) else {
        return cx.invalid(&NewPage { page: cx.page("New stocktake"), form });
    };
    let by = cx.by.clone();
    let (location, _) =
        cx.write_once(move |db| Ok(format!("/stocktakes/{}", actions::start(db, &by, &input)?))).await?;
    cx.redirect(&location)
}
