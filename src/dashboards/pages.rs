//! The home page: one address, one page for each kind of work.

use super::{admin, desk, doctor, office, patient};
use crate::access::{Permission, Role, can};
use crate::web::{Answer, Cx};

pub async fn home(cx: Cx<can::SignedIn>) -> Answer {
    let actor = cx.actor()?;
    match actor.role {
        Role::Patient => patient::home(cx).await,
        Role::Doctor if actor.doctor_id.is_some() => doctor::home(cx).await,
        Role::Admin if actor.may(Permission::ManageUsers) => admin::home(cx).await,
        _ if actor.may(Permission::SeeBoard) => desk::home(cx).await,
        _ => office::home(cx).await,
    }
}

/// A greeting for the time of day in the hospital.
pub(super) fn greeting(cx: &Cx<can::SignedIn>) -> &'static str {
    use chrono::Timelike;
    match cx.zone().local(cx.now()).hour() {
        5..12 => "Good morning",
        12..18 => "Good afternoon",
        _ => "Good evening",
    }
}
