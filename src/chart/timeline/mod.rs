//! The timeline: everything of a patient in the order in which it happened, the latest first.
//!
//! Each kind is read in the scope that its own pages have, from a place in the timeline on and no further than a page
//! needs. So the number of queries is the same however long the chart is, and none reads more than a page.

pub mod model;
pub mod pages;
pub mod queries;
