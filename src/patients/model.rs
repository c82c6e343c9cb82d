//! What a patient is.

use derive_more::{Display, From};
use diesel_derive_newtype::DieselNewType;

/// The id of a patient.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct PatientId(pub i64);

impl From<PatientId> for i64 {
    fn from(id: PatientId) -> Self {
        id.0
    }
}

impl PatientId {
    /// The number that people use: `PAT000123`.
    pub fn code(self) -> String {
        format!("PAT{:06}", self.0)
    }

    /// The id behind a number as people type it: `PAT000123`, `pat123`. `None` for anything else.
    pub fn from_code(code: &str) -> Option<Self> {
        let code = code.trim().to_uppercase();
        let digits = code.strip_prefix("PAT")?;
        let is_number = !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| digits.parse().ok().map(Self)).flatten()
    }
}
