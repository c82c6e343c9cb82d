//! What lies on the pharmacy's shelves: a year of deliveries, what went to the wards, and the few things that need attention.
//!
//! The ledger is written as it would have been, day by day between the visits, so the database's own triggers make the
//! quantities. What patients are handed is taken from these shelves too (`dispensary.rs`).

use std::collections::VecDeque;

use chrono::{Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use diesel::prelude::*;

use super::Options;
use super::rng::Rng;
use crate::access::By;
use crate::db::DbConnection;
use crate::db::schema::{medicines, stock_batches};
use crate::error::AppError;
use crate::medicines::model::{Medicine, MedicineId};
use crate::medicines::queries::{self as catalogue, Filter};
use crate::pharmacy::receipts::model::{ReceiptId, unit_cost};
use crate::pharmacy::receipts::queries as receipts;
use crate::pharmacy::stock::actions::{self, movement};
use crate::pharmacy::stock::model::{BatchId, MovementKind, NewMovement};
use crate::pharmacy::stock::queries as stock;
use crate::pharmacy::stocktakes;
use crate::pharmacy::stocktakes::forms::{StocktakeInput, TypedCount};
use crate::pharmacy::stocktakes::queries::Shown;
use crate::pharmacy::suppliers;
use crate::pharmacy::suppliers::forms::SupplierInput;
use crate::pharmacy::suppliers::model::SupplierId;

/// What the generators of this module are keyed by.
const KIND: u64 = 0x5708;
/// How far back deliveries go.
const MONTHS: u32 = 12;
/// More medicines than any catalogue of ours has.
const MOST: i64 = 10_000;
/// The most units in one lot, so that the ledger of a batch stays one that a person can read through.
const LARGEST_LOT: i32 = 20_000;
const SUPPLIERS: [(&str, &str); 3] = [
    ("Meridian Medical Supply", "+1 555 310 4400"),
    ("Northgate Pharma Wholesale", "+1 555 310 7725"),
    ("Halden Generics", "+1 555 310 9018"),
];

/// A medicine on its way through the year.
struct Shelf {
    medicine: Medicine,
    rng: Rng,
    /// Units that go to the wards in a month, about.
    monthly: i32,
    /// Units that patients were handed since the last delivery.
    handed: i32,
    /// The oldest first.
    batches: Vec<Lot>,
    supplier: usize,
}

/// A batch as it is at the moment.
struct Lot {
    id: BatchId,
    expires: NaiveDate,
    left: i32,
}

/// What happens on a day whether patients come or not.
#[derive(Clone, Copy)]
enum Event {
    /// A supplier delivers what is due in this month, counted back from now.
    Delivery {
        supplier: usize,
        month: u32,
    },
    Wards,
}

/// The shelves, from a year ago on to the day that visits have come to.
pub(super) struct Stock<'a> {
    options: &'a Options,
    suppliers: Vec<SupplierId>,
    shelves: Vec<Shelf>,
    /// What is still to come, the next first.
    events: VecDeque<(NaiveDate, Event)>,
    rows: usize,
}

/// Units of a medicine that are handed over at once, from which batches.
pub(super) struct Taken<'a> {
    pub medicine: &'a Medicine,
    pub parts: Vec<(BatchId, i32)>,
}

impl<'a> Stock<'a> {
    /// Empty shelves at the beginning of the year, and prices. Where something is on them already nothing is made.
    pub fn begin(db: &mut DbConnection, options: &'a Options) -> Result<Self, AppError> {
        let mut stock = Self { options, suppliers: Vec::new(), shelves: Vec::new(), events: VecDeque::new(), rows: 0 };
        let is_empty: Option<BatchId> = stock_batches::table.select(stock_batches::id).first(db).optional()?;
        if is_empty.is_some() {
            return Ok(stock);
        }
        let beginning = options.now - TimeDelta::days(400);
        for (name, phone) in SUPPLIERS {
            let input = SupplierInput {
                name: name.to_owned(),
                phone: phone.to_owned(),
                is_active: true,
                ..SupplierInput::default()
            };
            stock.suppliers.push(suppliers::queries::insert(db, &input, beginning)?);
            stock.rows += 1;
        }
        let found = catalogue::list(db, &Filter::default(), 0, MOST)?;
        for (index, medicine) in (0_u64..).zip(found) {
            stock.shelves.push(shelf(db, options, index, medicine)?);
        }
        let mut events = Vec::new();
        for month in (0..MONTHS).rev() {
            let first = options.today.checked_sub_months(Months::new(month)).unwrap_or(options.today);
            for supplier in 0..SUPPLIERS.len() {
                events.push((first - Days::new(2 + supplier as u64 * 5), Event::Delivery { supplier, month }));
            }
            events.push((first, Event::Wards));
        }
        events.sort_by_key(|(date, _)| *date);
        stock.events = events.into();
        Ok(stock)
    }

    /// Whether something happens on this day or before it that has not been written.
    pub fn is_due(&self, date: NaiveDate) -> bool {
        self.events.front().is_some_and(|(on, _)| *on <= date)
    }

    /// Writes what happens up to the morning of this day.
    pub fn until(&mut self, db: &mut DbConnection, date: NaiveDate) -> Result<(), AppError> {
        while self.is_due(date) {
            match self.events.pop_front() {
                Some((on, Event::Delivery { supplier, month })) => self.delivery(db, supplier, month, on)?,
                Some((on, Event::Wards)) => self.wards(db, on)?,
                None => {}
            }
        }
        Ok(())
    }

    /// Takes units of a medicine off the shelf for a patient, the first to expire first, as far as they reach; `None`
    /// when there is nothing. The caller writes the ledger.
    pub fn take(&mut self, medicine: MedicineId, mut units: i32, on: NaiveDate) -> Option<Taken<'_>> {
        let shelf = self.shelves.iter_mut().find(|shelf| shelf.medicine.id == medicine)?;
        let mut lots: Vec<&mut Lot> =
            shelf.batches.iter_mut().filter(|lot| lot.left > 0 && lot.expires >= on).collect();
        lots.sort_by_key(|lot| lot.expires);
        let mut parts = Vec::new();
        for lot in lots {
            let taken = units.min(lot.left);
            if taken > 0 {
                lot.left -= taken;
                units -= taken;
                shelf.handed = shelf.handed.saturating_add(taken);
                parts.push((lot.id, taken));
            }
        }
        let taken = Taken { medicine: &shelf.medicine, parts };
        Some(taken).filter(|taken| !taken.parts.is_empty())
    }

    /// Writes the rest, and what should be seen today; says how many rows there were in all.
    pub fn finish(mut self, db: &mut DbConnection) -> Result<usize, AppError> {
        if self.shelves.is_empty() {
            return Ok(0);
        }
        self.until(db, self.options.today)?;
        let mut shelves = std::mem::take(&mut self.shelves);
        self.attention(db, &mut shelves)?;
        self.stocktake(db)?;
        Ok(self.rows)
    }
}

/// Gives a medicine its price and how much of it there should be, where nobody has said so.
fn shelf(db: &mut DbConnection, options: &Options, index: u64, mut medicine: Medicine) -> Result<Shelf, AppError> {
    let mut rng = Rng::of(options.seed, KIND, index);
    let hundredths = match medicine.unit.as_str() {
        "tablet" | "capsule" => rng.range(5, 60),
        "ml" | "g" | "drop" => rng.range(2, 12),
        _ => rng.range(120, 1500),
    };
    let scale = 1 + i32::try_from(options.appointments / 2000).unwrap_or(1000).min(1000);
    let packs = rng.small(4, 14).saturating_mul(scale);
    let monthly = packs.saturating_mul(medicine.pack_size).clamp(1, 2_000_000);
    if medicine.price == 0 && medicine.minimum_stock == 0 {
        medicine.price = (hundredths * options.unit / 100).max(1);
        diesel::update(medicines::table.find(medicine.id))
            .set((medicines::price.eq(medicine.price), medicines::minimum_stock.eq(monthly)))
            .execute(db)?;
    }
    let supplier = rng.index(SUPPLIERS.len());
    Ok(Shelf { medicine, rng, monthly, handed: 0, batches: Vec::new(), supplier })
}

impl Stock<'_> {
    /// Half past eight on a day so many months ago.
    fn morning(&self, date: NaiveDate) -> NaiveDateTime {
        let at = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(8 * 60 + 30);
        self.options.zone.utc_or_later(at).min(self.options.now)
    }

    /// What a supplier brings: each medicine comes every third month, the more the more of it was asked for.
    fn delivery(
        &mut self,
        db: &mut DbConnection,
        supplier: usize,
        month: u32,
        delivered: NaiveDate,
    ) -> Result<(), AppError> {
        let at = self.morning(delivered);
        let number = format!("{}-{:04}", delivered.format("%y%m"), 1000 + supplier * 37 + month as usize);
        let mut shelves = std::mem::take(&mut self.shelves);
        let due = shelves
            .iter_mut()
            .enumerate()
            .filter(|(index, shelf)| shelf.supplier == supplier && (index + month as usize).is_multiple_of(3));
        let mut receipt = None;
        let mut position = 0;
        for (_, shelf) in due {
            let receipt = match receipt {
                Some(id) => id,
                None => *receipt.insert(self.receipt(db, supplier, &number, delivered, at)?),
            };
            let expires = end_of_month(delivered + Months::new(u32::try_from(shelf.rng.range(14, 34)).unwrap_or(20)));
            let mut units = shelf.monthly.saturating_mul(4).saturating_add(std::mem::take(&mut shelf.handed));
            while units > 0 {
                let lot = units.min(LARGEST_LOT);
                self.receive(db, (receipt, position), shelf, expires, lot, at)?;
                units -= lot;
                position += 1;
            }
        }
        self.shelves = shelves;
        Ok(())
    }

    /// What goes to the wards in a month.
    fn wards(&mut self, db: &mut DbConnection, on: NaiveDate) -> Result<(), AppError> {
        let mut shelves = std::mem::take(&mut self.shelves);
        for shelf in &mut shelves {
            let units = shelf.monthly / 2 + shelf.rng.small(0, shelf.monthly / 2);
            self.issue(db, shelf, units, on, "Given to the wards")?;
        }
        self.shelves = shelves;
        Ok(())
    }

    fn receipt(
        &mut self,
        db: &mut DbConnection,
        supplier: usize,
        number: &str,
        delivered: NaiveDate,
        at: NaiveDateTime,
    ) -> Result<ReceiptId, AppError> {
        self.rows += 1;
        let supplier = self.suppliers.get(supplier).copied().ok_or(AppError::NotFound)?;
        Ok(receipts::insert(db, supplier, (number, ""), delivered, None, at)?)
    }

    /// A line of a receipt: a new batch with its row of the ledger.
    fn receive(
        &mut self,
        db: &mut DbConnection,
        (receipt, position): (ReceiptId, i32),
        shelf: &mut Shelf,
        expires: NaiveDate,
        units: i32,
        at: NaiveDateTime,
    ) -> Result<BatchId, AppError> {
        let cost = shelf.medicine.price.saturating_mul(i64::from(units)) * shelf.rng.range(55, 75) / 100;
        let letter = char::from(b'A' + u8::try_from(shelf.rng.below(26)).unwrap_or(0));
        let lot = format!("{letter}{:05}", shelf.rng.range(10_000, 99_999));
        let batch = stock::batch_for(db, shelf.medicine.id, &lot, expires, unit_cost(cost, units), at)?;
        let line = receipts::insert_line(db, receipt, position, batch, units, cost)?;
        let received = NewMovement {
            receipt_line_id: Some(line),
            ..movement(&By::system(at), batch, MovementKind::Received, units, "")
        };
        stock::insert_movement(db, &received)?;
        shelf.batches.push(Lot { id: batch, expires, left: units });
        self.rows += 3;
        Ok(batch)
    }

    /// Takes units off the shelf, the oldest batch first, as far as they reach.
    fn issue(
        &mut self,
        db: &mut DbConnection,
        shelf: &mut Shelf,
        mut units: i32,
        on: NaiveDate,
        reason: &str,
    ) -> Result<(), AppError> {
        let by = By::system(self.morning(on));
        for lot in &mut shelf.batches {
            let taken = units.min(lot.left);
            if taken > 0 {
                stock::insert_movement(db, &movement(&by, lot.id, MovementKind::Adjusted, -taken, reason))?;
                lot.left -= taken;
                units -= taken;
                self.rows += 1;
            }
        }
        Ok(())
    }

    /// What a pharmacist should see: some medicines low or out, some batches about to expire or past it, one recalled.
    fn attention(&mut self, db: &mut DbConnection, shelves: &mut [Shelf]) -> Result<(), AppError> {
        let today = self.options.today;
        let (delivered, at) = (today - Days::new(95), self.morning(today - Days::new(95)));
        let receipt = self.receipt(db, 0, &format!("{}-0099", delivered.format("%y%m")), delivered, at)?;
        let mut position = 0;
        for (index, shelf) in shelves.iter_mut().enumerate() {
            let held: i32 = shelf.batches.iter().map(|lot| lot.left).sum();
            match (index % 17, index % 23) {
                (3, _) => {
                    self.issue(db, shelf, held - shelf.monthly / 3, today - Days::new(1), "Given to the wards")?
                }
                (_, 5) => self.issue(db, shelf, held, today - Days::new(1), "Given to the wards")?,
                _ => {}
            }
            let ends = match index % 19 {
                2 => Some(today + Days::new(5)),
                6 => Some(today + Days::new(21)),
                9 | 13 => Some(today + Days::new(60)),
                16 => Some(today - Days::new(12)),
                _ => None,
            };
            if let Some(expires) = ends {
                let units = shelf.medicine.pack_size.saturating_mul(2).max(1);
                self.receive(db, (receipt, position), shelf, expires, units, at)?;
                position += 1;
            }
            if index == 8
                && let Some(lot) = shelf.batches.last()
            {
                let by = By::system(self.morning(today));
                actions::recall(db, &by, lot.id, "Letter of the maker: the leaflet is the wrong one")?;
            }
        }
        Ok(())
    }

    /// A stocktake of three weeks ago that found a little.
    fn stocktake(&mut self, db: &mut DbConnection) -> Result<(), AppError> {
        let by = By::system(self.morning(self.options.today - Days::new(20)));
        let input =
            StocktakeInput { letter: "a".to_owned(), note: "Cupboard A".to_owned(), ..StocktakeInput::default() };
        let id = stocktakes::actions::start(db, &by, &input)?;
        let stocktake = stocktakes::queries::find(db, id)?;
        let rows = stocktakes::queries::sheet(db, &stocktake, Shown::default(), 0, MOST)?;
        let mut rng = Rng::of(self.options.seed, KIND, u64::MAX);
        let typed: Vec<TypedCount> = rows
            .iter()
            .map(|row| {
                let off = if rng.percent(15) { rng.small(-4, 3) } else { 0 };
                TypedCount { batch: row.batch.id, was: None, counted: Some((row.batch.quantity + off).max(0)) }
            })
            .collect();
        stocktakes::actions::save_counts(db, &by, id, &typed)?;
        if !typed.is_empty() {
            stocktakes::actions::post(db, &by, id, 1)?;
        }
        self.rows += typed.len() + 1;
        Ok(())
    }
}

fn end_of_month(date: NaiveDate) -> NaiveDate {
    let first = chrono::Datelike::with_day(&date, 1).unwrap_or(date);
    first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(date)
}
