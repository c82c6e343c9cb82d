//! Vital signs: how they are typed, what cannot be, what is asked about, and what deserves a second look.
//!
//! Values are integers in small units, as stored: millimetres, grams, tenths of a degree Celsius, mmHg, per minute,
//! percent, 0–10. Beyond a hard limit a value is a typing error and is refused; the database holds the same limits
//! (`ck_vital_signs_…`). Beyond a soft limit (`plausible.rs`) the person is asked whether it is right. What is right and
//! still remarkable is flagged by [`Measure::flag`].

pub mod actions;
mod flags;
pub mod forms;
mod measure;
pub mod model;
pub(super) mod pages;
mod plausible;
pub mod queries;
mod values;

pub use flags::{Flag, Level, bmi_flag, usual_bmi};
pub use measure::Measure;
pub use plausible::doubts;
pub use values::{Age, Reading, VitalSigns, tenths};
