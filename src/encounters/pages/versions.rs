//! The versions of an amended visit, and what differs between two of them.

use askama::Template;

use crate::access::can;
use crate::audit::Entry;
use crate::encounters::differences::{self, Difference};
use crate::encounters::model::{EncounterId, Visit};
use crate::encounters::queries;
use crate::error::AppError;
use crate::patients::banner::{self, Banner};
use crate::time::long_date_text;
use crate::web::{Answer, Cx, Page};

#[derive(Template)]
#[template(path = "encounters/versions.html")]
struct VersionsPage {
    page: Page,
    banner: Banner,
    visit: Visit,
    visit_date: String,
    /// The newest first.
    versions: Vec<Line>,
    from: usize,
    to: usize,
    differences: Vec<Difference>,
}

/// A version in the list.
struct Line {
    /// From 1, for what was signed first.
    number: usize,
    written: String,
    /// Why it took the place of the one before; empty for the first.
    reason: String,
}

/// For those who treat the patient; the patient reads what holds now.
pub async fn show(cx: Cx<can::ReadChart>) -> Answer {
    let (actor, id, today) = (cx.actor()?.clone(), cx.id::<EncounterId>("id")?, cx.today());
    if actor.doctor_id.is_none() {
        return Err(AppError::NotFound);
    }
    let (banner, visit, mut older) = cx
        .read(move |db| {
            let visit = queries::visit(db, &actor, id)?;
            let banner = banner::load(db, &actor, visit.encounter.patient_id, today)?;
            Ok((banner, visit, queries::versions(db, id)?))
        })
        .await?;
    cx.looked(Entry::viewed("encounter", id, visit.encounter.patient_id).note("page", "versions")).await?;
    // From the first to the present one, which is no row of the versions.
    older.reverse();
    let signed = visit.encounter.signed_at.map(|at| cx.zone().text(at)).unwrap_or_default();
    let mut versions =
        vec![Line { number: 1, written: format!("Signed by {} on {signed}", visit.doctor), reason: String::new() }];
    for (at, version) in older.iter().enumerate() {
        versions.push(Line {
            number: at + 2,
            written: format!("Amended by {} on {}", version.author, cx.zone().text(version.amended_at)),
            reason: version.reason.clone(),
        });
    }
    versions.reverse();
    let last = versions.len();
    let chosen = |name: &str, default: usize| cx.query(name).parse().unwrap_or(default).clamp(1, last);
    let (from, to) = (chosen("from", last.saturating_sub(1)), chosen("to", last));
    let content = |number: usize| older.get(number - 1).map_or(&visit.content, |version| &version.content);
    let differences = differences::between(content(from), content(to));
    cx.html(&VersionsPage {
        page: cx.page(&format!("Versions: {}", banner.name)),
        banner,
        visit_date: long_date_text(visit.encounter.visit_date),
        versions,
        from,
        to,
        differences,
        visit,
    })
}
