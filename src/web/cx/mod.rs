//! The request context: who asks, what was typed, and the only way to the database.
//!
//! A handler takes a `Cx<can::…>` and thereby states what it needs. By the time it runs, the person is known, may do
//! this, and an unsafe request is known to come from our own page in this very session.

mod answer;
mod asked;
mod checks;
mod read_form;

use std::marker::PhantomData;
use std::rc::Rc;

use actix_session::{Session, SessionExt};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use futures_util::future::LocalBoxFuture;

use super::shell::Shell;
use super::{Form, State, origin, sessions};
use crate::access::{By, Needs, Requirement, token};
use crate::db::DbConnection;
use crate::db::schema::form_submissions;
use crate::error::AppError;
use crate::settings::model::Settings;
use crate::{accounts, audit, notifications, settings};
use checks::{check_needs, check_token};
use read_form::read_form;

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
        let now = state.now();
        let (settings, actor, unread) = state
            .db
            .read(move |db| {
                let settings = settings::queries::find(db)?;
                let actor = match user_id {
                    Some(id) => accounts::queries::actor(db, id, now)?,
                    None => None,
                };
                let unread = match &actor {
                    Some(actor) => notifications::queries::unread(db, actor.user_id)?,
                    None => 0,
                };
                Ok((settings, actor, unread))
            })
            .await?;
        let form_token = if actor.is_some() { sessions::form_token(&session) } else { String::new() };
        let shell =
            Rc::new(Shell::new(actor.clone(), settings.as_ref().map(|s| s.hospital_name.clone()), form_token, unread));
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
}
