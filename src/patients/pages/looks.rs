//! Who looked at a record: for the patient, and for administrators.

use askama::Template;

use crate::access::{Role, can};
use crate::accounts::model::UserId;
use crate::audit::{self, Entry, Look};
use crate::patients::model::PatientId;
use crate::patients::queries;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Page, Paging};

#[derive(Template)]
#[template(path = "patients/who_looked.html")]
struct WhoLookedPage {
    page: Page,
    id: PatientId,
    name: String,
    is_own: bool,
    rows: Vec<Row>,
    paging: Paging,
}

struct Row {
    when: String,
    who: String,
    role: String,
    what: String,
    reason: String,
    is_you: bool,
}

pub async fn who_looked(cx: Cx<can::SeeWhoLooked>) -> Answer {
    let (actor, id, asked) = (cx.actor()?.clone(), cx.id::<PatientId>("id")?, cx.page_number());
    let (name, paging, looks) = cx
        .read(move |db| {
            let name = queries::find(db, &actor, id)?.name();
            let paging = Paging::new(asked, audit::looks_count(db, id)?, format!("/patients/{id}/who-looked"));
            let looks = audit::looks(db, id, paging.offset(), PAGE_SIZE)?;
            Ok((name, paging, looks))
        })
        .await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", "who looked")).await?;
    let (zone, you) = (cx.zone(), cx.by.user_id());
    let rows = looks.into_iter().map(|look| row(look, zone, you)).collect();
    let is_own = cx.actor()?.patient_id == Some(id);
    let title = if is_own { "Who looked at my record".to_owned() } else { format!("Who looked at {name}") };
    cx.html(&WhoLookedPage { page: cx.page(&title), id, name, is_own, rows, paging })
}

fn row(look: Look, zone: crate::time::Zone, you: Option<UserId>) -> Row {
    let page = look.page().map(|page| format!(": {page}")).unwrap_or_default();
    let thing = match look.entity.as_str() {
        "patient" => "record".to_owned(),
        other => other.replace('_', " "),
    };
    let role = look.role.parse::<Role>().map_or_else(|_| look.role.clone(), |role| role.label().to_owned());
    Row {
        when: zone.text(look.occurred_at),
        is_you: look.user_id.is_some() && look.user_id == you,
        who: look.user_name,
        role,
        what: capitalised(&format!("{} {thing}{page}", look.action.replace('_', " "))),
        reason: look.reason,
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
