//! The pages of favourites.

use askama::Template;

use crate::access::can;
use crate::error::AppError;
use crate::prescriptions::favourites::model::{Favourite, FavouriteId};
use crate::prescriptions::favourites::{actions, queries};
use crate::prescriptions::model::PrescriptionId;
use crate::web::{Answer, Cx, Flash, Page};

#[derive(Template)]
#[template(path = "prescriptions/favourites.html")]
struct IndexPage {
    page: Page,
    rows: Vec<Favourite>,
}

pub async fn index(cx: Cx<can::WritePrescriptions>) -> Answer {
    let doctor = cx.actor()?.doctor_id.ok_or(AppError::Forbidden)?;
    let rows = cx.read(move |db| Ok(queries::list(db, doctor, "")?)).await?;
    cx.html(&IndexPage { page: cx.page("Favourites"), rows })
}

pub async fn add(cx: Cx<can::WritePrescriptions>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<PrescriptionId>("id")?);
    let position = cx.form.value("position").parse::<usize>().map_err(|_| AppError::NotFound)?;
    let is_new = cx.write(move |db| actions::keep(db, &by, &actor, id, position)).await?;
    let flash = match is_new {
        true => Flash::success("The line is among your favourites now.").link("/prescriptions/favourites", "See them"),
        false => Flash::info("The line is among your favourites already."),
    };
    cx.redirect_with(&format!("/prescriptions/{id}"), &flash)
}

pub async fn remove(cx: Cx<can::WritePrescriptions>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<FavouriteId>("id")?);
    cx.write(move |db| actions::forget(db, &by, &actor, id)).await?;
    cx.redirect_with("/prescriptions/favourites", &Flash::success("The favourite was removed."))
}
