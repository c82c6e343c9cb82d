//! The request context: who asks, what was typed, and the only way to the database.
//!
//! A handler takes a `Cx<can::…>` and thereby states what it needs. By the time it runs, the person is known, may do
//! this, and an unsafe request is known to come from our own page in this very session.

use std::marker::PhantomData;
use std::rc::Rc;

use actix_multipart::Multipart;
use actix_session::{Session, SessionExt};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::error::UrlencodedError;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;

use super::form::Upload;
use super::page::{Flash, Page, html_with, local_path};
use super::shell::{Facts, Shell};
use super::{Answer, Form, State, origin, sessions};
use crate::access::{Actor, By, Needs, Permission, Requirement, token};
use crate::db::DbConnection;
use crate::db::schema::form_submissions;
use crate::error::{AppError, Typed};
use crate::settings::model::Settings;
use crate::time::Zone;
use crate::{accounts, audit, settings};

/// The largest form without files: a long consultation with a drawing stays far below.
const FORM_LIMIT: usize = 2 * 1024 * 1024;
/// The largest form with files.
const UPLOAD_LIMIT: usize = 12 * 1024 * 1024;

/// The context of a request whose sender has what `R` names.
pub struct Cx<R> {
    /// Who asks and when; handed into every action.
    pub by: By,
    /// What was typed; empty for a GET.
    pub form: Form,
    settings: Option<Settings>,
    state: web::Data<State>,
    request: HttpRequest,
    session: Session,
    shell: Rc<Shell>,
    requirement: PhantomData<R>,
}

impl<R: Requirement> FromRequest for Cx<R> {
    type Error = AppError;
    type Future = LocalBoxFuture<'static, Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(Self::resolve(request, payload))
    }
}

impl<R: Requirement> Cx<R> {
    async fn resolve(request: HttpRequest, payload: Payload) -> Result<Self, AppError> {
        let state = request
            .app_data::<web::Data<State>>()
            .cloned()
            .ok_or_else(|| AppError::Internal("the application has no state".to_owned()))?;
        let session = request.get_session();
        if sessions::is_unavailable(&session) {
            return Err(AppError::Unavailable);
        }
        let user_id = sessions::user_id(&session);
        let (settings, actor) = state
            .db
            .read(move |db| {
                let settings = settings::queries::find(db)?;
                let actor = match user_id {
                    Some(id) => accounts::queries::actor(db, id)?,
                    None => None,
                };
                Ok((settings, actor))
            })
            .await?;
        let form_token = if actor.is_some() { sessions::form_token(&session) } else { String::new() };
        let shell = Rc::new(Shell::new(actor.clone(), settings.as_ref().map(|s| s.hospital_name.clone()), form_token));
        request.extensions_mut().insert(Rc::clone(&shell));

        let is_unsafe = !matches!(*request.method(), Method::GET | Method::HEAD);
        let form = if is_unsafe {
            if !origin::is_same(&request, state.public_url.as_deref()) {
                return Err(AppError::Forbidden);
            }
            read_form(&request, payload).await?
        } else {
            Form::default()
        };
        match (R::NEEDS, &settings) {
            (Needs::FreshHospital, Some(_)) => return Err(AppError::NotFound),
            (Needs::FreshHospital, None) | (_, Some(_)) => {}
            (_, None) => return Err(AppError::NotSetUp),
        }
        check_needs(R::NEEDS, actor.as_ref(), &request, &form)?;
        if is_unsafe && actor.is_some() && R::NEEDS != Needs::Nothing {
            check_token(&shell.token, &request, &form)?;
        }
        let by = By {
            actor,
            now: state.now(),
            request_id: sessions::request_id(&request),
            address: sessions::address(&request, &state.trusted_proxies),
        };
        Ok(Self { by, form, settings, state, request, session, shell, requirement: PhantomData })
    }

    // Reading and writing.

    /// Runs `work` in one read transaction.
    pub async fn read<T, F>(&self, work: F) -> Result<T, AppError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, AppError> + Send + 'static,
    {
        self.state.db.read(work).await
    }

    /// Runs `work` in one write transaction, as if it ran alone. It may run again, so it has no other effects.
    pub async fn write<T, F>(&self, work: F) -> Result<T, AppError>
    where
        T: Send + 'static,
        F: FnMut(&mut DbConnection) -> Result<T, AppError> + Send + 'static,
    {
        self.state.db.write(work).await
    }

    /// Like [`Cx::write`], for what must happen once however often its form is sent: `work` says where its result is
    /// seen, and the same form sent again leads to the same place. The flag tells whether this was the first time.
    pub async fn write_once<F>(&self, mut work: F) -> Result<(String, bool), AppError>
    where
        F: FnMut(&mut DbConnection) -> Result<String, AppError> + Send + 'static,
    {
        let (location, first) = self.write_once_with(move |db| Ok((work(db)?, ()))).await?;
        Ok((location, first.is_some()))
    }

    /// [`Cx::write_once`] for what is made beside the location and can be told only once, such as a link to hand
    /// over; `None` when the same form was sent before.
    pub async fn write_once_with<T, F>(&self, mut work: F) -> Result<(String, Option<T>), AppError>
    where
        T: Send + 'static,
        F: FnMut(&mut DbConnection) -> Result<(String, T), AppError> + Send + 'static,
    {
        let rendered = self.form.value("_once");
        if rendered.is_empty() {
            return self.write(move |db| work(db).map(|(location, made)| (location, Some(made)))).await;
        }
        // Whose form it was is part of the key, so nobody can guess a way to another person's result.
        let once_key = token::hash(&format!("{rendered} {:?} {}", self.by.user_id(), self.request.path()));
        let (user_id, now) = (self.by.user_id(), self.by.now);
        self.write(move |db| {
            let earlier: Option<String> =
                form_submissions::table.find(&once_key).select(form_submissions::location).first(db).optional()?;
            if let Some(location) = earlier {
                return Ok((location, None));
            }
            // The key comes first: of two forms sent at once, one waits here and then finds the other's result.
            let reserved = diesel::insert_into(form_submissions::table)
                .values((
                    form_submissions::once_key.eq(&once_key),
                    form_submissions::user_id.eq(user_id),
                    form_submissions::location.eq(""),
                    form_submissions::created_at.eq(now),
                ))
                .execute(db);
            if let Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) = reserved {
                return Err(AppError::Busy);
            }
            reserved?;
            let (location, made) = work(db)?;
            diesel::update(form_submissions::table.find(&once_key))
                .set(form_submissions::location.eq(&location))
                .execute(db)?;
            Ok((location, Some(made)))
        })
        .await
    }

    /// Records that the acting person looked at a patient's data; the page is answered after this is durable.
    pub async fn looked(&self, look: audit::Entry) -> Result<(), AppError> {
        let by = self.by.clone();
        self.write(move |db| audit::record(db, &by, &look)).await
    }

    // What was asked.

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

    // Answering.

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

fn check_needs(needs: Needs, actor: Option<&Actor>, request: &HttpRequest, form: &Form) -> Result<(), AppError> {
    let permission = match needs {
        Needs::Nothing | Needs::FreshHospital => return Ok(()),
        Needs::SignIn => None,
        Needs::Permission(permission) => Some(permission),
    };
    let Some(actor) = actor else {
        let is_looking = matches!(*request.method(), Method::GET | Method::HEAD);
        let next = if is_looking { request.uri().path_and_query().map_or("/", |p| p.as_str()) } else { request.path() };
        // A fragment's request would put the sign-in page in the fragment's place, so it is told by its status.
        let may_redirect = is_looking && !request.headers().contains_key("hx-request");
        return Err(AppError::LoginRequired { next: next.to_owned(), typed: (!may_redirect).then(|| form.typed()) });
    };
    match permission {
        Some(permission) if !actor.may(permission) => Err(AppError::Forbidden),
        _ => Ok(()),
    }
}

/// The session's form token, in the form or in htmx's header. Another one belongs to an earlier session.
fn check_token(expected: &str, request: &HttpRequest, form: &Form) -> Result<(), AppError> {
    let header = request.headers().get("x-form-token").and_then(|v| v.to_str().ok());
    let sent = header.unwrap_or_else(|| form.value("_token"));
    // Comparing hashes tells nothing about the token by its time.
    if !expected.is_empty() && token::hash(sent) == token::hash(expected) {
        return Ok(());
    }
    Err(AppError::FormExpired { action: request.path().to_owned(), typed: form.typed() })
}

async fn read_form(request: &HttpRequest, mut payload: Payload) -> Result<Form, AppError> {
    let content_type = request.content_type().to_ascii_lowercase();
    let form = match content_type.as_str() {
        "" => Form::default(),
        "application/x-www-form-urlencoded" => {
            let fields =
                web::UrlEncoded::<Typed>::new(request, &mut payload).limit(FORM_LIMIT).await.map_err(|e| match e {
                    UrlencodedError::Overflow { .. } => AppError::TooLarge,
                    _ => AppError::Invalid("The form could not be read.".to_owned()),
                })?;
            Form::new(fields, Vec::new())
        }
        "multipart/form-data" => read_multipart(request, payload).await?,
        _ => return Err(AppError::Invalid("This kind of content is not taken here.".to_owned())),
    };
    if form.typed().iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(AppError::Invalid("The text holds a NUL character, which cannot be stored.".to_owned()));
    }
    Ok(form)
}

async fn read_multipart(request: &HttpRequest, payload: Payload) -> Result<Form, AppError> {
    let unreadable = || AppError::Invalid("The form could not be read.".to_owned());
    let mut multipart = Multipart::new(request.headers(), payload);
    let (mut fields, mut files, mut size) = (Typed::new(), Vec::new(), 0);
    while let Some(field) = multipart.next().await {
        let mut field = field.map_err(|_| unreadable())?;
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.content_disposition().and_then(|d| d.get_filename()).map(ToOwned::to_owned);
        let mut content = Vec::new();
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(|_| unreadable())?;
            size += chunk.len();
            if size > UPLOAD_LIMIT {
                return Err(AppError::TooLarge);
            }
            content.extend_from_slice(&chunk);
        }
        match file_name {
            Some(file_name) => files.push((name, Upload { file_name, content })),
            None => fields.push((name, String::from_utf8(content).map_err(|_| unreadable())?)),
        }
    }
    Ok(Form::new(fields, files))
}
