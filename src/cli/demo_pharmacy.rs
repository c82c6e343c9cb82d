//! What a demonstration's pharmacy has done lately: what was left over of the last days is handed out from what is in
//! stock, by the same actions as the pages use, some of it in part; what was left of today waits. What nobody came for
//! before that, the seed's dispensary has left.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::access::{Actor, By, Role};
use crate::accounts;
use crate::accounts::model::UserId;
use crate::db::schema::prescriptions;
use crate::db::{Db, DbConnection};
use crate::error::AppError;
use crate::pharmacy::dispensing::actions;
use crate::pharmacy::dispensing::forms::{LineInput, Part, Wish};
use crate::pharmacy::dispensing::model::Line;
use crate::pharmacy::dispensing::proposal::{Taken, first_expiring};
use crate::pharmacy::stock;
use crate::prescriptions::model::{PrescriptionId, Priority};
use crate::time::Zone;

/// How far back somebody comes for what was left over.
const LATELY: TimeDelta = TimeDelta::days(10);
/// How many are handed out in one transaction.
const AT_ONCE: usize = 40;
/// Of those whose prescription is this old, nobody waits for the rest any more.
const PATIENCE: TimeDelta = TimeDelta::days(3);
/// Of one in so many, only a part is handed out.
const IN_PART: i64 = 13;
/// One in so many of today's is wanted soon, and one in so many at once.
const URGENT: i64 = 5;
const STAT: i64 = 11;

/// Hands out what was prescribed until yesterday, and lays one of today's aside.
pub(super) fn fill(db: &Db, zone: Zone, now: NaiveDateTime) -> Result<(), String> {
    let said = |e: AppError| e.to_string();
    let find =
        |db: &mut DbConnection| accounts::queries::by_login(db, Role::Pharmacist.as_str())?.ok_or(AppError::NotFound);
    let pharmacist = db.read_now(find).map_err(said)?.id;
    let morning = zone.day(zone.date(now)).0;
    let waiting = |before: bool| {
        db.read_now(move |db| {
            let open = prescriptions::table
                .filter(prescriptions::status.eq("submitted"))
                .filter(prescriptions::closed_at.is_null())
                .filter(prescriptions::submitted_at.ge(morning - LATELY))
                .order((prescriptions::submitted_at, prescriptions::id))
                .select((prescriptions::id, prescriptions::submitted_at.assume_not_null()));
            let found: Vec<(PrescriptionId, NaiveDateTime)> = open.load(db)?;
            Ok(found.into_iter().filter(|(_, at)| (*at < morning) == before).collect::<Vec<_>>())
        })
    };
    // One after the other within the last hour.
    let hour_ago = now - TimeDelta::minutes(60);
    let left_over: Vec<_> = (1..).zip(waiting(true).map_err(said)?).collect();
    for some in left_over.chunks(AT_ONCE) {
        let some = some.to_vec();
        db.write_now(move |db| {
            for (minute, (id, submitted)) in &some {
                let at = hour_ago + TimeDelta::minutes(*minute).min(TimeDelta::minutes(58));
                hand_out(db, pharmacist, *id, *submitted, at)?;
            }
            Ok(())
        })
        .map_err(said)?;
    }
    let today = waiting(false).map_err(said)?;
    db.write_now(move |db| {
        for (id, _) in &today {
            let priority = match (id.0 % STAT, id.0 % URGENT) {
                (0, _) => Priority::Stat,
                (_, 0) => Priority::Urgent,
                _ => continue,
            };
            diesel::update(prescriptions::table.find(id.0)).set(prescriptions::priority.eq(priority)).execute(db)?;
        }
        // One of them is laid aside: the first that has medicines, and is not wanted at once.
        for (id, submitted) in today.iter().filter(|(id, _)| id.0 % STAT != 0) {
            let (by, actor) = somebody(db, pharmacist, *submitted + TimeDelta::minutes(8))?;
            if actions::load(db, &by, &actor, *id)?.refusal().is_none() {
                actions::start(db, &by, &actor, *id)?;
                return actions::hold(db, &by, &actor, *id, "The doctor is asked about the dose");
            }
        }
        Ok(())
    })
    .map_err(said)
}

/// The pharmacist at this time.
fn somebody(db: &mut DbConnection, pharmacist: UserId, at: NaiveDateTime) -> Result<(By, Actor), AppError> {
    let actor = accounts::queries::actor(db, pharmacist, at)?.ok_or(AppError::NotFound)?;
    Ok((By { actor: Some(actor.clone()), ..By::system(at) }, actor))
}

fn hand_out(
    db: &mut DbConnection,
    pharmacist: UserId,
    id: PrescriptionId,
    submitted: NaiveDateTime,
    at: NaiveDateTime,
) -> Result<(), AppError> {
    let (by, actor) = somebody(db, pharmacist, at)?;
    let work = actions::load(db, &by, &actor, id)?;
    if work.refusal().is_some() {
        return Ok(());
    }
    let is_old = at - submitted > PATIENCE;
    let mut taken = Taken::new();
    let mut input = Vec::new();
    for (at, line) in work.lines.iter().filter(|line| line.is_open()).enumerate() {
        input.push(wish(db, &work, (at, line), is_old, &mut taken)?);
    }
    if input.iter().all(|line| line.wish == Wish::Leave) {
        return Ok(());
    }
    actions::start(db, &by, &actor, id)?;
    actions::complete(db, &by, &actor, id, 1, &input).map(|_| ())
}

/// What becomes of a line: as much of it as there is.
fn wish(
    db: &mut DbConnection,
    work: &actions::Work,
    (at, line): (usize, &Line),
    is_old: bool,
    taken: &mut Taken,
) -> Result<LineInput, AppError> {
    let batches = match line.medicine_id() {
        Some(medicine) => stock::queries::offered(db, medicine, work.today)?,
        None => Vec::new(),
    };
    let left = line.left().unwrap_or(1);
    let wanted = if work.prescription.id.0 % IN_PART == 0 && !is_old { (left / 2).max(1) } else { left };
    let parts: Vec<Part> = first_expiring(wanted, &batches, taken)
        .into_iter()
        .enumerate()
        .map(|(part, (batch, quantity))| Part { at: part, batch, quantity })
        .collect();
    let (wish, reason) = match (parts.is_empty(), is_old) {
        (false, _) => (Wish::Hand, ""),
        (true, true) => (Wish::Decline, "Not in stock; fetched elsewhere"),
        (true, false) => (Wish::Leave, ""),
    };
    Ok(LineInput { at, line: line.id, wish, medicine: String::new(), reason: reason.to_owned(), parts })
}
