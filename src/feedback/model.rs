//! What a rating is.

use chrono::NaiveDateTime;
use derive_more::{Display, From};
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::appointments::model::AppointmentId;
use crate::db::schema::feedback;
use crate::doctors::model::DoctorId;
use crate::patients::model::PatientId;

/// The id of a patient's feedback.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct FeedbackId(pub i64);

impl From<FeedbackId> for i64 {
    fn from(id: FeedbackId) -> Self {
        id.0
    }
}

/// Feedback as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = feedback)]
pub struct Feedback {
    pub id: FeedbackId,
    pub appointment_id: AppointmentId,
    pub patient_id: PatientId,
    pub doctor_id: DoctorId,
    /// From 1 to 5, the best.
    pub rating: i32,
    pub comment: String,
    /// In UTC.
    pub created_at: NaiveDateTime,
}

/// Feedback in the list that the administration reads.
#[derive(Clone, Debug)]
pub struct FeedbackRow {
    pub feedback: Feedback,
    /// "Dr First Last".
    pub doctor: String,
    pub patient: String,
}

/// How a doctor is rated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rating {
    /// How many ratings there are.
    pub count: i64,
    /// Of all ratings together.
    pub sum: i64,
}

impl Rating {
    /// `4.6`, rounded to a tenth; `None` when nobody has rated yet.
    pub fn average(self) -> Option<String> {
        let tenths = (self.sum * 20 + self.count).checked_div(self.count * 2)?;
        Some(format!("{}.{}", tenths / 10, tenths % 10))
    }

    /// `4.6 of 5, from 12 ratings`; `None` when nobody has rated yet.
    pub fn text(self) -> Option<String> {
        let noun = if self.count == 1 { "rating" } else { "ratings" };
        Some(format!("{} of 5, from {} {noun}", self.average()?, self.count))
    }
}

/// A rating in words, from 1 to 5.
pub const SCALE: [(i32, &str); 5] = [(5, "Very good"), (4, "Good"), (3, "Fair"), (2, "Poor"), (1, "Very poor")];

/// What a rating means.
pub fn words(rating: i32) -> &'static str {
    SCALE.iter().find(|(value, _)| *value == rating).map_or("", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_is_rounded_to_a_tenth() {
        let average = |count, sum| Rating { count, sum }.average();
        assert_eq!(average(0, 0), None);
        assert_eq!(average(1, 5).as_deref(), Some("5.0"));
        assert_eq!(average(3, 14).as_deref(), Some("4.7"));
        assert_eq!(average(3, 13).as_deref(), Some("4.3"));
        assert_eq!(Rating { count: 1, sum: 4 }.text().as_deref(), Some("4.0 of 5, from 1 rating"));
    }
}
