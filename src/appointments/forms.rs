//! What is typed about appointments.

use super::model::Channel;
use crate::web::Form;

/// The longest reason: a line or two.
const REASON: usize = 300;
/// The longest description of symptoms, and the desk's longest note.
const WORDS: usize = 2000;

/// What a booking says beside who, with whom and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub reason: String,
    pub symptoms: String,
    pub notes: String,
    pub channel: Channel,
}

/// Reads the last step of a booking. Only the desk says how the wish came in and writes notes; `other` is everybody
/// else's channel.
pub fn details(form: &mut Form, other: Option<Channel>) -> Option<Details> {
    let details = Details {
        reason: form.required("reason", REASON, "Say in a few words what the visit is for."),
        symptoms: form.text("symptoms", WORDS),
        notes: if other.is_none() { form.text("notes", WORDS) } else { String::new() },
        channel: match other {
            Some(channel) => channel,
            None => desk_channel(form),
        },
    };
    form.is_valid().then_some(details)
}

fn desk_channel(form: &mut Form) -> Channel {
    match form.choice::<Channel>("channel", "Choose how the booking came in.") {
        Some(channel @ (Channel::Desk | Channel::Phone)) => channel,
        Some(_) => {
            form.refuse_field("channel", "Choose how the booking came in.");
            Channel::Desk
        }
        None => Channel::Desk,
    }
}

/// The choices of [`Details::channel`] at the desk.
pub fn desk_channels() -> Vec<(&'static str, &'static str)> {
    [Channel::Desk, Channel::Phone].map(|c| (c.as_str(), c.label())).to_vec()
}

/// The words of a walk-in.
pub fn walk_in(form: &mut Form) -> Option<(String, String)> {
    let words =
        (form.required("reason", REASON, "Say in a few words what the visit is for."), form.text("notes", WORDS));
    form.is_valid().then_some(words)
}

/// Why an appointment is cancelled.
pub fn cancel_reason(form: &mut Form) -> Option<String> {
    let reason = form.required("reason", REASON, "Say why it is cancelled. It stays in the history.");
    form.is_valid().then_some(reason)
}
