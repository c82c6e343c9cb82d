//! What other domains do to the chart.

pub use super::conditions::actions::note as note_condition;
