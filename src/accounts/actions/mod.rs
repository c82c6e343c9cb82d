//! What is done with accounts, each act whole: checked, written and audited in one transaction.

mod own;
mod people;
mod permissions;
mod sign_in;

pub use own::{
    Newcomer, accept_as_patient, accept_invitation, admit_registration, change_password, end_other_sessions,
    end_session, invited_patient, register, remove_picture, reset_password, set_picture, update_profile,
};
pub use people::{
    change_role, disable, enable, fixed_role, give_password, invite, invite_patient, must_stay, new_link, update,
};
pub use permissions::{end_exception, fixed_permissions, make_exception, no_exception};
pub use sign_in::{SignIn, begin_sign_in, knows_password, set_up, sign_in_failed, signed_in};
