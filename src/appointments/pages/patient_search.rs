//! The first step at the desk: whom is it for?

use askama::Template;

use super::choice::Choice;
use crate::access::{Permission, Requirement};
use crate::audit::Entry;
use crate::patients;
use crate::patients::model::Patient;
use crate::patients::wanted::Wanted;
use crate::time::{age_text, date_text};
use crate::web::{Answer, Cx, Page};

/// How many patients are shown: who is not among them is found by one more letter.
const MOST: usize = 12;

/// A patient to choose.
pub(super) struct Candidate {
    pub patient: Patient,
    pub age: String,
    pub born: String,
    /// Where choosing leads.
    pub href: String,
}

#[derive(Template)]
#[template(path = "appointments/patient.html")]
struct PatientPage {
    page: Page,
    /// Where the search and the choice lead: `/book` or `/walk-in`.
    base: &'static str,
    choice: Choice,
    query: String,
    found: Vec<Candidate>,
    is_cut: bool,
    may_register: bool,
    is_walk_in: bool,
}

/// The page that finds the patient; the rest of the choice is kept. Being a list of patients, it is recorded.
pub(super) async fn page<R: Requirement>(cx: &Cx<R>, base: &'static str, choice: Choice) -> Answer {
    let (actor, query, today) = (cx.actor()?.clone(), cx.query("q"), cx.today());
    let wanted = Wanted::parse(&query);
    let is_empty = query.is_empty();
    let (patients, is_cut) = cx
        .read(move |db| {
            if is_empty {
                return Ok((Vec::new(), false));
            }
            let found = patients::queries::search(db, &actor, &wanted)?;
            let shown: Vec<_> = found.ids.iter().take(MOST).copied().collect();
            let mut patients = Vec::with_capacity(shown.len());
            for id in &shown {
                patients.push(patients::queries::find(db, &actor, *id)?);
            }
            Ok((patients, found.is_cut || found.ids.len() > shown.len()))
        })
        .await?;
    if !is_empty {
        cx.looked(Entry::new("searched", "patient", 0).note("found", patients.len())).await?;
    }
    let found = patients
        .into_iter()
        .map(|patient| Candidate {
            age: age_text(patient.date_of_birth, today),
            born: date_text(patient.date_of_birth),
            href: Choice { patient: Some(patient.id), ..choice.clone() }.address(base),
            patient,
        })
        .collect();
    let is_walk_in = base == "/walk-in";
    let title = if is_walk_in { "Walk-in" } else { "New appointment" };
    cx.html(&PatientPage {
        page: cx.page(title),
        base,
        choice,
        query,
        found,
        is_cut,
        may_register: cx.may(Permission::RegisterPatients),
        is_walk_in,
    })
}
