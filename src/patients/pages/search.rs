//! Finding patients, as one types.

use askama::Template;

use crate::access::{Permission, can};
use crate::audit::Entry;
use crate::patients::model::PatientId;
use crate::patients::queries::{self, MOST_FOUND, SearchRow};
use crate::patients::wanted::Wanted;
use crate::time::{age_text, date_text};
use crate::web::page::encode;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Page, Paging};

#[derive(Template)]
#[template(path = "patients/index.html")]
struct IndexPage {
    page: Page,
    results: Results,
}

/// The results alone, for typing.
#[derive(Template)]
#[template(path = "patients/index.html", block = "results")]
struct ResultsPart {
    results: Results,
}

struct Results {
    query: String,
    rows: Vec<Row>,
    paging: Paging,
    /// Whether more were found than are listed.
    is_cut: bool,
    may_register: bool,
}

/// A patient as the list shows them.
struct Row {
    id: PatientId,
    number: String,
    name: String,
    initials: String,
    age: String,
    born: String,
    gender: &'static str,
    phone: String,
    last_seen: Option<String>,
    next_booked: Option<String>,
    has_allergy: bool,
}

pub async fn index(cx: Cx<can::SeePatients>) -> Answer {
    let (actor, query, now) = (cx.actor()?.clone(), cx.query("q"), cx.now());
    let wanted = Wanted::parse(&query);
    let (asked, is_fragment) = (cx.page_number(), cx.is_htmx());
    let base = if query.is_empty() { "/patients".to_owned() } else { format!("/patients?q={}", encode(&query)) };
    let sees_allergies = cx.may(Permission::SeeBanner);
    let exactly = wanted.exactly().filter(|_| !is_fragment);
    let (found, paging, rows) = cx
        .read(move |db| {
            let found = queries::search(db, &actor, &wanted)?;
            let paging = Paging::new(asked, i64::try_from(found.ids.len()).unwrap_or(MOST_FOUND), base);
            let shown = found.ids.iter().skip(usize::try_from(paging.offset()).unwrap_or(0));
            let ids: Vec<PatientId> = shown.take(usize::try_from(PAGE_SIZE).unwrap_or(25)).copied().collect();
            let rows = queries::rows(db, &actor, &ids, now, sees_allergies)?;
            Ok((found, paging, rows))
        })
        .await?;
    // What was typed is a name, so it is not kept; whose record is opened is recorded there.
    cx.looked(Entry::new("searched", "patient", 0).note("found", found.ids.len())).await?;
    if let (Some(id), [only]) = (exactly, found.ids.as_slice())
        && id == *only
    {
        return cx.redirect(&format!("/patients/{id}"));
    }
    let results = Results {
        query,
        rows: rows.into_iter().map(|row| shown(&cx, row)).collect(),
        paging,
        is_cut: found.is_cut,
        may_register: cx.may(Permission::RegisterPatients),
    };
    if is_fragment {
        return cx.html(&ResultsPart { results });
    }
    cx.html(&IndexPage { page: cx.page("Patients"), results })
}

fn shown(cx: &Cx<can::SeePatients>, row: SearchRow) -> Row {
    let (zone, today) = (cx.zone(), cx.today());
    let date = |at| date_text(zone.date(at));
    Row {
        id: row.patient.id,
        number: row.patient.id.code(),
        name: row.patient.name(),
        initials: row.patient.initials(),
        age: age_text(row.patient.date_of_birth, today),
        born: date_text(row.patient.date_of_birth),
        gender: row.patient.gender.label(),
        phone: row.patient.phone,
        last_seen: row.last_seen.map(date),
        next_booked: row.next_booked.map(|at| zone.text(at)),
        has_allergy: row.has_allergy.unwrap_or(false),
    }
}
