//! The pharmacy: what lies on the shelves, where it came from, and what is handed over on prescriptions.
//!
//! Invariants, held by the database on both engines: a batch's quantity is the sum of its movements (`stock/`), which are
//! never changed or removed, and it is never below zero; a delivery is received once (`receipts/`); what a stocktake found
//! is posted once (`stocktakes/`); nobody is handed more than was prescribed. A batch that is expired or recalled is never
//! offered.

pub mod stock;

use crate::web::Routes;

pub fn routes(_r: &mut Routes<'_>) {}
