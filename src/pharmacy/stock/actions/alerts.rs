//! Telling the pharmacists what needs their attention.
//!
//! Whoever caused it is told too: who hands out the last box does not see by that that it was the last.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::access::{By, Role};
use crate::accounts;
use crate::accounts::model::UserId;
use crate::db::DbConnection;
use crate::error::AppError;
use crate::medicines;
use crate::medicines::model::{Medicine, MedicineId};
use crate::notifications;
use crate::notifications::model::Notice;
use crate::pharmacy::stock::model::{Batch, Level, Within, units_text};
use crate::pharmacy::stock::queries;
use crate::settings;
use crate::time::date_text;

/// Tells the pharmacists that a medicine has fallen below what should be there, or to nothing, when this is what so many
/// units less of this batch have just done. `cause` names the event: each is told once, and the next time after there was
/// enough again.
pub(super) fn lowered(db: &mut DbConnection, by: &By, batch: &Batch, units: i32, cause: &str) -> Result<(), AppError> {
    let today = settings::queries::find(db)?.ok_or(AppError::NotSetUp)?.zone().date(by.now);
    // What may not be given to anybody was not counted before.
    if batch.is_recalled() || batch.has_expired(today) {
        return Ok(());
    }
    let medicine = medicines::queries::find(db, batch.medicine_id)?;
    let left = queries::on_hand(db, &[medicine.id], today)?.get(&medicine.id).copied().unwrap_or(0);
    let level = Level::of(left, medicine.minimum_stock, true);
    if !medicine.is_active || level == Level::of(left + i64::from(units), medicine.minimum_stock, true) {
        return Ok(());
    }
    let what = match level {
        Level::Out => "out",
        _ => "low",
    };
    let notice = |user_id| Notice {
        user_id,
        event: format!("medicine:{}:{what}:{cause}", medicine.id),
        message: format!("{}: {}", medicine.name, level_text(&medicine, left)),
        link: format!("/medicines/{}", medicine.id),
    };
    let pharmacists = accounts::queries::active_of_role(db, Role::Pharmacist)?;
    tell(db, by, &pharmacists.into_iter().map(notice).collect::<Vec<_>>())
}

/// `nothing is left.`, `12 tablets are left, 40 should be there.`
fn level_text(medicine: &Medicine, left: i64) -> String {
    let are = if left == 1 { "is" } else { "are" };
    match Level::of(left, medicine.minimum_stock, true) {
        Level::Out => "nothing is left.".to_owned(),
        _ => format!("{} {are} left, {} should be there.", units_text(left, &medicine.unit), medicine.minimum_stock),
    }
}

/// What the pharmacists are to be told of the days of batches and have not been told: of each batch once when it is
/// within ninety days, thirty and seven of its last day, and once when that is past.
pub fn expiring(db: &mut DbConnection, today: NaiveDate) -> Result<Vec<Notice>, AppError> {
    let batches = queries::ending(db, Within::Quarter.until(today).unwrap_or(today))?;
    let pharmacists = accounts::queries::active_of_role(db, Role::Pharmacist)?;
    let mut of: Vec<MedicineId> = batches.iter().map(|batch| batch.medicine_id).collect();
    of.sort_unstable();
    of.dedup();
    let medicines = medicines::queries::of_ids(db, &of)?;
    let on_hand = queries::on_hand(db, &of, today)?;
    let mut notices = Vec::new();
    for user in pharmacists {
        let told: HashSet<String> = notifications::queries::told(db, user, EXPIRY)?.into_iter().collect();
        // What is most urgent is told last, and so stands first in the list.
        for batch in batches.iter().rev() {
            let Some(within) = Within::of(batch.expires_on, today) else { continue };
            let Some(medicine) = medicines.iter().find(|m| m.id == batch.medicine_id) else { continue };
            let event = format!("{EXPIRY}{}:{}", batch.id, within.as_str());
            if !told.contains(&event) {
                let left = on_hand.get(&medicine.id).copied().unwrap_or(0);
                notices.push(expiry(user, event, batch, within, medicine, left));
            }
        }
    }
    Ok(notices)
}

/// How the events begin that are about a batch's last day.
const EXPIRY: &str = "batch-expires:";

fn expiry(user_id: UserId, event: String, batch: &Batch, within: Within, medicine: &Medicine, left: i64) -> Notice {
    let verb = match (within, batch.quantity) {
        (Within::Expired, _) => "expired",
        (_, 1) => "expires",
        (_, _) => "expire",
    };
    let units = units_text(i64::from(batch.quantity), &medicine.unit);
    let mut message =
        format!("{}, lot {}: {units} {verb} on {}.", medicine.name, batch.lot, date_text(batch.expires_on));
    // A day that is past takes the batch off what may be given, without any movement.
    if within == Within::Expired && Level::of(left, medicine.minimum_stock, true) != Level::Enough {
        message.push_str(&format!(" Of what may be given, {}", level_text(medicine, left)));
    }
    Notice { user_id, event, message, link: format!("/batches/{}", batch.id) }
}

/// Tells the pharmacists, each of each event once.
pub fn tell(db: &mut DbConnection, by: &By, notices: &[Notice]) -> Result<(), AppError> {
    let system = By { actor: None, ..by.clone() };
    notices.iter().try_for_each(|notice| notifications::actions::notify(db, &system, notice))
}
