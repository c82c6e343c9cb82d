//! What an appointment is.

use derive_more::{Display, From};
use diesel_derive_newtype::DieselNewType;

/// The id of an appointment.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct AppointmentId(pub i64);

impl From<AppointmentId> for i64 {
    fn from(id: AppointmentId) -> Self {
        id.0
    }
}

impl AppointmentId {
    /// The number that people use: `APT000123`.
    pub fn code(self) -> String {
        format!("APT{:06}", self.0)
    }

    /// The id behind a number as people type it: `APT000123`, `apt123`. `None` for anything else.
    pub fn from_code(code: &str) -> Option<Self> {
        let code = code.trim().to_uppercase();
        let digits = code.strip_prefix("APT")?;
        let is_number = !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| digits.parse().ok().map(Self)).flatten()
    }
}
