//! Keeping a record up, and inviting its patient to sign in.

use askama::Template;

use super::register::FormPage;
use crate::access::{Permission, Requirement, can};
use crate::accounts;
use crate::audit::Entry;
use crate::error::AppError;
use crate::patients::model::{BloodGroup, Gender, Patient, PatientId};
use crate::patients::{actions, forms, queries};
use crate::web::{Answer, Cx, Flash, Form, Page};

#[derive(Template)]
#[template(path = "patients/contact.html")]
struct ContactPage {
    page: Page,
    form: Form,
    id: PatientId,
}

#[derive(Template)]
#[template(path = "patients/invited.html")]
struct InvitedPage {
    page: Page,
    id: PatientId,
    name: String,
    /// In full, for handing over.
    link: String,
}

/// The record to edit, and the look at it recorded: editing shows what is there.
async fn open<R: Requirement>(cx: &Cx<R>, id: PatientId, part: &str) -> Result<Patient, AppError> {
    let actor = cx.actor()?.clone();
    let patient = cx.read(move |db| Ok(queries::find(db, &actor, id)?)).await?;
    cx.looked(Entry::viewed("patient", id, id).note("page", part)).await?;
    Ok(patient)
}

pub async fn edit(cx: Cx<can::EditPatients>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    let patient = open(&cx, id, "edit").await?;
    cx.html(&edit_page(&cx, &patient, forms::filled(&patient)))
}

fn edit_page(cx: &Cx<can::EditPatients>, patient: &Patient, form: Form) -> FormPage {
    let back = format!("/patients/{}", patient.id);
    FormPage {
        page: cx.page(&format!("Edit {}", patient.name())),
        form,
        action: format!("{back}/edit"),
        back,
        is_new: false,
        reads_chart: cx.may(Permission::ReadChart),
        genders: Gender::options(),
        blood_groups: BloodGroup::options(),
        today: cx.today().to_string(),
        candidates: Vec::new(),
    }
}

pub async fn update(cx: Cx<can::EditPatients>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse(&mut form, cx.today(), cx.may(Permission::ReadChart)) else {
        let patient = open(&cx, id, "edit").await?;
        return cx.invalid(&edit_page(&cx, &patient, form));
    };
    let (by, actor, version) = (cx.by.clone(), cx.actor()?.clone(), form.version());
    let name = format!("{} {}", input.first_name, input.last_name);
    cx.write(move |db| actions::update(db, &by, &actor, id, version, &input)).await?;
    cx.redirect_with(&format!("/patients/{id}/details"), &Flash::success(format!("The record of {name} was saved.")))
}

pub async fn contact(cx: Cx<can::OwnRecord>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    let patient = open(&cx, id, "contact").await?;
    cx.html(&ContactPage { page: cx.page("My contact data"), form: forms::filled_contact(&patient), id })
}

pub async fn update_contact(cx: Cx<can::OwnRecord>) -> Answer {
    let id = cx.id::<PatientId>("id")?;
    let mut form = cx.form.clone();
    let Some(input) = forms::parse_contact(&mut form) else {
        open(&cx, id, "contact").await?;
        return cx.invalid(&ContactPage { page: cx.page("My contact data"), form, id });
    };
    let (by, actor, version) = (cx.by.clone(), cx.actor()?.clone(), form.version());
    cx.write(move |db| actions::update_contact(db, &by, &actor, id, version, &input)).await?;
    cx.redirect_with(&format!("/patients/{id}/details"), &Flash::success("Your contact data was saved."))
}

pub async fn invite(cx: Cx<can::RegisterPatients>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PatientId>("id")?);
    let (location, made) = cx
        .write_once_with(move |db| {
            let name = queries::find(db, &actor, id)?.name();
            let token = accounts::actions::invite_patient(db, &by, id)?;
            Ok((format!("/patients/{id}"), (name, token)))
        })
        .await?;
    let Some((name, token)) = made else {
        let flash = Flash::info("The link was shown once. Invite again for a new one; the old one ends then.");
        return cx.redirect_with(&location, &flash);
    };
    let link = format!("{}/invitation/{token}", cx.base_url());
    cx.html(&InvitedPage { page: cx.page(&format!("Invitation for {name}")), id, name, link })
}
