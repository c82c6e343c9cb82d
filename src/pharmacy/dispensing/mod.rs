//! Dispensing: from a prescription in the queue to medicines in the patient's hand.
//!
//! Invariants, held by the database: a prescription is in the hands of one pharmacist at a time; a line is never handed
//! over beyond what was prescribed, never from another medicine's batch, never after it was declined. What is handed
//! over, the stock's ledger, the charge, the prescription's state and the audit commit together or not at all.
//!
//! A substitute has the same generic name, strength and route, since the doctor's directions are printed on its label:
//! for another strength they would be wrong, and the doctor prescribes anew.

pub mod actions;
pub mod forms;
pub mod model;
pub(super) mod pages;
pub mod proposal;
pub mod queries;
