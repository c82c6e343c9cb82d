//! What a prescription is.

use derive_more::{Display, From};
use diesel_derive_newtype::DieselNewType;

/// The id of a prescription.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct PrescriptionId(pub i64);

impl From<PrescriptionId> for i64 {
    fn from(id: PrescriptionId) -> Self {
        id.0
    }
}

impl PrescriptionId {
    /// The number that people use: `RX000123`.
    pub fn code(self) -> String {
        format!("RX{:06}", self.0)
    }

    /// The id behind a number as people type it: `RX000123`, `rx123`. `None` for anything else.
    pub fn from_code(code: &str) -> Option<Self> {
        let code = code.trim().to_uppercase();
        let digits = code.strip_prefix("RX")?;
        let is_number = !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| digits.parse().ok().map(Self)).flatten()
    }
}
