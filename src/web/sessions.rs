//! Sessions in the database, so that every process of the hospital knows them, and small facts about a request.
//!
//! The cookie holds a random token; the table holds its hash. A session ends after some idle minutes (a setting for
//! staff), after twelve hours at most, and at once when its account is disabled or its rights change.

use std::collections::HashMap;
use std::net::IpAddr;

use actix_session::Session;
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use actix_web::{HttpMessage, HttpRequest};
use anyhow::anyhow;
use chrono::TimeDelta;

use super::state::Clock;
use crate::access::token;
use crate::accounts::model::UserId;
use crate::accounts::sessions;
use crate::db::Db;
use crate::error::AppError;

const USER: &str = "user";
const TOKEN: &str = "token";
const AGENT: &str = "agent";
const ADDRESS: &str = "address";
/// Stands alone in the state of a session that could not be read.
const UNAVAILABLE: &str = "unavailable";

/// The longest a session lasts, whatever its person does.
pub const ABSOLUTE_HOURS: i64 = 12;

/// Starts a session for somebody who has just proved who they are: a new token for the cookie, a new one for forms.
pub fn begin(session: &Session, user_id: UserId, agent: &str, address: &str) -> Result<(), AppError> {
    session.clear();
    session.renew();
    let failed = |e: actix_session::SessionInsertError| AppError::Internal(e.to_string());
    session.insert(USER, user_id.0).map_err(failed)?;
    session.insert(TOKEN, token::random()).map_err(failed)?;
    session.insert(AGENT, agent).map_err(failed)?;
    session.insert(ADDRESS, address).map_err(failed)?;
    Ok(())
}

pub(super) fn user_id(session: &Session) -> Option<UserId> {
    session.get::<i64>(USER).ok().flatten().map(UserId)
}

/// Whether the session could not be read, because the database is away. Its person is not signed out by that.
pub(super) fn is_unavailable(session: &Session) -> bool {
    session.entries().contains_key(UNAVAILABLE)
}

/// The token that the session's forms carry.
pub fn form_token(session: &Session) -> String {
    session.get(TOKEN).ok().flatten().unwrap_or_default()
}

/// The id that this request has in the log and on error pages.
#[derive(Clone)]
pub(super) struct RequestId(pub String);

pub(super) fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// The browser's address. A forwarded one counts only when a declared proxy says it: the last that is not a proxy.
pub(super) fn address(request: &HttpRequest, trusted: &[IpAddr]) -> String {
    let Some(peer) = request.peer_addr().map(|a| a.ip()) else { return String::new() };
    if trusted.contains(&peer) {
        let forwarded = request.headers().get("x-forwarded-for").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let client =
            forwarded.rsplit(',').filter_map(|a| a.trim().parse::<IpAddr>().ok()).find(|a| !trusted.contains(a));
        if let Some(client) = client {
            return client.to_string();
        }
    }
    peer.to_string()
}

tokio::task_local! {
    /// Whether the page asks by itself, while perhaps nobody sits before it.
    static BACKGROUND: bool;
}

/// Marks a request that a page sends by itself.
pub(super) const BACKGROUND_HEADER: &str = "x-background";

/// Runs a request. One in the background is no sign of life, so that a board left open does not keep its person signed
/// in. Whoever sends the mark shortens their own session at most.
pub(super) async fn in_background<F: Future>(is_background: bool, work: F) -> F::Output {
    BACKGROUND.scope(is_background, work).await
}

/// The store behind actix-session.
#[derive(Clone)]
pub struct DbSessionStore {
    pub db: Db,
    pub clock: Clock,
}

impl DbSessionStore {
    async fn put(&self, state: HashMap<String, String>, ttl: &Duration) -> Result<SessionKey, AppError> {
        let raw = token::random();
        let now = self.clock.now();
        let text = |key: &str| state.get(key).and_then(|v| serde_json::from_str::<String>(v).ok()).unwrap_or_default();
        let row = sessions::NewSession {
            token_hash: token::hash(&raw),
            user_id: state.get(USER).and_then(|v| v.parse().ok()).map(UserId),
            state: serde_json::to_string(&state).map_err(|e| AppError::Internal(e.to_string()))?,
            user_agent: text(AGENT),
            address: text(ADDRESS),
            created_at: now,
            last_seen_at: now,
            expires_at: now + TimeDelta::seconds(ttl.whole_seconds()),
        };
        self.db.write(move |db| Ok(sessions::insert(db, &row)?)).await?;
        SessionKey::try_from(raw).map_err(|e| AppError::Internal(e.to_string()))
    }
}

impl SessionStore for DbSessionStore {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        // An error here would end the request before any page of ours; the request context turns the mark into a 503.
        let unavailable = || Ok(Some(HashMap::from([(UNAVAILABLE.to_owned(), "true".to_owned())])));
        let (hash, now) = (token::hash(key.as_ref()), self.clock.now());
        let wanted = hash.clone();
        let found = match self.db.read(move |db| Ok(sessions::find_live(db, &wanted, now)?)).await {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            Err(_) => return unavailable(),
        };
        let is_background = BACKGROUND.try_with(|is| *is).unwrap_or(false);
        let is_due = !is_background && found.is_due_for_a_sign_of_life(now);
        if is_due && self.db.write(move |db| Ok(sessions::touch(db, &hash, now)?)).await.is_err() {
            return unavailable();
        }
        serde_json::from_str(&found.state).map(Some).map_err(|e| LoadError::Deserialization(anyhow!(e)))
    }

    async fn save(&self, state: HashMap<String, String>, ttl: &Duration) -> Result<SessionKey, SaveError> {
        self.put(state, ttl).await.map_err(|e| SaveError::Other(anyhow!(e)))
    }

    async fn update(
        &self,
        key: SessionKey,
        state: HashMap<String, String>,
        _ttl: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        let hash = token::hash(key.as_ref());
        let state = serde_json::to_string(&state).map_err(|e| UpdateError::Serialization(anyhow!(e)))?;
        self.db
            .write(move |db| Ok(sessions::set_state(db, &hash, &state)?))
            .await
            .map_err(|e| UpdateError::Other(anyhow!(e)))?;
        Ok(key)
    }

    /// The absolute end of a session does not move, so there is nothing to do.
    async fn update_ttl(&self, _key: &SessionKey, _ttl: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let hash = token::hash(key.as_ref());
        self.db.write(move |db| Ok(sessions::delete(db, &hash)?)).await.map_err(|e| anyhow!(e))
    }
}
