//! What is typed about a person's own grants and denials.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use crate::access::Permission;
use crate::time::Zone;
use crate::web::Form;

/// A grant or denial as an administrator wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionInput {
    pub permission: Permission,
    pub is_grant: bool,
    pub reason: String,
    /// The last moment at which it holds, in UTC: the end of a day of the hospital's calendar.
    pub until: Option<NaiveDateTime>,
}

/// Reads the form of an exception; what is wrong stands in it afterwards.
pub fn parse_exception(form: &mut Form, zone: Zone, today: NaiveDate) -> Option<ExceptionInput> {
    let permission = form.choice::<Permission>("permission", "Choose what it is about.");
    let is_grant = match form.value("effect") {
        "grant" => true,
        "deny" => false,
        _ => {
            form.refuse_field("effect", "Choose whether it is allowed or forbidden.");
            false
        }
    };
    let reason = form.required("reason", 300, "Say why: whoever looks at it later has only these words.");
    let last_day = form.date("until");
    if last_day.is_some_and(|day| day < today) {
        form.refuse_field("until", "This day is past.");
    }
    let until = last_day.map(|day| zone.day(day).1 - TimeDelta::seconds(1));
    let permission = permission?;
    form.is_valid().then_some(ExceptionInput { permission, is_grant, reason, until })
}
