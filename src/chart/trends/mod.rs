//! Trends: the vital signs of months and years as lines.

mod line;
mod series;

pub use line::{HEIGHT, LineChart, WIDTH};
pub use series::{Period, charts};
