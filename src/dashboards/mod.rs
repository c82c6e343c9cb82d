//! Each role's home page: what is to be done now, made of what the domains know. Owns no tables.

mod pages;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/", pages::home);
}
