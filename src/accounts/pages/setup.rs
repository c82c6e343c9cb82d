//! Setting the hospital up: once, by the link that the first start prints.

use askama::Template;

use crate::access::can;
use crate::accounts::links::{self, LinkKind};
use crate::accounts::{actions, forms, passwords};
use crate::error::AppError;
use crate::money::Currency;
use crate::web::{Answer, Cx, Flash, Form, Page, sessions};

#[derive(Template)]
#[template(path = "accounts/setup_wanted.html")]
struct SetUpWantedPage {
    page: Page,
}

#[derive(Template)]
#[template(path = "accounts/setup.html")]
struct SetUpPage {
    page: Page,
    form: Form,
    zones: Vec<(String, String)>,
    currencies: Vec<(String, String)>,
}

fn set_up_page(cx: &Cx<can::SetUp>, form: Form) -> SetUpPage {
    let zones = chrono_tz::TZ_VARIANTS.iter().map(|z| (z.name().to_owned(), z.name().replace('_', " "))).collect();
    SetUpPage { page: cx.page("Set up your hospital"), form, zones, currencies: Currency::all() }
}

/// Where everybody lands before there is a hospital: says where the link is.
pub async fn explain(cx: Cx<can::SetUp>) -> Answer {
    cx.html(&SetUpWantedPage { page: cx.page("Not set up yet") })
}

pub async fn show(cx: Cx<can::SetUp>) -> Answer {
    let (raw, now) = (cx.path("token").to_owned(), cx.now());
    cx.read(move |db| links::find(db, LinkKind::Setup, &raw, now)?.ok_or(AppError::NotFound)).await?;
    let form = Form::of([("time_zone", "Europe/London".to_owned()), ("currency", "EUR".to_owned())]);
    cx.html(&set_up_page(&cx, form))
}

pub async fn create(cx: Cx<can::SetUp>) -> Answer {
    let mut form = cx.form.clone();
    let Some(input) = forms::parse_set_up(&mut form) else { return cx.invalid(&set_up_page(&cx, form)) };
    let hash = passwords::hash(cx.state(), input.password.clone()).await?;
    let (by, raw) = (cx.by.clone(), cx.path("token").to_owned());
    let user_id = cx.write(move |db| actions::set_up(db, &by, &raw, &input, &hash)).await?;
    sessions::begin(cx.session(), user_id, &cx.user_agent(), &cx.by.address)?;
    let done = Flash::success("Your hospital is set up. Next, add its departments.")
        .link("/departments/new", "Add a department");
    cx.redirect_with("/", &done)
}
