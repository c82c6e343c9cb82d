//! The home page.

use askama::Template;

use crate::access::can;
use crate::web::{Answer, Cx, Page};

#[derive(Template)]
#[template(path = "dashboards/home.html")]
struct HomePage {
    page: Page,
    first_name: String,
}

pub async fn home(cx: Cx<can::SignedIn>) -> Answer {
    let first_name = cx.actor()?.first_name.clone();
    cx.html(&HomePage { page: cx.page("Home"), first_name })
}
