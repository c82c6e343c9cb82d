//! Patients: the registry of everybody who is treated here, found by whatever a person at the desk knows of them.
//!
//! Invariants: a patient's number is the record's id and never changes; one account opens at most one record, and a
//! record belongs to at most one account; every look at a record is in the audit log before it is answered.
//!
//! A search is recorded as one row with the number of patients found. What was typed is not kept: it is a name. Whose
//! record is then opened is recorded with that record.

pub mod actions;
pub mod banner;
pub mod forms;
pub mod model;
pub mod queries;
pub mod tabs;
pub mod wanted;
