//! Who may do which step now. Pages show the buttons by this rule, and actions ask it again.

use std::fmt;

use chrono::{NaiveDateTime, TimeDelta};

use super::{Appointment, AppointmentStatus};
use crate::access::{Actor, Permission};
use crate::settings::model::Settings;
use crate::time::{Zone, date_text};

/// Something that can be done with an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray)]
pub enum Step {
    Confirm,
    CheckIn,
    Start,
    Complete,
    NoShow,
    Reschedule,
    Cancel,
}

/// The hospital's rules that steps depend on.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub zone: Zone,
    /// Until how many hours before it patients may cancel or move an appointment.
    pub cancel_hours_before: i32,
}

impl From<&Settings> for Rules {
    fn from(settings: &Settings) -> Self {
        Self { zone: settings.zone(), cancel_hours_before: settings.cancel_hours_before }
    }
}

/// Why a step cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not this person's to do, whatever the state.
    NotYours,
    /// Not now: the words say why.
    NotNow(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotYours => f.write_str("This step is somebody else's to do."),
            Self::NotNow(words) => f.write_str(words),
        }
    }
}

impl Step {
    /// The state that the step leads to; `None` for moving, which keeps or resets it.
    pub fn target(self) -> Option<AppointmentStatus> {
        match self {
            Self::Confirm => Some(AppointmentStatus::Confirmed),
            Self::CheckIn => Some(AppointmentStatus::CheckedIn),
            Self::Start => Some(AppointmentStatus::InProgress),
            Self::Complete => Some(AppointmentStatus::Completed),
            Self::NoShow => Some(AppointmentStatus::NoShow),
            Self::Cancel => Some(AppointmentStatus::Cancelled),
            Self::Reschedule => None,
        }
    }

    /// The button's words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Confirm => "Confirm",
            Self::CheckIn => "Check in",
            Self::Start => "Start the visit",
            Self::Complete => "Complete",
            Self::NoShow => "Did not come",
            Self::Reschedule => "Move",
            Self::Cancel => "Cancel",
        }
    }

    /// The button's picture.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Confirm => "check",
            Self::CheckIn => "door-enter",
            Self::Start => "player-play",
            Self::Complete => "circle-check",
            Self::NoShow => "user-off",
            Self::Reschedule => "calendar-time",
            Self::Cancel => "calendar-off",
        }
    }

    /// The last part of the address that the step is sent to, below `/appointments/{id}/`.
    pub fn path(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::CheckIn => "check-in",
            Self::Start => "start",
            Self::Complete => "complete",
            Self::NoShow => "no-show",
            Self::Reschedule => "reschedule",
            Self::Cancel => "cancel",
        }
    }

    /// Whether the step has a page of its own first, because it needs a reason or a new time.
    pub fn asks_first(self) -> bool {
        matches!(self, Self::Reschedule | Self::Cancel)
    }

    /// Whether this person may do the step with this appointment at `now` (UTC). The appointment is one that the
    /// person may see.
    ///
    /// # Errors
    /// Who may not, or why not now, in words for the person.
    pub fn check(
        self,
        actor: &Actor,
        appointment: &Appointment,
        now: NaiveDateTime,
        rules: Rules,
    ) -> Result<(), Refusal> {
        let desk = actor.may(Permission::ManageAppointments);
        let own_doctor = actor.may(Permission::ConductVisits) && actor.doctor_id == Some(appointment.doctor_id);
        let own_patient = actor.may(Permission::BookOwn) && actor.patient_id == Some(appointment.patient_id);
        let theirs = match self {
            Self::Confirm | Self::CheckIn => desk,
            Self::Start | Self::Complete => own_doctor,
            Self::NoShow => desk || own_doctor,
            Self::Reschedule | Self::Cancel => desk || own_patient,
        };
        if !theirs {
            return Err(Refusal::NotYours);
        }
        self.check_state(appointment.status)?;
        let day = rules.zone.date(appointment.starts_at);
        if self == Self::CheckIn && rules.zone.date(now) < day {
            let words = format!("This appointment is on {}. It can be checked in on that day.", date_text(day));
            return Err(Refusal::NotNow(words));
        }
        if self == Self::NoShow && now < appointment.starts_at {
            let words = "This appointment has not begun yet, so nobody has missed it.";
            return Err(Refusal::NotNow(words.to_owned()));
        }
        if matches!(self, Self::Reschedule | Self::Cancel) && !desk {
            check_patient(self, appointment, now, rules)?;
        }
        Ok(())
    }

    /// What the state alone allows. A desk that checks in somebody who was not confirmed does both at once.
    fn check_state(self, status: AppointmentStatus) -> Result<(), Refusal> {
        let allowed = match (self, self.target()) {
            (Self::CheckIn, _) if status == AppointmentStatus::Scheduled => true,
            (_, Some(target)) => status.may_become(target),
            (_, None) => status.is_booked(),
        };
        if allowed {
            return Ok(());
        }
        let verb = match self {
            Self::Confirm => "confirmed",
            Self::CheckIn => "checked in",
            Self::Start => "started",
            Self::Complete => "completed",
            Self::NoShow => "marked as not come",
            Self::Reschedule => "moved",
            Self::Cancel => "cancelled",
        };
        Err(Refusal::NotNow(format!("This appointment is {}, so it cannot be {verb}.", status.words())))
    }
}

/// Patients change what has not begun, and not at the last moment.
fn check_patient(step: Step, appointment: &Appointment, now: NaiveDateTime, rules: Rules) -> Result<(), Refusal> {
    let verb = if step == Step::Cancel { "cancelled" } else { "moved" };
    if !appointment.status.is_booked() {
        let words =
            format!("This appointment is {}, so it cannot be {verb} any more here.", appointment.status.words());
        return Err(Refusal::NotNow(words));
    }
    if now + TimeDelta::hours(i64::from(rules.cancel_hours_before)) > appointment.starts_at {
        let words = match rules.cancel_hours_before {
            0 => format!("This appointment has begun, so it cannot be {verb} any more. Please call us."),
            1 => format!("Appointments can be {verb} here until an hour before they begin. Please call us."),
            hours => format!("Appointments can be {verb} here until {hours} hours before they begin. Please call us."),
        };
        return Err(Refusal::NotNow(words));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use strum::VariantArray;

    use super::*;
    use crate::access::{PermissionSet, Role};
    use crate::accounts::model::UserId;
    use crate::appointments::model::{AppointmentId, Channel};
    use crate::doctors::model::DoctorId;
    use crate::patients::model::PatientId;

    fn at(day: u32, hour: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 11, day).and_then(|d| d.and_hms_opt(hour, 0, 0)).expect("a test's own time")
    }

    fn actor(role: Role) -> Actor {
        Actor {
            user_id: UserId(1),
            first_name: "A".to_owned(),
            last_name: "B".to_owned(),
            role,
            permissions: PermissionSet::of_role(role),
            doctor_id: (role == Role::Doctor).then_some(DoctorId(7)),
            patient_id: (role == Role::Patient).then_some(PatientId(8)),
            has_picture: false,
        }
    }

    fn appointment(status: AppointmentStatus) -> Appointment {
        Appointment {
            id: AppointmentId(1),
            patient_id: PatientId(8),
            doctor_id: DoctorId(7),
            starts_at: at(20, 9),
            ends_at: at(20, 10),
            status,
            status_since: at(1, 0),
            reason: String::new(),
            symptoms: String::new(),
            notes: String::new(),
            channel: Channel::Desk,
            booked_by: None,
            follow_up_of: None,
            confirmed_at: None,
            checked_in_at: None,
            started_at: None,
            completed_at: None,
            cancelled_at: None,
            cancelled_by: None,
            cancel_reason: String::new(),
            version: 1,
            created_at: at(1, 0),
        }
    }

    const RULES: Rules = Rules { zone: Zone(chrono_tz::UTC), cancel_hours_before: 24 };

    #[test]
    fn every_state_lets_through_what_the_life_cycle_allows_and_refuses_the_rest() {
        use AppointmentStatus::{CheckedIn, Confirmed, InProgress, Scheduled};
        let (admin, doctor) = (actor(Role::Admin), actor(Role::Doctor));
        for &step in Step::VARIANTS {
            let who = if matches!(step, Step::Start | Step::Complete) { &doctor } else { &admin };
            let from: &[AppointmentStatus] = match step {
                Step::Confirm => &[Scheduled],
                Step::CheckIn | Step::NoShow | Step::Reschedule => &[Scheduled, Confirmed],
                Step::Start => &[CheckedIn],
                Step::Complete => &[InProgress],
                Step::Cancel => &[Scheduled, Confirmed, CheckedIn],
            };
            for &status in AppointmentStatus::VARIANTS {
                let allowed = step.check(who, &appointment(status), at(20, 9), RULES).is_ok();
                assert_eq!(allowed, from.contains(&status), "{step:?} from {status:?}");
            }
        }
    }

    #[test]
    fn each_role_has_its_own_steps() {
        for &role in Role::VARIANTS {
            for &step in Step::VARIANTS {
                let may = match role {
                    Role::Admin | Role::Receptionist => !matches!(step, Step::Start | Step::Complete),
                    Role::Doctor => matches!(step, Step::Start | Step::Complete | Step::NoShow),
                    Role::Patient => matches!(step, Step::Reschedule | Step::Cancel),
                    _ => false,
                };
                let checked = step.check(&actor(role), &appointment(AppointmentStatus::Confirmed), at(20, 9), RULES);
                assert_eq!(checked != Err(Refusal::NotYours), may, "{role:?} {step:?}");
            }
        }
    }

    #[test]
    fn time_matters_to_checking_in_missing_and_to_patients() {
        let (desk, patient) = (actor(Role::Receptionist), actor(Role::Patient));
        let booked = appointment(AppointmentStatus::Confirmed);
        let ok = |step: Step, who: &Actor, now| step.check(who, &booked, now, RULES).is_ok();
        assert!(!ok(Step::CheckIn, &desk, at(19, 23)) && ok(Step::CheckIn, &desk, at(20, 0)));
        assert!(!ok(Step::NoShow, &desk, at(20, 8)) && ok(Step::NoShow, &desk, at(20, 9)));
        for step in [Step::Cancel, Step::Reschedule] {
            assert!(ok(step, &patient, at(19, 9)) && !ok(step, &patient, at(19, 10)), "{step:?}");
            assert!(ok(step, &desk, at(20, 12)), "the desk may always {step:?}");
        }
        let waiting = appointment(AppointmentStatus::CheckedIn);
        assert!(Step::Cancel.check(&patient, &waiting, at(1, 0), RULES).is_err());
    }
}
