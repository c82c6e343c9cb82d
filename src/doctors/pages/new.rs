//! Adding a doctor.

use askama::Template;

use super::Choices;
use crate::access::can;
use crate::doctors::{actions, forms, queries};
use crate::error::AppError;
use crate::money::Currency;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "doctors/new.html")]
struct NewPage {
    page: Page,
    form: Form,
    choices: Choices,
    currency: Currency,
}

#[derive(Template)]
#[template(path = "doctors/invited.html")]
struct InvitedPage {
    page: Page,
    name: String,
    /// The doctor's profile.
    profile: String,
    /// The invitation, shown this one time.
    link: String,
}

pub async fn new(cx: Cx<can::ManageDoctors>) -> Answer {
    let choices = choices(&cx).await?;
    cx.html(&new_page(&cx, forms::empty(), choices))
}

async fn choices(cx: &Cx<can::ManageDoctors>) -> Result<Choices, AppError> {
    let actor = cx.actor()?.clone();
    cx.read(move |db| Choices::load(db, &actor)).await
}

fn new_page(cx: &Cx<can::ManageDoctors>, form: Form, choices: Choices) -> NewPage {
    NewPage { page: cx.page("New doctor"), form, choices, currency: cx.settings().currency() }
}

pub async fn create(cx: Cx<can::ManageDoctors>) -> Answer {
    let mut form = cx.form.clone();
    let who = forms::parse_who(&mut form);
    let input = forms::parse(&mut form, cx.settings().currency());
    let (Some(who), Some(input)) = (who, input) else {
        let choices = choices(&cx).await?;
        choices.check(&mut form);
        return cx.invalid(&new_page(&cx, form, choices));
    };
    let by = cx.by.clone();
    let created = cx
        .write_once_with(move |db| {
            let (id, token) = actions::create(db, &by, &who, &input)?;
            Ok((format!("/doctors/{id}"), (queries::display_name(db, id)?, token)))
        })
        .await;
    match created {
        Ok((profile, Some((name, Some(token))))) => {
            let link = format!("{}/invitation/{token}", cx.base_url());
            cx.html(&InvitedPage { page: cx.page(&format!("{name} is invited")), name, profile, link })
        }
        Ok((location, Some((name, None)))) => {
            let hours = format!("{location}/availability");
            cx.redirect_with(&location, &Flash::success(format!("{name} was added.")).link(hours, "Set the hours"))
        }
        Ok((location, None)) => {
            let sent = "The doctor was added already. The invitation was shown then, and is shown once.";
            cx.redirect_with(&location, &Flash::info(sent))
        }
        Err(error) => {
            let choices = choices(&cx).await?;
            choices.check(&mut form);
            if form.is_valid() {
                form.refuse(error)?;
            }
            cx.invalid(&new_page(&cx, form, choices))
        }
    }
}
