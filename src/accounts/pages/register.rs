//! Patients register themselves online: an account and a record in one step.

use askama::Template;
use strum::VariantArray;

use super::login::{enter, remember_device};
use crate::access::{By, can};
use crate::accounts::{actions, forms, passwords, queries};
use crate::patients;
use crate::patients::model::Gender;
use crate::web::page::local_path;
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "accounts/register.html")]
struct RegisterPage {
    page: Page,
    form: Form,
    genders: Vec<(&'static str, &'static str)>,
    /// Today in the hospital, as date fields write it.
    today: String,
}

fn register_page(cx: &Cx<can::Public>, form: Form) -> RegisterPage {
    let genders = Gender::VARIANTS.iter().map(|g| (g.as_str(), g.label())).collect();
    RegisterPage { page: cx.page("Register as a patient"), form, genders, today: cx.today().to_string() }
}

pub async fn show(cx: Cx<can::Public>) -> Answer {
    let next = cx.query("next");
    if cx.by.actor.is_some() {
        return cx.redirect(&next);
    }
    cx.html(&register_page(&cx, Form::of([("next", next)])))
}

pub async fn create(cx: Cx<can::Public>) -> Answer {
    let mut form = cx.form.clone();
    let Some(input) = forms::parse_register(&mut form, cx.today()) else {
        return cx.invalid(&register_page(&cx, form));
    };
    let by = By { actor: None, ..cx.by.clone() };
    // Counted before the work, and whatever comes of it: it also slows down asking which addresses have accounts.
    let asker = by.clone();
    cx.write(move |db| actions::admit_registration(db, &asker)).await?;
    let hash = passwords::hash(cx.state(), input.password.clone()).await?;
    let first_name = input.patient.first_name.clone();
    let made = cx
        .write_once_with(move |db| {
            let user = actions::register(db, &by, &input, &hash)?;
            let by = By { actor: queries::actor(db, user, by.now)?, ..by.clone() };
            let patient = patients::actions::register(db, &by, &input.patient)?;
            patients::actions::link_account(db, &by, patient, user)?;
            Ok(("/".to_owned(), user))
        })
        .await;
    let user = match made {
        Ok((_, Some(user))) => user,
        // The form was sent twice: signing in is the way on, with everything that guards it.
        Ok((_, None)) => return cx.redirect("/login"),
        Err(error) => {
            form.refuse(error)?;
            return cx.invalid(&register_page(&cx, form));
        }
    };
    enter(&cx, user)?;
    let hello =
        Flash::success(format!("Welcome, {first_name}. Your account is ready.")).link("/book", "Book an appointment");
    remember_device(&cx, user, cx.redirect_with(local_path(cx.form.value("next")), &hello))
}
