//! The list of doctors: a table for staff, cards for patients.

use std::collections::HashMap;

use askama::Template;

use crate::access::{Permission, Role, can};
use crate::departments;
use crate::doctors::model::{DoctorId, DoctorStatus, Profile};
use crate::doctors::queries::{self, Filter};
use crate::doctors::specializations;
use crate::feedback;
use crate::feedback::model::Rating;
use crate::money::Currency;
use crate::web::page::encode;
use crate::web::{Answer, Cx, Form, Page, Paging};

#[derive(Template)]
#[template(path = "doctors/index.html")]
struct IndexPage {
    page: Page,
    doctors: Vec<Profile>,
    paging: Paging,
    /// The filters as they were asked for.
    form: Form,
    departments: Vec<(String, String)>,
    specializations: Vec<(String, String)>,
    statuses: [(&'static str, &'static str); 2],
    is_filtered: bool,
    is_patient: bool,
    may_manage: bool,
    may_book: bool,
    currency: Currency,
    ratings: HashMap<DoctorId, Rating>,
}

impl IndexPage {
    /// `4.6 of 5, from 12 ratings`; nothing for a doctor whom nobody has rated.
    fn rating(&self, id: DoctorId) -> Option<String> {
        self.ratings.get(&id).and_then(|rating| rating.text())
    }
}

pub async fn index(cx: Cx<can::SeeDoctors>) -> Answer {
    let actor = cx.actor()?.clone();
    let [name, department, specialization, status] =
        ["q", "department", "specialization", "status"].map(|field| cx.query(field));
    let is_patient = actor.role == Role::Patient;
    let filter = Filter {
        name: name.clone(),
        department: department.parse::<i64>().ok().map(Into::into),
        specialization: specialization.parse::<i64>().ok().map(Into::into),
        status: match status.as_str() {
            "inactive" => Some(DoctorStatus::Inactive),
            "all" => None,
            _ => Some(DoctorStatus::Active),
        },
    };
    let is_filtered = filter != Filter { status: Some(DoctorStatus::Active), ..Filter::default() };
    let base = format!(
        "/doctors?q={}&department={}&specialization={}&status={}",
        encode(&name),
        encode(&department),
        encode(&specialization),
        encode(&status)
    );
    let form =
        Form::of([("q", name), ("department", department), ("specialization", specialization), ("status", status)]);
    let asked = cx.page_number();
    let ((doctors, paging), departments, specializations, ratings) = cx
        .read(move |db| {
            let departments = departments::queries::list(db, &actor)?;
            let (found, paging) = queries::list(db, &actor, &filter, asked, base)?;
            let ids: Vec<DoctorId> = found.iter().map(|profile| profile.doctor.id).collect();
            let ratings = feedback::queries::ratings(db, &ids)?;
            Ok((
                (found, paging),
                departments.into_iter().map(|row| (row.department.id.to_string(), row.department.name)).collect(),
                specializations::queries::options(db)?,
                ratings,
            ))
        })
        .await?;
    cx.html(&IndexPage {
        page: cx.page("Doctors"),
        doctors,
        paging,
        form,
        departments,
        specializations,
        statuses: [("inactive", "Inactive"), ("all", "Active and inactive")],
        is_filtered,
        is_patient,
        may_manage: cx.may(Permission::ManageDoctors),
        may_book: cx.may(Permission::BookOwn) || cx.may(Permission::ManageAppointments),
        currency: cx.settings().currency(),
        ratings,
    })
}
