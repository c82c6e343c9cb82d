//! Doctors: the people whom patients come to, their departments and specializations.
//!
//! Invariants: a doctor is an account with a licence number that no other doctor has; every doctor belongs to one
//! department and has any number of specializations; a doctor with booked appointments stays active; who leaves a
//! department no longer heads it. Doctors are never deleted: their records keep their names.

pub mod model;
pub mod queries;
pub mod specializations;
