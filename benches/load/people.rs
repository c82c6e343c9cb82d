//! People who are signed in, one of each role.

use std::collections::HashMap;

use actix_web::http::header;
use infirmary::access::Role;

use crate::server::Server;
use crate::world::{PASSWORD, World};

/// What a browser of somebody signed in sends.
#[derive(Clone)]
pub struct Session {
    pub cookie: String,
    /// The form token.
    pub token: String,
}

/// A page as it was answered once.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    /// Bytes on the wire, when the browser takes gzip.
    pub compressed: usize,
}

pub type People = HashMap<Role, Session>;

/// Signs everybody in, through the login page.
pub fn sign_in(server: &Server, world: &World) -> Result<People, String> {
    let mut people = People::new();
    for (role, login) in &world.logins {
        people.insert(*role, actix_web::rt::System::new().block_on(session(server, login))?);
    }
    Ok(people)
}

async fn session(server: &Server, login: &str) -> Result<Session, String> {
    let client = awc::Client::builder().disable_redirects().finish();
    let form = [("login", login), ("password", PASSWORD)];
    let answer = client
        .post(server.url("/login"))
        .insert_header((header::ORIGIN, server.url("")))
        .send_form(&form)
        .await
        .map_err(|e| format!("signing {login} in: {e}"))?;
    let cookie = answer
        .cookies()
        .map_err(|e| e.to_string())?
        .iter()
        .find(|cookie| cookie.name() == "session")
        .map(ToString::to_string)
        .ok_or_else(|| format!("{login} was not signed in: {}", answer.status()))?;
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    let home = ask(server, "/", Some(&cookie)).await?;
    let home = String::from_utf8_lossy(&home.body).into_owned();
    let token = home.split_once("name=\"form-token\" content=\"").and_then(|(_, rest)| rest.split_once('"'));
    let token = token.ok_or_else(|| format!("{login}'s home has no form token"))?.0.to_owned();
    Ok(Session { cookie, token })
}

/// Looks at a page once, plain and compressed.
pub fn look(server: &Server, path: &str, cookie: Option<&str>) -> Result<Answer, String> {
    actix_web::rt::System::new().block_on(ask(server, path, cookie))
}

async fn ask(server: &Server, path: &str, cookie: Option<&str>) -> Result<Answer, String> {
    let client = awc::Client::builder().disable_redirects().finish();
    let request = |encoding: &'static str| {
        let mut request = client.get(server.url(path)).no_decompress();
        request = request.insert_header((header::ACCEPT_ENCODING, encoding));
        if let Some(cookie) = cookie {
            request = request.insert_header((header::COOKIE, cookie));
        }
        request.send()
    };
    let mut plain = request("identity").await.map_err(|e| format!("{path}: {e}"))?;
    let body = plain.body().limit(16 << 20).await.map_err(|e| format!("{path}: {e}"))?.to_vec();
    let mut small = request("gzip").await.map_err(|e| format!("{path}: {e}"))?;
    let compressed = small.body().limit(16 << 20).await.map_err(|e| format!("{path}: {e}"))?.len();
    Ok(Answer { status: plain.status().as_u16(), body, compressed })
}
