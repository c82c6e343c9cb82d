//! What happened, and the place of each event in the timeline.

use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime};

/// What sort of thing happened.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::EnumString, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    Visit,
    Prescription,
    Result,
    Document,
    Vitals,
    Condition,
    Allergy,
    Medication,
    Appointment,
}

impl Kind {
    /// As it stands in addresses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// As it is chosen in the filter.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Visit => "Visits",
            Self::Prescription => "Prescriptions",
            Self::Result => "Test results",
            Self::Document => "Documents",
            Self::Vitals => "Vital signs",
            Self::Condition => "Conditions",
            Self::Allergy => "Allergies",
            Self::Medication => "Medicines told of",
            Self::Appointment => "Appointments",
        }
    }

    /// As it stands beside the date.
    pub fn label(self) -> &'static str {
        match self {
            Self::Visit => "Visit",
            Self::Prescription => "Prescription",
            Self::Result => "Test result",
            Self::Document => "Document",
            Self::Vitals => "Vital signs",
            Self::Condition => "Condition",
            Self::Allergy => "Allergy",
            Self::Medication => "Medicine told of",
            Self::Appointment => "Appointment",
        }
    }

    /// The shape of its mark.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Visit => "stethoscope",
            Self::Prescription => "prescription",
            Self::Result => "test-pipe",
            Self::Document => "file-text",
            Self::Vitals => "heart-rate-monitor",
            Self::Condition => "heartbeat",
            Self::Allergy => "alert-triangle",
            Self::Medication => "pill",
            Self::Appointment => "calendar-event",
        }
    }
}

/// A state beside an event: the kind of badge, its shape and its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub kind: &'static str,
    pub icon: &'static str,
    pub words: &'static str,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    pub place: Place,
    pub title: String,
    /// Who it was, and what else is worth a line; may be empty.
    pub text: String,
    /// Its own page, if it has one.
    pub href: Option<String>,
    pub state: Option<State>,
}

/// Where an event stands: later ones come first, then those of an earlier kind, then those with a larger id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// In UTC.
    pub at: NaiveDateTime,
    pub kind: Kind,
    pub id: i64,
}

impl Place {
    /// The order of the timeline.
    pub fn order(&self) -> (std::cmp::Reverse<NaiveDateTime>, Kind, std::cmp::Reverse<i64>) {
        (std::cmp::Reverse(self.at), self.kind, std::cmp::Reverse(self.id))
    }

    /// Of the events of a kind at this very time, those with smaller ids come after this place.
    pub fn ids_below(&self, kind: Kind) -> i64 {
        match kind.cmp(&self.kind) {
            std::cmp::Ordering::Less => i64::MIN,
            std::cmp::Ordering::Equal => self.id,
            std::cmp::Ordering::Greater => i64::MAX,
        }
    }

    /// As it stands in addresses: microseconds, kind and id.
    pub fn to_text(self) -> String {
        format!("{}-{}-{}", self.at.and_utc().timestamp_micros(), self.kind.as_str(), self.id)
    }

    /// A place as it stands in an address; `None` for anything else.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let at = DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?.naive_utc();
        let (kind, id) = (Kind::from_str(parts.next()?).ok()?, parts.next()?.parse().ok()?);
        (text.len() < 80).then_some(Self { at, kind, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_from_its_address() {
        let at = DateTime::from_timestamp_micros(1_718_437_200_123_456).expect("a time").naive_utc();
        let place = Place { at, kind: Kind::Vitals, id: 42 };
        assert_eq!(Place::from_text(&place.to_text()), Some(place));
        for junk in ["", "1", "1-visit", "x-visit-1", "1-nothing-1", "99999999999999999999-visit-1", "1-visit-x"] {
            assert_eq!(Place::from_text(junk), None, "{junk}");
        }
    }

    #[test]
    fn at_the_same_time_each_event_has_one_place() {
        let at = NaiveDateTime::default();
        let place = Place { at, kind: Kind::Vitals, id: 5 };
        let after = |kind, id| id < place.ids_below(kind);
        assert!(!after(Kind::Visit, 1) && after(Kind::Vitals, 4) && !after(Kind::Vitals, 5) && after(Kind::Allergy, 9));
        for (kind, id) in [(Kind::Visit, 1), (Kind::Vitals, 4), (Kind::Vitals, 6), (Kind::Allergy, 9)] {
            let other = Place { at, kind, id };
            assert_eq!(other.order() > place.order(), after(kind, id), "{kind:?} {id}");
        }
    }
}
