//! Everything that happened in the books on a day, in order.

use askama::Template;
use chrono::{Days, NaiveDate};

use super::Tab;
use crate::access::{Permission, can};
use crate::audit::Entry;
use crate::billing::bills::model::BillId;
use crate::csv::{Cell, File};
use crate::error::AppError;
use crate::money::Currency;
use crate::reports::chart::Chart;
use crate::reports::model::{Act, Event, Side};
use crate::reports::queries;
use crate::time::{Zone, long_date_text};
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Form, Page, Paging};

#[derive(Template)]
#[template(path = "reports/day_book.html")]
struct DayBookPage {
    page: Page,
    tab: Tab,
    form: Form,
    day_text: String,
    before: String,
    after: String,
    /// What each kind of entry comes to, and how many there are.
    sums: Vec<(Act, i64, i64)>,
    billed: i64,
    paid: i64,
    chart: Chart,
    /// What the pages before this one came to.
    forward: Option<(i64, i64)>,
    rows: Vec<Event>,
    paging: Paging,
    zone: Zone,
    currency: Currency,
    sees_bills: bool,
    file: String,
}

/// The day of the address; today when there is none, or none that is one.
fn day(cx: &Cx<can::SeeFinancialReports>) -> (Form, NaiveDate) {
    let mut form = Form::of([("day", cx.query("day"))]);
    let day = form.date("day").unwrap_or(cx.today());
    if form.is_valid() {
        form.set_all("day", vec![day.to_string()]);
    }
    (form, day)
}

async fn events(cx: &Cx<can::SeeFinancialReports>, day: NaiveDate) -> Result<Vec<Event>, AppError> {
    let (span, currency) = (cx.zone().day(day), cx.settings().currency().code());
    cx.read(move |db| Ok(queries::day_book(db, currency, span)?)).await
}

/// `GET /reports/day-book?day=`.
pub async fn show(cx: Cx<can::SeeFinancialReports>) -> Answer {
    let (form, day) = day(&cx);
    let currency = cx.settings().currency();
    let events = events(&cx, day).await?;
    cx.looked(Entry::new("listed", "bill", 0).note("found", events.len())).await?;
    let of = |act: Act| {
        let own = events.iter().filter(|event| event.act == act);
        own.fold((act, 0, 0), |(act, count, sum), event| (act, count + 1, sum + event.amount))
    };
    let sums: Vec<(Act, i64, i64)> = Act::ALL.into_iter().map(of).collect();
    let (billed, paid) = events.last().map_or((0, 0), |last| (last.billed, last.paid));
    let values: Vec<(String, String, i64)> =
        sums.iter().map(|(act, _, sum)| (act.short().to_owned(), act.label().to_owned(), *sum)).collect();
    let description = format!(
        "{}: {} billed, {} paid, in {} entries.",
        long_date_text(day),
        currency.text(billed),
        currency.text(paid),
        events.len()
    );
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let paging = Paging::new(cx.page_number(), count, format!("/reports/day-book?day={day}"));
    let offset = usize::try_from(paging.offset()).unwrap_or(0);
    let forward = offset.checked_sub(1).and_then(|last| events.get(last)).map(|event| (event.billed, event.paid));
    let rows = events.into_iter().skip(offset).take(usize::try_from(PAGE_SIZE).unwrap_or(usize::MAX)).collect();
    let link = |day: Option<NaiveDate>| day.map(|day| format!("/reports/day-book?day={day}")).unwrap_or_default();
    let is_valid = form.is_valid();
    let page = DayBookPage {
        page: cx.page("Day book"),
        tab: Tab::DayBook,
        form,
        day_text: long_date_text(day),
        before: link(day.checked_sub_days(Days::new(1))),
        after: link(day.checked_add_days(Days::new(1)).filter(|next| *next <= cx.today())),
        sums,
        billed,
        paid,
        chart: Chart::new("The day by kind of entry".to_owned(), description, currency, &values),
        forward,
        rows,
        paging,
        zone: cx.zone(),
        currency,
        sees_bills: cx.may(Permission::SeeBills),
        file: format!("/reports/day-book/csv?day={day}"),
    };
    if is_valid { cx.html(&page) } else { cx.invalid(&page) }
}

/// The same as a file.
pub async fn file(cx: Cx<can::SeeFinancialReports>) -> Answer {
    let (_, day) = day(&cx);
    let (zone, currency) = (cx.zone(), cx.settings().currency());
    let events = events(&cx, day).await?;
    cx.looked(Entry::new("exported", "report", 0).note("report", "day book").note("day", day.to_string())).await?;
    let mut file = File::new([
        "time",
        "what",
        "bill",
        "payment",
        "method",
        "patient",
        "billed",
        "paid",
        "moved",
        "billed_so_far",
        "paid_so_far",
        "currency",
    ]);
    for event in &events {
        let (payment, method) = event.payment.map_or((String::new(), ""), |(id, method)| (id.code(), method.label()));
        let amount_of = |side: Side| match event.act.side() == side {
            true => Cell::money(event.amount, currency),
            false => Cell::words(""),
        };
        file.push([
            Cell::words(zone.time_text(event.at)),
            Cell::words(event.act.label()),
            Cell::words(event.bill.map(BillId::code).unwrap_or_default()),
            Cell::words(payment),
            Cell::words(method),
            Cell::words(event.patient.code()),
            amount_of(Side::Billed),
            amount_of(Side::Paid),
            amount_of(Side::Neither),
            Cell::money(event.billed, currency),
            Cell::money(event.paid, currency),
            Cell::words(currency.code()),
        ]);
    }
    file.answer(&format!("day-book-{day}"))
}
