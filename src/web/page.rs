//! Pages: what every template is given beside its own content, and the ways to answer with one.

use actix_web::HttpResponse;
use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};
use actix_web::http::StatusCode;
use askama::Template;
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::error::AppError;

/// The layout's content, as `templates/base.html` reads it.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub title: String,
    pub hospital: String,
    pub user: Option<PageUser>,
    pub nav: Vec<NavGroup>,
    pub flash: Option<Flash>,
    /// `light`, `dark` or `auto`.
    pub theme: &'static str,
    /// The form token; empty when nobody is signed in.
    pub token: String,
    /// The key of this rendered form: sent twice, it counts once.
    pub once: String,
    pub path: String,
    pub request_id: String,
    pub has_logo: bool,
    /// How many notifications the person has not read.
    pub unread: i64,
    /// The search on every page, for those who have something to find.
    pub search: Option<Search>,
    /// A line above everything, as on the demonstration's pages.
    pub notice: Option<String>,
}

/// What the search on every page finds for the person, in words.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    pub label: &'static str,
    pub placeholder: &'static str,
}

/// The signed-in person as the layout shows them.
#[derive(Clone, Debug)]
pub struct PageUser {
    pub name: String,
    pub initials: String,
    pub role: &'static str,
    pub has_picture: bool,
}

/// A group of the sidebar.
#[derive(Clone, Debug)]
pub struct NavGroup {
    pub label: &'static str,
    pub items: Vec<NavItem>,
}

/// A link of the sidebar.
#[derive(Clone, Debug)]
pub struct NavItem {
    pub label: &'static str,
    pub href: &'static str,
    pub icon: &'static str,
    /// `g` and then this letter goes there; empty for none.
    pub key: &'static str,
    pub active: bool,
}

/// A message on the next page: what was done, and a link to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub kind: FlashKind,
    pub text: String,
    /// Address and words.
    pub link: Option<(String, String)>,
}

/// How a message looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum FlashKind {
    Success,
    Info,
    Warning,
    Danger,
}

impl PartialEq<str> for FlashKind {
    fn eq(&self, other: &str) -> bool {
        <&'static str>::from(*self) == other
    }
}

impl PartialEq<&str> for FlashKind {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

/// The name of the cookie that carries a message to the next page, sealed with the hospital's key.
pub(super) const FLASH_COOKIE: &str = "flash";

impl Flash {
    /// Something was done.
    pub fn success(text: impl Into<String>) -> Self {
        Self { kind: FlashKind::Success, text: text.into(), link: None }
    }

    /// Something is worth knowing.
    pub fn info(text: impl Into<String>) -> Self {
        Self { kind: FlashKind::Info, text: text.into(), link: None }
    }

    /// Something needs attention.
    pub fn warning(text: impl Into<String>) -> Self {
        Self { kind: FlashKind::Warning, text: text.into(), link: None }
    }

    /// Something could not be done.
    pub fn danger(text: impl Into<String>) -> Self {
        Self { kind: FlashKind::Danger, text: text.into(), link: None }
    }

    /// Adds a link to what was done.
    pub fn link(mut self, href: impl Into<String>, label: impl Into<String>) -> Self {
        self.link = Some((href.into(), label.into()));
        self
    }

    pub(super) fn to_cookie(&self, key: &Key, secure: bool) -> Option<Cookie<'static>> {
        let mut jar = CookieJar::new();
        let value = serde_json::to_string(self).ok()?;
        jar.private_mut(key).add(
            Cookie::build(FLASH_COOKIE, value)
                .path("/")
                .http_only(true)
                .secure(secure)
                .same_site(SameSite::Lax)
                .finish(),
        );
        jar.get(FLASH_COOKIE).cloned()
    }

    pub(super) fn from_cookie(cookie: Cookie<'static>, key: &Key) -> Option<Self> {
        let mut jar = CookieJar::new();
        jar.add_original(cookie);
        serde_json::from_str(jar.private(key).get(FLASH_COOKIE)?.value()).ok()
    }
}

/// Answers 200 with a page.
pub fn html(template: &impl Template) -> Answer {
    html_with(StatusCode::OK, template)
}

/// Answers with a page and a status.
pub fn html_with(status: StatusCode, template: &impl Template) -> Answer {
    let body = template.render().map_err(|e| AppError::Internal(format!("a template failed: {e}")))?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body))
}

/// The sign-in page that leads on to a local address.
pub fn login_path(next: &str) -> String {
    if next.is_empty() || next == "/" {
        return "/login".to_owned();
    }
    format!("/login?next={}", encode(next))
}

/// `next` when it is an address of ours, else the home page: a link from outside cannot send people elsewhere.
pub fn local_path(next: &str) -> &str {
    let bytes = next.as_bytes();
    let is_local = bytes.first() == Some(&b'/')
        && !matches!(bytes.get(1), Some(b'/' | b'\\'))
        && bytes.iter().all(|b| b.is_ascii_graphic() && *b != b'\\');
    if is_local { next } else { "/" }
}

/// A value for a query string.
pub fn encode(value: &str) -> String {
    use std::fmt::Write;
    value.bytes().fold(String::with_capacity(value.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// The first letters of a name, for the circle that stands for a picture.
pub fn initials(first: &str, last: &str) -> String {
    first.chars().take(1).chain(last.chars().take(1)).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_leads_to_local_addresses_only() {
        assert_eq!(local_path("/patients?q=a%20b"), "/patients?q=a%20b");
        for outside in ["", "//evil.example", "/\\evil.example", "https://evil.example", "patients", "/a\nb", "/ä"] {
            assert_eq!(local_path(outside), "/", "{outside:?}");
        }
    }
}
