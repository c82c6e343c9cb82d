//! SQL of doctors.

mod writes;

use diesel::dsl::IntoBoxed;
use diesel::prelude::*;

use super::model::{Doctor, DoctorCard, DoctorId, DoctorStatus, Profile, Specialty, doctor_name, specialties};
use super::specializations::model::SpecializationId;
use crate::access::{Actor, Role};
use crate::accounts::model::UserId;
use crate::db::fold::fold;
use crate::db::schema::{departments, doctor_specializations, doctors, specializations, users};
use crate::db::{DbConnection, MultiBackend};
use crate::departments::model::DepartmentId;
use crate::web::paging::{PAGE_SIZE, Paging};

pub use writes::{insert, set_inactive, set_specializations, update, update_own};

/// What the list of doctors is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Parts of a name in any order, or of the licence number; case and accents do not matter.
    pub name: String,
    pub department: Option<DepartmentId>,
    pub specialization: Option<SpecializationId>,
    /// `None` for all.
    pub status: Option<DoctorStatus>,
}

/// Doctors beside their accounts and departments.
#[diesel::dsl::auto_type]
fn joined() -> _ {
    doctors::table
        .inner_join(users::table)
        .inner_join(departments::table.on(departments::id.eq(doctors::department_id)))
}

type Joined = IntoBoxed<'static, joined, MultiBackend>;

/// Those whom anybody can book: active, taking bookings, in a department that is open.
fn bookable(query: Joined) -> Joined {
    query
        .filter(doctors::status.eq(DoctorStatus::Active))
        .filter(doctors::is_available.eq(true))
        .filter(departments::is_active.eq(true))
}

/// The doctors that a person may see: staff all, patients those whom they can book.
fn visible_to(actor: &Actor) -> Joined {
    let query = joined().into_boxed();
    if actor.role == Role::Patient { bookable(query) } else { query }
}

type Row = (Doctor, (String, String, Option<String>, String, bool, bool), (String, bool));

/// The specializations of these doctors, by name.
fn specialties_of(db: &mut DbConnection, ids: &[DoctorId]) -> QueryResult<Vec<(DoctorId, Specialty)>> {
    let found: Vec<(DoctorId, SpecializationId, String)> = doctor_specializations::table
        .inner_join(specializations::table)
        .filter(doctor_specializations::doctor_id.eq_any(ids.to_vec()))
        .order(specializations::name_key)
        .select((doctor_specializations::doctor_id, specializations::id, specializations::name))
        .load(db)?;
    Ok(found.into_iter().map(|(doctor, id, name)| (doctor, Specialty { id, name })).collect())
}

fn load_profiles(db: &mut DbConnection, query: Joined) -> QueryResult<Vec<Profile>> {
    let rows: Vec<Row> = query
        .select((
            Doctor::as_select(),
            (users::first_name, users::last_name, users::email, users::phone, users::has_picture, users::is_active),
            (departments::name, departments::is_active),
        ))
        .load(db)?;
    let ids: Vec<DoctorId> = rows.iter().map(|(doctor, ..)| doctor.id).collect();
    let special = specialties_of(db, &ids)?;
    let profile = |(doctor, user, department): Row| Profile {
        specializations: special.iter().filter(|(id, _)| *id == doctor.id).map(|(_, s)| s.clone()).collect(),
        doctor,
        first_name: user.0,
        last_name: user.1,
        email: user.2,
        phone: user.3,
        has_picture: user.4,
        account_is_active: user.5,
        department: department.0,
        department_is_active: department.1,
    };
    Ok(rows.into_iter().map(profile).collect())
}

/// A doctor that the person may see.
pub fn profile(db: &mut DbConnection, actor: &Actor, id: DoctorId) -> QueryResult<Profile> {
    let query = visible_to(actor).filter(doctors::id.eq(id));
    load_profiles(db, query)?.pop().ok_or(diesel::result::Error::NotFound)
}

/// A page of the doctors that the person may see and the filter lets through, by name. `base` is the list's address
/// with its filters.
pub fn list(
    db: &mut DbConnection,
    actor: &Actor,
    filter: &Filter,
    page: i64,
    base: String,
) -> QueryResult<(Vec<Profile>, Paging)> {
    let named = if filter.name.trim().is_empty() { None } else { Some(named(db, actor, filter)?) };
    let matching = || {
        let query = within(actor, filter);
        match &named {
            Some(ids) => query.filter(doctors::id.eq_any(ids.clone())),
            None => query,
        }
    };
    let paging = Paging::new(page, matching().count().get_result(db)?, base);
    let query =
        matching().order((users::last_name, users::first_name, doctors::id)).limit(PAGE_SIZE).offset(paging.offset());
    Ok((load_profiles(db, query)?, paging))
}

/// The doctors whom everything in the filter but the name lets through.
fn within(actor: &Actor, filter: &Filter) -> Joined {
    let mut query = visible_to(actor);
    if let Some(department) = filter.department {
        query = query.filter(doctors::department_id.eq(department));
    }
    if let Some(status) = filter.status {
        query = query.filter(doctors::status.eq(status));
    }
    if let Some(specialization) = filter.specialization {
        let having = doctor_specializations::table
            .filter(doctor_specializations::specialization_id.eq(specialization))
            .select(doctor_specializations::doctor_id);
        query = query.filter(doctors::id.eq_any(having));
    }
    query
}

/// Those of them with every searched part in name or licence number. A hospital has some hundreds of doctors: their
/// names are compared here, without case and accents on both engines.
fn named(db: &mut DbConnection, actor: &Actor, filter: &Filter) -> QueryResult<Vec<DoctorId>> {
    let all: Vec<(DoctorId, String, String, String)> = within(actor, filter)
        .select((doctors::id, users::first_name, users::last_name, doctors::license_number))
        .load(db)?;
    let wanted = fold(&filter.name);
    let found = all.into_iter().filter(|(_, first, last, license)| {
        let text = fold(&format!("dr {first} {last} {license}"));
        wanted.split(' ').all(|word| text.contains(word))
    });
    Ok(found.map(|(id, ..)| id).collect())
}

/// A doctor's own row, whoever asks: for rules of other domains.
pub fn find(db: &mut DbConnection, id: DoctorId) -> QueryResult<Doctor> {
    doctors::table.find(id).select(Doctor::as_select()).first(db)
}

/// `Dr First Last`.
pub fn display_name(db: &mut DbConnection, id: DoctorId) -> QueryResult<String> {
    let (first, last): (String, String) =
        doctors::table.find(id).inner_join(users::table).select((users::first_name, users::last_name)).first(db)?;
    Ok(doctor_name(&first, &last))
}

/// The doctors' accounts that are no doctor here yet, by name: who was invited as a doctor by the list of people.
pub fn accounts_without_doctor(db: &mut DbConnection) -> QueryResult<Vec<(UserId, String)>> {
    let rows: Vec<(UserId, String, String, String)> = users::table
        .left_join(doctors::table)
        .filter(users::role.eq(Role::Doctor))
        .filter(users::is_active.eq(true))
        .filter(doctors::id.nullable().is_null())
        .order((users::last_name, users::first_name, users::id))
        .select((users::id, users::first_name, users::last_name, users::username))
        .load(db)?;
    Ok(rows.into_iter().map(|(id, first, last, username)| (id, format!("{first} {last} ({username})"))).collect())
}

/// The active doctors by name, for a choice: id and name.
pub fn options(db: &mut DbConnection) -> QueryResult<Vec<(String, String)>> {
    let rows: Vec<(DoctorId, String, String)> = doctors::table
        .inner_join(users::table)
        .filter(doctors::status.eq(DoctorStatus::Active))
        .order((users::last_name, users::first_name, doctors::id))
        .select((doctors::id, users::first_name, users::last_name))
        .load(db)?;
    Ok(rows.into_iter().map(|(id, first, last)| (id.to_string(), doctor_name(&first, &last))).collect())
}

/// The doctors whom patients can book, of one department or all, by department and name.
pub fn cards(db: &mut DbConnection, department: Option<DepartmentId>) -> QueryResult<Vec<DoctorCard>> {
    let mut query = bookable(joined().into_boxed());
    if let Some(department) = department {
        query = query.filter(doctors::department_id.eq(department));
    }
    let query = query.order((departments::name_key, users::last_name, users::first_name, doctors::id));
    Ok(load_profiles(db, query)?.into_iter().map(card).collect())
}

/// The account of a doctor, for telling them something.
pub fn account_of(db: &mut DbConnection, id: DoctorId) -> QueryResult<UserId> {
    doctors::table.find(id).select(doctors::user_id).first(db)
}

fn card(profile: Profile) -> DoctorCard {
    DoctorCard {
        id: profile.doctor.id,
        user_id: profile.doctor.user_id,
        name: profile.name(),
        initials: profile.initials(),
        has_picture: profile.has_picture,
        department_id: profile.doctor.department_id,
        specializations: specialties(&profile.specializations),
        department: profile.department,
        qualifications: profile.doctor.qualifications,
        experience_years: profile.doctor.experience_years,
        consultation_fee: profile.doctor.consultation_fee,
    }
}
