//! How many visits each day of a made-up hospital has: exactly as many as asked for in all, today and the days around it
//! well filled, and no day beyond its doctors' hours.

use chrono::{Days, NaiveDate};

use super::hours::Doctor;

/// How far back visits go, and how far ahead they are booked.
const PAST: u64 = 730;
const AHEAD: u64 = 28;
/// The days before today that are never empty.
const RECENT: usize = 14;
/// No day is booked to its last slot, in percent.
const FULLEST: u64 = 92;

/// A day and how many visits begin on it.
pub(super) struct Plan {
    pub days: Vec<(NaiveDate, u64)>,
}

/// Spreads `total` visits.
///
/// # Errors
/// A line that says how many the doctors have hours for, or how many such few patients can make.
pub(super) fn plan(doctors: &[Doctor], today: NaiveDate, total: u64, patients: u64) -> Result<Plan, String> {
    let first = today - Days::new(PAST);
    let room: Vec<(NaiveDate, u64)> = (0..=PAST + AHEAD)
        .map(|day| first + Days::new(day))
        .map(|date| (date, doctors.iter().map(|d| d.capacity(date)).sum::<u64>() * FULLEST / 100))
        .collect();
    let before: u64 = room.iter().filter(|(date, _)| *date < today).map(|(_, room)| room).sum();
    let mut days: Vec<(NaiveDate, u64)> = Vec::with_capacity(room.len());
    // Today first, then the coming weeks; what remains goes back over the two years.
    let mut left = total;
    let mut ahead = total / 5;
    for &(date, room) in room.iter().filter(|(date, _)| *date >= today) {
        let day = date.signed_duration_since(today).num_days().unsigned_abs();
        let wanted = match day {
            0 => (room * 80 / 100).min(total / 10 + 1),
            _ => (room * (70 * (AHEAD + 2 - day) / AHEAD) / 100).min(ahead / 6 + 1),
        };
        let booked = wanted.min(left).min(if day == 0 { left } else { ahead });
        if day > 0 {
            ahead -= booked;
        }
        left -= booked;
        days.push((date, booked));
    }
    if left > before {
        let possible = before + days.iter().map(|(_, n)| n).sum::<u64>();
        return Err(format!(
            "appointments: {} doctors have hours for about {possible} in these two years, not for {total}: \
             ask for more doctors or fewer appointments",
            doctors.len()
        ));
    }
    // However few visits there are in all, the last two weeks have had some each day.
    let past: Vec<_> = room.iter().copied().filter(|(date, _)| *date < today).collect();
    let (long_ago, recent) = past.split_at(past.len().saturating_sub(RECENT));
    let recently: u64 = recent.iter().map(|(_, room)| room).sum();
    let share =
        (left / 4).max(left * recently / before.max(1)).min(recently).max(left.saturating_sub(before - recently));
    let mut all = spread(long_ago, left - share);
    all.extend(spread(recent, share));
    all.extend(days);
    let busiest = all.iter().map(|(_, n)| *n).max().unwrap_or(0);
    if busiest * 3 > patients * 2 {
        return Err(format!(
            "patients: {patients} are too few for {total} appointments, {busiest} of them on one day; \
             ask for more patients or fewer appointments"
        ));
    }
    Ok(Plan { days: all })
}

/// Gives every day its part of the room; fractions are carried to the next day, so that the sum is exact.
fn spread(room: &[(NaiveDate, u64)], total: u64) -> Vec<(NaiveDate, u64)> {
    let all: u128 = room.iter().map(|(_, room)| u128::from(*room)).sum::<u128>().max(1);
    let mut carried: u128 = 0;
    room.iter()
        .map(|&(date, room)| {
            carried += u128::from(room) * u128::from(total);
            let booked = carried / all;
            carried -= booked * all;
            (date, u64::try_from(booked).unwrap_or(0))
        })
        .collect()
}
