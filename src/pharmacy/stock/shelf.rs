//! What is on the shelf of one medicine, for its page: `templates/pharmacy/shelf.html` reads `shelf`.

use chrono::{Days, Months, NaiveDate};

use super::model::{
    Batch, LedgerRow, Level, MovementKind, Reference, by_month, days_left, expiry_mark, grouped, units_text,
};
use super::queries::{self, Of};
use crate::access::{Actor, Permission};
use crate::codes;
use crate::dashboards::chart::{Bar, BarChart};
use crate::db::DbConnection;
use crate::error::AppError;
use crate::medicines::model::Medicine;
use crate::time::{Zone, date_text};

/// How many movements the page shows.
const SHOWN: i64 = 8;
/// How many used-up batches it shows.
const USED_UP: i64 = 50;
/// How far back the chart goes.
const MONTHS: u32 = 11;
/// Over how many days the use is measured.
const USE_DAYS: i64 = 90;

/// The stock of a medicine as its page shows it.
pub struct Shelf {
    pub level: Level,
    pub on_hand: String,
    pub minimum: String,
    /// `about 34 days`, or why nobody knows.
    pub lasts: String,
    pub used: String,
    pub batches: Vec<BatchView>,
    pub used_up: Vec<BatchView>,
    pub has_expired: bool,
    pub ledger: Vec<LedgerView>,
    pub has_more: bool,
    pub chart: BarChart,
}

/// A batch as a page shows it.
pub struct BatchView {
    pub batch: Batch,
    pub quantity: String,
    pub expires: String,
    pub mark: Option<(&'static str, &'static str, String)>,
}

impl BatchView {
    pub fn new(batch: Batch, unit: &str, today: NaiveDate) -> Self {
        Self {
            quantity: units_text(i64::from(batch.quantity), unit),
            expires: date_text(batch.expires_on),
            mark: expiry_mark(batch.expires_on, today),
            batch,
        }
    }
}

/// A row of the ledger as a page shows it.
pub struct LedgerView {
    pub row: LedgerRow,
    pub at: String,
    /// With its sign.
    pub quantity: String,
    /// What the batch held afterwards; empty where several batches are shown.
    pub after: String,
    /// Where it came from: words, and the address of the page if the person may open it.
    pub reference: Option<(String, Option<String>)>,
    /// Where what was handed over is taken back, if the person may do so.
    pub take_back: Option<String>,
}

impl LedgerView {
    pub fn new(row: LedgerRow, actor: &Actor, zone: Zone, after: Option<i64>) -> Self {
        let quantity = i64::from(row.movement.quantity);
        let (may_manage, may_dispense) =
            (actor.may(Permission::ManageStock), actor.may(Permission::DispensePrescriptions));
        let (reference, take_back) = match &row.reference {
            Reference::None => (None, None),
            Reference::Receipt(id, number) => {
                (Some((number.clone(), may_manage.then(|| format!("/receipts/{id}")))), None)
            }
            Reference::Stocktake(id) => {
                (Some((format!("Stocktake {id}"), may_manage.then(|| format!("/stocktakes/{id}")))), None)
            }
            Reference::Dispensing(id) => {
                let page = may_dispense.then(|| format!("/dispensings/{id}"));
                let item = row.movement.dispensing_item_id.filter(|_| row.movement.kind == MovementKind::Dispensed);
                let take_back = page.as_ref().zip(item).map(|(page, item)| format!("{page}/returns?item={item}"));
                (Some((codes::write("DSP", *id), page)), take_back)
            }
        };
        Self {
            at: zone.text(row.movement.created_at),
            quantity: if quantity > 0 { format!("+{}", grouped(quantity)) } else { grouped(quantity) },
            after: after.map(grouped).unwrap_or_default(),
            reference,
            take_back,
            row,
        }
    }
}

/// Loads what the page of a medicine shows to this person.
pub fn load(
    db: &mut DbConnection,
    actor: &Actor,
    medicine: &Medicine,
    zone: Zone,
    today: NaiveDate,
) -> Result<Shelf, AppError> {
    let row = queries::row(db, medicine.clone(), today)?;
    let full = queries::full(db, medicine.id)?;
    let used_up = queries::used_up(db, medicine.id, USED_UP)?;
    let mut ledger = queries::ledger(db, Of::Medicine(medicine.id), None, SHOWN + 1)?;
    let has_more = i64::try_from(ledger.len()).unwrap_or(0) > SHOWN;
    ledger.truncate(usize::try_from(SHOWN).unwrap_or(0));

    let first = today.checked_sub_months(Months::new(MONTHS)).unwrap_or(today);
    let since = zone.day(chrono::Datelike::with_day(&first, 1).unwrap_or(first)).0;
    let given = queries::given(db, medicine.id, since)?;
    let months = by_month(&given, zone, first, today);
    let recent = zone.day(today - Days::new(USE_DAYS.unsigned_abs())).0;
    let used: i64 = given.iter().filter(|(at, _)| *at >= recent).map(|(_, units)| -i64::from(*units)).sum();
    let lasts = match days_left(row.on_hand, used, USE_DAYS) {
        None => "–".to_owned(),
        Some(1) => "about 1 day".to_owned(),
        Some(days) if days > 2 * 365 => "more than two years".to_owned(),
        Some(days) => format!("about {days} days"),
    };
    let unit = medicine.unit.as_str();
    Ok(Shelf {
        level: row.level,
        on_hand: units_text(row.on_hand, unit),
        minimum: units_text(i64::from(medicine.minimum_stock), unit),
        lasts,
        used: units_text(used.max(0), unit),
        has_expired: full.iter().any(|batch| batch.has_expired(today)),
        batches: full.into_iter().map(|batch| BatchView::new(batch, unit, today)).collect(),
        used_up: used_up.into_iter().map(|batch| BatchView::new(batch, unit, today)).collect(),
        ledger: ledger.into_iter().map(|row| LedgerView::new(row, actor, zone, None)).collect(),
        has_more,
        chart: chart(&months, unit),
    })
}

fn chart(months: &[(NaiveDate, i64)], unit: &str) -> BarChart {
    let bars = months
        .iter()
        .map(|(month, units)| Bar {
            label: month.format("%b").to_string(),
            long_label: month.format("%B %Y").to_string(),
            values: vec![(*units).max(0)],
        })
        .collect();
    let total: i64 = months.iter().map(|(_, units)| (*units).max(0)).sum();
    let description = format!("{} given to patients in the last twelve months.", units_text(total, unit));
    BarChart::new("use", "Given to patients by month", description, vec!["Units"], bars)
}
