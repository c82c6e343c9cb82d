//! Appointments: free times, booking, and the life cycle until the visit is done.
//!
//! Invariants: no two live appointments of one doctor, nor of one patient, overlap (the database's own rule); a state
//! follows another only as `AppointmentStatus::may_become` says; every step leaves a row in the history, which moving
//! keeps. Free times are the doctor's hours minus live appointments, minus what others hold, minus the past.

pub mod actions;
pub mod model;
pub mod queries;
pub mod slots;
