//! How much there is of everything.

use askama::Template;
use strum::VariantArray;

use crate::access::{Permission, can};
use crate::pharmacy::stock::model::{Alerts, Show, StockRow, expiry_mark, units_text};
use crate::pharmacy::stock::queries::{self, Filter};
use crate::time::date_text;
use crate::web::page::encode;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Page, Paging};

#[derive(Template)]
#[template(path = "pharmacy/stock.html", blocks = ["results"])]
struct IndexPage {
    page: Page,
    results: Results,
    alerts: Alerts,
}

struct Results {
    rows: Vec<Row>,
    paging: Paging,
    filter: Filter,
    may_manage: bool,
}

impl Results {
    fn shows(&self) -> &'static [Show] {
        Show::VARIANTS
    }

    fn is_narrowed(&self) -> bool {
        !self.filter.words.is_empty() || self.filter.show != Show::Stocked
    }
}

struct Row {
    stock: StockRow,
    on_hand: String,
    minimum: String,
    next_expiry: String,
    mark: Option<(&'static str, &'static str, String)>,
}

pub async fn index(cx: Cx<can::SeeMedicines>) -> Answer {
    let words = cx.query("q").chars().take(200).collect::<String>();
    let filter = Filter { words, show: Show::asked(&cx.query("show")) };
    let (asked, today) = (cx.page_number(), cx.today());
    let base = format!("/stock?q={}&show={}", encode(&filter.words), filter.show.as_str());
    let sought = filter.clone();
    let (found, paging, alerts) = cx
        .read(move |db| {
            let paging = Paging::new(asked, queries::count(db, &sought, today)?, base);
            let found = queries::list(db, &sought, today, paging.offset(), PAGE_SIZE)?;
            Ok((found, paging, queries::alerts(db, today)?))
        })
        .await?;
    let row = |stock: StockRow| Row {
        on_hand: units_text(stock.on_hand, &stock.medicine.unit),
        minimum: units_text(i64::from(stock.medicine.minimum_stock), &stock.medicine.unit),
        next_expiry: stock.next_expiry.map(date_text).unwrap_or_default(),
        mark: stock.next_expiry.and_then(|day| expiry_mark(day, today)),
        stock,
    };
    let results = Results {
        rows: found.into_iter().map(row).collect(),
        paging,
        filter,
        may_manage: cx.may(Permission::ManageStock),
    };
    let page = IndexPage { page: cx.page("Stock"), results, alerts };
    if cx.is_htmx() { cx.html(&page.as_results()) } else { cx.html(&page) }
}
