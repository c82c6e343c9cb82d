//! Feedback: what patients say of their visits, and how doctors are rated by it.
//!
//! Invariants: only a completed visit is rated, once, by the patient who had it; what was said is not changed; doctors
//! and patients see a doctor's average, the administration reads the comments.

pub mod actions;
pub mod forms;
pub mod model;
mod pages;
pub mod queries;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/feedback", pages::index);
    r.get("/appointments/{id}/feedback", pages::show);
    r.post("/appointments/{id}/feedback", pages::create);
}
