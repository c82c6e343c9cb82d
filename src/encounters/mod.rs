//! Encounters: the medical record of one visit, written in the consultation.
//!
//! Invariants: an appointment has at most one; only its own doctor writes it; a draft is saved while it is typed and is
//! seen by nobody else; signing makes it final and completes the appointment, in one transaction; others who treat the
//! patient, and the patient, read it once it is signed. Nothing is ever deleted.

pub mod actions;
pub mod forms;
pub mod model;
pub mod queries;
pub mod vital_signs;
