//! Looking a diagnosis code up.

use std::sync::Arc;

use askama::Template;

use super::search::Found;
use crate::access::{Permission, can};
use crate::error::AppError;
use crate::web::{Answer, Cx, Page};

/// How many codes the page lists.
const LISTED: usize = 50;
/// How many a doctor chooses from while typing.
const OFFERED: usize = 20;
/// A longer query than any description is cut.
const LONGEST_QUERY: usize = 300;

#[derive(Template)]
#[template(path = "diagnosis_codes/index.html")]
struct IndexPage {
    page: Page,
    results: Results,
    /// `None` before any was imported.
    edition: Option<EditionFacts>,
    may_replace: bool,
}

/// The results alone, for typing.
#[derive(Template)]
#[template(path = "diagnosis_codes/index.html", block = "results")]
struct ResultsPart {
    results: Results,
}

/// What a doctor chooses from in a consultation.
#[derive(Template)]
#[template(path = "diagnosis_codes/options.html")]
struct OptionsPart {
    found: Found,
}

struct Results {
    query: String,
    found: Found,
    has_codes: bool,
}

/// The edition in force, as administrators see it.
struct EditionFacts {
    name: String,
    codes: String,
    imported: String,
    is_sites_own: bool,
}

impl EditionFacts {
    fn source(&self) -> &'static str {
        if self.is_sites_own { "This hospital's own file" } else { "Comes with the program" }
    }
}

/// The search, and which edition is in force.
pub async fn index(cx: Cx<can::SeeDiagnosisCodes>) -> Answer {
    let query = query(&cx);
    let (found, edition) = search(&cx, query.clone(), LISTED).await?;
    let results = Results { query, found, has_codes: edition.is_some() };
    if cx.is_htmx() {
        return cx.html(&ResultsPart { results });
    }
    cx.html(&IndexPage {
        page: cx.page("Diagnosis codes"),
        results,
        edition,
        may_replace: cx.may(Permission::ManageSettings),
    })
}

/// The best codes for what is being typed into a diagnosis.
pub async fn options(cx: Cx<can::SeeDiagnosisCodes>) -> Answer {
    let (found, _) = search(&cx, query(&cx), OFFERED).await?;
    cx.html(&OptionsPart { found })
}

fn query(cx: &Cx<can::SeeDiagnosisCodes>) -> String {
    cx.query("q").chars().take(LONGEST_QUERY).collect()
}

async fn search(
    cx: &Cx<can::SeeDiagnosisCodes>,
    query: String,
    limit: usize,
) -> Result<(Found, Option<EditionFacts>), AppError> {
    let (index, zone) = (Arc::clone(&cx.state().diagnoses), cx.zone());
    let current = cx.read(move |db| Ok(index.current(db)?)).await?;
    let Some((edition, index)) = current else { return Ok((Found::default(), None)) };
    let facts = EditionFacts {
        codes: edition.codes.to_string(),
        imported: zone.text(edition.imported_at),
        is_sites_own: edition.is_sites_own(),
        name: edition.name,
    };
    Ok((index.search(&query, limit), Some(facts)))
}
