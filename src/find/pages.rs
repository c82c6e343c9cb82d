//! The answer to the search on every page.

use askama::Template;

use super::queries;
use crate::access::{Permission, can};
use crate::web::page::encode;
use crate::web::{Answer, Cx, Page};

/// Longer codes are on no box and no paper.
const LONGEST: usize = 200;

#[derive(Template)]
#[template(path = "find/nothing.html")]
struct NothingPage {
    page: Page,
    typed: String,
}

pub async fn find(cx: Cx<can::SignedIn>) -> Answer {
    let typed: String = cx.query("q").chars().take(LONGEST).collect();
    let (actor, code) = (cx.actor()?.clone(), typed.clone());
    if let Some(address) = cx.read(move |db| Ok(queries::address(db, &actor, &code)?)).await? {
        return cx.redirect(&address);
    }
    if cx.may(Permission::SeePatients) {
        return cx.redirect(&format!("/patients?q={}", encode(&typed)));
    }
    cx.html(&NothingPage { page: cx.page("Find by code"), typed })
}
