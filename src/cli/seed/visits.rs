//! Appointments of a made-up hospital, day by day: who comes to whom, why, and how far each visit has got by now.

use std::collections::{BTreeMap, HashSet};

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::batch::Batch;
use super::catalogue::Catalogue;
use super::hours::Doctor;
use super::names::Names;
use super::people::{Core, Population, age};
use super::rng::Rng;
use super::staff::{Receptionist, Staff};
use super::{Options, care, rows};

const DAY: u64 = 6;
const VISIT: u64 = 7;

/// How many people are looked at before another problem is tried.
const CANDIDATES: usize = 40;

const CANCELLED: [(&str, u32); 7] = [
    ("Patient is better", 22),
    ("Patient cannot make it", 30),
    ("Wants another day", 18),
    ("Doctor is away", 10),
    ("Booked twice by mistake", 6),
    ("Transport", 8),
    ("Insurance", 6),
];

/// All that visits are made from.
#[derive(Clone, Copy)]
pub(super) struct World<'a> {
    pub options: &'a Options,
    pub names: &'a Names,
    pub catalogue: &'a Catalogue,
    pub people: &'a Population,
    pub staff: &'a Staff,
}

/// Somebody whom a doctor wants to see again.
struct FollowUp {
    patient: u64,
    appointment: i64,
    problem: usize,
}

/// Makes the visits of one day after another; what it remembers is only who is to come back.
pub(super) struct Visits<'a> {
    world: World<'a>,
    /// By position of the doctor: who is due, from which day on.
    due: Vec<BTreeMap<(NaiveDate, i64), FollowUp>>,
    next_id: i64,
}

/// One visit while it is being made.
pub(super) struct Visit<'a> {
    pub id: i64,
    pub doctor: &'a Doctor,
    pub patient: u64,
    pub patient_id: i64,
    pub core: Core,
    pub problem: usize,
    pub starts_at: NaiveDateTime,
    pub ends_at: NaiveDateTime,
    pub follow_up_of: Option<i64>,
}

/// How far a visit has got.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Scheduled,
    Confirmed,
    CheckedIn,
    InProgress,
    Completed,
    Cancelled,
    NoShow,
}

impl<'a> Visits<'a> {
    /// `first_id` is the first of as many ids as there will be visits.
    pub fn new(world: World<'a>, first_id: i64) -> Self {
        let due = world.staff.doctors.iter().map(|_| BTreeMap::new()).collect();
        Self { world, due, next_id: first_id }
    }

    /// Adds the visits of a day to the batch. The days come in order.
    pub fn day(&mut self, date: NaiveDate, count: u64, batch: &mut Batch) {
        if count == 0 {
            return;
        }
        let options = self.world.options;
        let mut rng = Rng::of(options.seed, DAY, date.to_epoch_days().unsigned_abs().into());
        let mut times: Vec<(usize, NaiveDateTime, NaiveDateTime)> = Vec::new();
        for (at, doctor) in self.world.staff.doctors.iter().enumerate() {
            times.extend(doctor.times(date, options.zone).into_iter().map(|(start, end)| (at, start, end)));
        }
        let chosen = times.len().min(usize::try_from(count).unwrap_or(usize::MAX));
        for position in 0..chosen {
            let other = position + rng.index(times.len() - position);
            times.swap(position, other);
        }
        times.truncate(chosen);
        times.sort_unstable();
        let known = self.world.people.registered_before(date).max(1);
        let mut busy: HashSet<u64> = HashSet::with_capacity(chosen);
        let (mut free_from, mut doctor_before, mut is_occupied) = (options.now, usize::MAX, false);
        for (at, starts_at, ends_at) in times {
            if at != doctor_before {
                (free_from, doctor_before, is_occupied) = (starts_at, at, false);
            }
            let id = self.next_id;
            self.next_id += 1;
            let (patient, problem, follow_up_of) = self.who(&mut rng, at, date, known, &busy);
            busy.insert(patient);
            let people = self.world.people;
            let visit = Visit {
                id,
                doctor: &self.world.staff.doctors[at],
                patient,
                patient_id: people.id(patient),
                core: people.core(patient),
                problem,
                starts_at,
                ends_at,
                follow_up_of,
            };
            let mut rng = Rng::of(options.seed, VISIT, id.unsigned_abs());
            let fate = fate(&mut rng, options.now, &visit, &mut is_occupied);
            let completed = self.write(&mut rng, &visit, fate, &mut free_from, batch);
            if let Some(completed_at) = completed {
                let weeks = rng.range(2, 12);
                let comes_back = rng.percent(34).then(|| date + TimeDelta::weeks(weeks));
                care::record(&self.world, &mut rng, &visit, completed_at, comes_back, batch);
                if let Some(from) = comes_back.filter(|_| rng.percent(80)) {
                    self.due[at].insert((from, id), FollowUp { patient, appointment: id, problem });
                }
            }
        }
    }

    /// Who comes: somebody who is due with this doctor, else somebody with a problem of this department.
    fn who(
        &mut self,
        rng: &mut Rng,
        doctor: usize,
        date: NaiveDate,
        known: u64,
        busy: &HashSet<u64>,
    ) -> (u64, usize, Option<i64>) {
        let due = &mut self.due[doctor];
        if let Some(entry) = due.first_entry()
            && entry.key().0 <= date
        {
            let follow_up = entry.remove();
            if !busy.contains(&follow_up.patient) {
                return (follow_up.patient, follow_up.problem, Some(follow_up.appointment));
            }
        }
        let World { catalogue, people, staff, .. } = &self.world;
        let department = &catalogue.departments[staff.doctors[doctor].department];
        let weights = department.problems.iter().map(|at| catalogue.problems[*at].weight);
        for _ in 0..3 {
            let problem = department.problems[rng.weighted(weights.clone())];
            let kind = &catalogue.problems[problem];
            for _ in 0..CANDIDATES {
                // Some people come often: of two draws the smaller counts.
                let patient = rng.below(known).min(rng.below(known));
                let core = people.core(patient);
                if busy.contains(&patient) || !kind.suits(age(core.born, date), core.is_female) {
                    continue;
                }
                let has =
                    |(at, since): &(usize, NaiveDate)| catalogue.problems[*at].code == kind.code && *since <= date;
                if kind.chronic.is_none() || people.conditions(catalogue, patient, core).iter().any(has) {
                    return (patient, problem, None);
                }
            }
        }
        // So few people that nobody suits: anybody, for a general matter.
        let from = rng.below(known);
        let patient = (0..people.count).map(|step| (from + step) % people.count).find(|p| !busy.contains(p));
        (patient.unwrap_or(from), department.problems[0], None)
    }

    /// Writes the appointment with its history. Gives the time of its completion, if it was completed.
    fn write(
        &self,
        rng: &mut Rng,
        visit: &Visit<'_>,
        fate: Fate,
        free_from: &mut NaiveDateTime,
        batch: &mut Batch,
    ) -> Option<NaiveDateTime> {
        let World { options, names, catalogue, people, staff } = &self.world;
        let minutes = TimeDelta::minutes;
        let problem = &catalogue.problems[visit.problem];
        let channel = match (visit.follow_up_of, rng.below(100)) {
            (Some(_), _) => "follow_up",
            (None, 0..46) => "online",
            (None, 46..74) => "phone",
            (None, 74..94) => "desk",
            _ => "walk_in",
        };
        let desk: &Receptionist = rng.pick(&staff.desk);
        let registered = people.registered(visit.patient);
        let lead = match channel {
            "walk_in" => minutes(rng.range(10, 90)),
            _ => minutes(rng.range(1, 21) * 24 * 60 + rng.range(-300, 300)),
        };
        // Booked before it begins, after the person was registered, and before now.
        let booked = (visit.starts_at - lead).max(registered).min(options.now - minutes(rng.range(60, 2000)));
        let patient_name = people.name(names, visit.patient);
        let booker = match channel {
            "online" => (None, patient_name.clone()),
            "follow_up" => (Some(visit.doctor.user_id), visit.doctor.name.clone()),
            _ => (Some(desk.user_id), desk.name.clone()),
        };
        let mut steps: Vec<(&'static str, NaiveDateTime, Option<i64>, String, &'static str)> =
            vec![("booked", booked, booker.0, booker.1.clone(), "")];
        let by_desk = || (Some(desk.user_id), desk.name.clone());
        let by_doctor = || (Some(visit.doctor.user_id), visit.doctor.name.clone());
        let step = |kind, at, (user, name): (Option<i64>, String), note| (kind, at, user, name, note);
        // Everything that has happened lies in the past and after what came before it.
        let past = |at: NaiveDateTime, after: NaiveDateTime| at.min(options.now - minutes(1)).max(after);
        let mut row = rows::Appointment {
            id: visit.id,
            patient_id: visit.patient_id,
            doctor_id: visit.doctor.id,
            starts_at: visit.starts_at,
            ends_at: visit.ends_at,
            status: "scheduled",
            status_since: booked,
            reason: if visit.follow_up_of.is_some() { "Follow-up" } else { problem.reason },
            symptoms: if visit.follow_up_of.is_none() && rng.percent(55) { problem.symptoms } else { "" },
            channel,
            booked_by: booker.0,
            follow_up_of: visit.follow_up_of,
            confirmed_at: None,
            checked_in_at: None,
            started_at: None,
            completed_at: None,
            cancelled_at: None,
            cancelled_by: None,
            cancel_reason: "",
            version: 1,
            created_at: booked,
            updated_at: booked,
        };
        let was_confirmed = match fate {
            Fate::Scheduled => false,
            Fate::Cancelled | Fate::NoShow => rng.percent(60),
            _ => true,
        };
        if was_confirmed {
            let at = past(booked + minutes(rng.range(5, 600)).min((visit.starts_at - booked) / 2), booked);
            row.status = "confirmed";
            row.confirmed_at = Some(at);
            steps.push(step("confirmed", at, by_desk(), ""));
        }
        let confirmed = row.confirmed_at.unwrap_or(booked);
        match fate {
            Fate::Scheduled | Fate::Confirmed => {}
            Fate::Cancelled => {
                let reason = CANCELLED[rng.weighted(CANCELLED.iter().map(|c| c.1))].0;
                let span = (visit.starts_at - confirmed).num_minutes().max(2);
                let at = past(confirmed + minutes(span * rng.range(30, 98) / 100), confirmed);
                let is_own = channel == "online" && reason.starts_with("Patient");
                let who = if is_own { (None, patient_name) } else { by_desk() };
                row.status = "cancelled";
                (row.cancelled_at, row.cancelled_by, row.cancel_reason) = (Some(at), who.0, reason);
                steps.push(step("cancelled", at, who, reason));
            }
            Fate::NoShow => {
                let at = past(visit.ends_at + minutes(rng.range(5, 40)), confirmed);
                row.status = "no_show";
                steps.push(step("no_show", at, by_desk(), ""));
            }
            Fate::CheckedIn | Fate::InProgress | Fate::Completed => {
                let came = past(visit.starts_at - minutes(rng.range(-4, 28)), confirmed);
                row.status = "checked_in";
                row.checked_in_at = Some(came);
                steps.push(step("checked_in", came, by_desk(), ""));
                if fate != Fate::CheckedIn {
                    let begun = past((visit.starts_at + minutes(rng.range(-3, 12))).max(*free_from), came);
                    row.status = "in_progress";
                    row.started_at = Some(begun);
                    steps.push(step("started", begun, by_doctor(), ""));
                    if fate == Fate::Completed {
                        let length = (visit.ends_at - visit.starts_at).num_minutes();
                        let done = past(begun + minutes(rng.range(length / 2, length + 4)), begun);
                        row.status = "completed";
                        row.completed_at = Some(done);
                        *free_from = done;
                        steps.push(step("completed", done, by_doctor(), ""));
                    }
                }
            }
        }
        if let Some((_, at, ..)) = steps.last() {
            (row.status_since, row.updated_at) = (*at, *at);
        }
        row.version = i32::try_from(steps.len()).unwrap_or(1);
        for (kind, occurred_at, user_id, user_name, note) in steps {
            batch.events.push(rows::Event {
                appointment_id: visit.id,
                kind,
                starts_at: visit.starts_at,
                note,
                user_id,
                user_name,
                occurred_at,
            });
        }
        let completed = row.completed_at;
        batch.appointments.push(row);
        completed
    }
}

/// How far a visit has got by now. `is_occupied`: the doctor has somebody in the room already.
fn fate(rng: &mut Rng, now: NaiveDateTime, visit: &Visit<'_>, is_occupied: &mut bool) -> Fate {
    let minutes = (visit.starts_at - now).num_minutes();
    let length = (visit.ends_at - visit.starts_at).num_minutes();
    let draw = rng.below(1000);
    match minutes {
        // Over: completed, but for those who cancelled or stayed away.
        ..=-45 => match draw {
            0..78 => Fate::Cancelled,
            78..140 => Fate::NoShow,
            _ => Fate::Completed,
        },
        _ if minutes <= 0 => match draw {
            0..60 => Fate::Cancelled,
            60..90 if minutes < -20 => Fate::NoShow,
            _ if minutes + length <= -5 => Fate::Completed,
            _ if !*is_occupied && draw < 850 => {
                *is_occupied = true;
                Fate::InProgress
            }
            _ => Fate::CheckedIn,
        },
        1..=30 => match draw {
            0..60 => Fate::Cancelled,
            60..560 => Fate::CheckedIn,
            _ => Fate::Confirmed,
        },
        31..=1440 => match draw {
            0..60 => Fate::Cancelled,
            60..700 => Fate::Confirmed,
            _ => Fate::Scheduled,
        },
        1441..=10_080 => match draw {
            0..60 => Fate::Cancelled,
            60..520 => Fate::Confirmed,
            _ => Fate::Scheduled,
        },
        _ => match draw {
            0..40 => Fate::Cancelled,
            40..200 => Fate::Confirmed,
            _ => Fate::Scheduled,
        },
    }
}
