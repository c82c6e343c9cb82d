//! Schedules: the hours a doctor works, week by week, and the exceptions from them.
//!
//! Invariants: hours are wall-clock times of the hospital, so nine o'clock stays nine when the clocks change; one doctor's
//! active hours never overlap on a weekday (the database says so). Exceptions are instants and may cross midnight: time
//! off takes away whatever it touches, extra hours add to the week. Free slots are made of both and never stored.
//! Appointments that are booked stay booked when hours change; whoever changes them is shown which they are.

pub mod model;
pub mod queries;
pub mod slots;
