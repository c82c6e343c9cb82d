//! What was asked: the address, the person, the hospital's clock.

use actix_session::Session;
use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::web;
use chrono::NaiveDateTime;

use super::Cx;
use crate::access::{Actor, Permission, Requirement};
use crate::error::AppError;
use crate::settings::model::Settings;
use crate::time::Zone;
use crate::web::State;

impl<R: Requirement> Cx<R> {
    /// The hospital's settings.
    ///
    /// # Panics
    /// Only on a page for `can::SetUp`, which is there before any settings are.
    pub fn settings(&self) -> &Settings {
        self.settings.as_ref().expect("every requirement but SetUp is checked against existing settings")
    }

    /// The hospital's wall clock.
    pub fn zone(&self) -> Zone {
        self.settings().zone()
    }

    /// The time of this request, in UTC.
    pub fn now(&self) -> NaiveDateTime {
        self.by.now
    }

    /// Today in the hospital.
    pub fn today(&self) -> chrono::NaiveDate {
        self.zone().date(self.by.now)
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// `LoginRequired` on a public page that nobody is signed in to.
    pub fn actor(&self) -> Result<&Actor, AppError> {
        let next = self.request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned();
        self.by.actor.as_ref().ok_or(AppError::LoginRequired { next, typed: None })
    }

    /// Whether somebody is signed in who has this permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.by.actor.as_ref().is_some_and(|a| a.may(permission))
    }

    /// An id in the path. What is no id at all is nobody's address: 404.
    pub fn id<T: From<i64>>(&self, name: &str) -> Result<T, AppError> {
        self.path(name).parse::<i64>().map(T::from).map_err(|_| AppError::NotFound)
    }

    /// A part of the path.
    pub fn path(&self, name: &str) -> &str {
        self.request.match_info().get(name).unwrap_or_default()
    }

    /// A value of the query string, trimmed; empty when it is not there.
    pub fn query(&self, name: &str) -> String {
        web::Query::<Vec<(String, String)>>::from_query(self.request.query_string())
            .ok()
            .and_then(|q| q.0.into_iter().find(|(n, _)| n == name).map(|(_, v)| v))
            .map(|v| v.replace('\0', "").trim().to_owned())
            .unwrap_or_default()
    }

    /// The page asked for in a long list, from 1.
    pub fn page_number(&self) -> i64 {
        self.query("page").parse().unwrap_or(1)
    }

    /// Whether htmx asks for a fragment.
    pub fn is_htmx(&self) -> bool {
        self.request.headers().contains_key("hx-request") && !self.request.headers().contains_key("hx-boosted")
    }

    /// The shared state: for passwords and sessions.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The browser's session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// A cookie that the browser sent.
    pub fn cookie(&self, name: &str) -> Option<Cookie<'static>> {
        self.request.cookie(name)
    }

    /// What the browser calls itself, shortened.
    pub fn user_agent(&self) -> String {
        let agent = self.request.headers().get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        agent.chars().take(200).collect()
    }

    /// The address under which people reach this server, for links to hand over.
    pub fn base_url(&self) -> String {
        match &self.state.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => {
                let host = self
                    .request
                    .headers()
                    .get(header::HOST)
                    .and_then(|v| v.to_str().ok())
                    .filter(|h| h.len() <= 255)
                    .unwrap_or("localhost");
                format!("http://{host}")
            }
        }
    }
}
