//! The ways to answer.

use actix_web::HttpResponse;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{StatusCode, header};
use askama::Template;

use super::Cx;
use crate::access::Requirement;
use crate::web::Answer;
use crate::web::page::{Flash, Page, html_with, local_path};
use crate::web::shell::Facts;

impl<R: Requirement> Cx<R> {
    /// The layout of a page with this title.
    pub fn page(&self, title: &str) -> Page {
        self.shell.page(&Facts::of(&self.request, &self.state), &self.state, title)
    }

    /// 200 with a page, or with one of its blocks for htmx.
    pub fn html(&self, template: &impl Template) -> Answer {
        html_with(StatusCode::OK, template)
    }

    /// 422 with the page of a form that cannot be taken: everything typed is on it.
    pub fn invalid(&self, template: &impl Template) -> Answer {
        html_with(StatusCode::UNPROCESSABLE_ENTITY, template)
    }

    /// Leads on to a local address.
    pub fn redirect(&self, location: &str) -> Answer {
        Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, local_path(location))).finish())
    }

    /// Leads on to a local address, where the message is shown.
    pub fn redirect_with(&self, location: &str, flash: &Flash) -> Answer {
        let mut response = HttpResponse::SeeOther();
        response.insert_header((header::LOCATION, local_path(location)));
        if let Some(cookie) = flash.to_cookie(&self.state.cookie_key, self.state.is_secure()) {
            response.cookie(cookie);
        }
        Ok(response.finish())
    }

    /// Keeps the chosen look for a year.
    pub fn theme_cookie(&self, theme: &str) -> Cookie<'static> {
        Cookie::build("theme", theme.to_owned())
            .path("/")
            .secure(self.state.is_secure())
            .same_site(SameSite::Lax)
            .max_age(actix_web::cookie::time::Duration::days(365))
            .finish()
    }
}
