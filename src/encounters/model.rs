//! What an encounter is.

use derive_more::{Display, From};
use diesel_derive_newtype::DieselNewType;

/// The id of an encounter.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct EncounterId(pub i64);

impl From<EncounterId> for i64 {
    fn from(id: EncounterId) -> Self {
        id.0
    }
}
