//! The real application on a free port, with a database of its own, and people who visit it over HTTP.

use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::cookie::{Cookie, CookieJar, Key};
use actix_web::dev::ServerHandle;
use actix_web::web;
use chrono::{NaiveDateTime, TimeDelta};
use infirmary::access::{Role, token};
use infirmary::accounts::model::UserId;
use infirmary::accounts::sessions::{self, NewSession};
use infirmary::db::{Db, DbConnection};
use infirmary::documents::store::Store;
use infirmary::error::AppError;
use infirmary::time::Zone;
use infirmary::web::State;
use infirmary::web::state::Clock;

use super::{factory, postgres};

pub use infirmary::db::Engine;

/// The hospital of the tests stands in another time zone than the servers that run them.
pub const TIME_ZONE: &str = "Europe/Paris";
/// A Monday morning at eight in the hospital, in summer.
const START: &str = "2026-06-15 08:00";

/// Starts PostgreSQL and migrates the template that every test's database is a copy of.
pub fn prepare_postgres() -> Result<(), String> {
    prepare(postgres::server()?)
}

/// Migrates a server's template.
pub fn prepare(server: &postgres::Server) -> Result<(), String> {
    server.template(|url| {
        let db = Db::open(url).map_err(|e| e.to_string())?;
        db.migrate().map(|_| ()).map_err(|e| e.to_string())
    })
}

/// The application under test.
pub struct TestApp {
    pub db: Db,
    /// The address of the database, for another process.
    pub url: String,
    pub clock: Clock,
    state: web::Data<State>,
    address: SocketAddr,
    key: Key,
    handle: ServerHandle,
    client: Rc<awc::Client>,
    /// Where the application keeps documents.
    pub files: std::path::PathBuf,
    /// Removed with everything in them when the test ends.
    _folders: (Option<Folder>, Folder),
}

/// What is done to a test's files in the end.
struct Folder(std::path::PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind in the system's folder for such things harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl TestApp {
    /// Starts the application for a hospital that is set up, at START on its clock.
    pub async fn start(engine: Engine) -> Self {
        Self::start_empty(engine).await.set_up()
    }

    /// Starts the application behind an address of its own, as when a proxy speaks TLS in front of it.
    pub async fn start_served_as(engine: Engine, public_url: &str) -> Self {
        let (url, folder) = new_database(engine);
        Self::open(&url, folder, Some(public_url)).set_up()
    }

    fn set_up(self) -> Self {
        self.set_time(START);
        let now = self.now();
        self.write(move |db| factory::hospital(db, now));
        self
    }

    /// Starts the application on an empty database.
    pub async fn start_empty(engine: Engine) -> Self {
        let (url, folder) = new_database(engine);
        Self::open(&url, folder, None)
    }

    /// Starts the application for a new hospital on a database of the caller's.
    pub async fn start_at(url: &str) -> Self {
        Self::open(url, None, None).set_up()
    }

    fn open(url: &str, folder: Option<Folder>, public_url: Option<&str>) -> Self {
        let db = Db::open(url).expect("a fresh database opens");
        db.migrate().expect("a fresh database migrates");
        let key = infirmary::accounts::keys::cookie_key(&db).expect("the hospital's key");
        let clock = Clock::default();
        let files = std::env::temp_dir().join(format!("infirmary-test-files-{}", token::short()));
        let mut state = State::new(db.clone(), key.clone(), clock.clone(), Store::at(&files));
        state.public_url = public_url.map(ToOwned::to_owned);
        let state = web::Data::new(state);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let server = infirmary::app::serve(listener, state.clone(), 2).expect("the server starts");
        let handle = server.handle();
        actix_web::rt::spawn(server);
        // The server closes what is idle for five seconds: a connection is given up before, not used while it closes.
        let connector =
            awc::Connector::new().limit(200).timeout(Duration::from_secs(20)).conn_keep_alive(Duration::from_secs(2));
        let client =
            awc::Client::builder().connector(connector).disable_redirects().timeout(Duration::from_secs(60)).finish();
        Self {
            db,
            url: url.to_owned(),
            clock,
            state,
            address,
            key,
            handle,
            client: Rc::new(client),
            _folders: (folder, Folder(files.clone())),
            files,
        }
    }

    /// What the application counts of itself: write transactions, and the memory passes of password hashing in
    /// kibibytes. Requests under way count as well.
    pub fn effort(&self) -> (u64, u64) {
        (self.db.writes(), self.state.hashed_kib())
    }

    /// The server, for stopping it.
    pub fn stopper(&self) -> ServerHandle {
        self.handle.clone()
    }

    /// The time in the application, in UTC.
    pub fn now(&self) -> NaiveDateTime {
        self.clock.now()
    }

    /// Sets the hospital's clock: `2026-06-15 08:00`, hospital time.
    pub fn set_time(&self, local: &str) {
        self.clock.stop_at(self.utc(local));
    }

    /// The instant of a hospital time.
    pub fn utc(&self, local: &str) -> NaiveDateTime {
        let time = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").expect("a test's own literal");
        Zone::named(TIME_ZONE).expect("a real zone").utc(time).expect("a time that exists")
    }

    /// Reads the database directly.
    pub fn read<T>(&self, work: impl FnOnce(&mut DbConnection) -> Result<T, AppError>) -> T {
        self.db.read_now(work).expect("the test's own query works")
    }

    /// Writes into the database directly.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut DbConnection) -> Result<T, AppError> + Send + 'static,
    ) -> T {
        self.db.write_now(work).expect("the test's own change works")
    }

    /// Somebody who is not signed in.
    pub fn nobody(&self) -> Visitor {
        Visitor {
            client: Rc::clone(&self.client),
            address: self.address,
            origin: self.state.public_url.clone(),
            cookie: None,
            token: String::new(),
            user_id: UserId(0),
        }
    }

    /// A new person of this role, signed in. Doctors and patients get their own rows.
    pub async fn sign_in(&self, role: Role) -> Visitor {
        let now = self.now();
        let user = self.write(move |db| factory::person(db, role, now));
        self.session(user).await
    }

    /// Signs an account in without its password, as if it had just done so.
    pub async fn session(&self, user_id: UserId) -> Visitor {
        let (raw, form_token, now) = (token::random(), token::random(), self.now());
        let state = serde_json::json!({"user": user_id.0.to_string(), "token": format!("\"{form_token}\"")});
        let row = NewSession {
            token_hash: token::hash(&raw),
            user_id: Some(user_id),
            state: state.to_string(),
            user_agent: "test".to_owned(),
            address: "127.0.0.1".to_owned(),
            created_at: now,
            last_seen_at: now,
            expires_at: now + TimeDelta::hours(12),
        };
        self.write(move |db| Ok(sessions::insert(db, &row)?));
        let mut jar = CookieJar::new();
        let name = if self.state.is_secure() { "__Host-session" } else { "session" };
        jar.signed_mut(&self.key).add(Cookie::new(name, raw));
        let cookie = jar.get(name).expect("it was just added").encoded().to_string();
        Visitor { cookie: Some(cookie), token: form_token, user_id, ..self.nobody() }
    }
}

/// A database of its own for each test, and the folder that it is in, if it is in one.
fn new_database(engine: Engine) -> (String, Option<Folder>) {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    match engine {
        Engine::Sqlite => {
            let folder = std::env::temp_dir().join(format!("infirmary-test-{}-{number}", std::process::id()));
            (format!("sqlite://{}/test.db", folder.display()), Some(Folder(folder)))
        }
        Engine::Postgres => {
            let server = postgres::server().expect("it was started before the tests");
            (server.create_database(&format!("test_{number}")).expect("a copy of the template"), None)
        }
    }
}

/// A person with a browser: a session, and the habit of sending what forms send.
#[derive(Clone)]
pub struct Visitor {
    client: Rc<awc::Client>,
    address: SocketAddr,
    /// The address in the browser, where it is not the server's own.
    origin: Option<String>,
    /// The session's cookie as sent.
    pub cookie: Option<String>,
    /// The form token of the session.
    pub token: String,
    pub user_id: UserId,
}

impl Visitor {
    /// Opens a page.
    pub async fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[]).await
    }

    /// Opens a page with further headers.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.client.get(self.url(path));
        for header in headers {
            request = request.insert_header(*header);
        }
        if let Some(cookie) = &self.cookie {
            request = request.insert_header(("Cookie", cookie.as_str()));
        }
        Reply::of(request.send().await.expect("the server answers")).await
    }

    /// Sends a form of one of our own pages, with the session's form token.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let token = ("_token", self.token.as_str());
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([token]).collect();
        self.post_raw(path, &fields, &[("Origin", &self.origin())]).await
    }

    /// [`Visitor::get`] of a server that may fail; `None` when it does not answer.
    pub async fn try_get(&self, path: &str) -> Option<Reply> {
        let mut request = self.client.get(self.url(path));
        if let Some(cookie) = &self.cookie {
            request = request.insert_header(("Cookie", cookie.as_str()));
        }
        Some(Reply::of(request.send().await.ok()?).await)
    }

    /// [`Visitor::post`] to a server that may be gone; `None` when it is.
    pub async fn try_post(&self, path: &str, fields: &[(&str, &str)]) -> Option<Reply> {
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("_token", self.token.as_str())]).collect();
        let mut request = self.client.post(self.url(path)).insert_header(("Origin", self.origin()));
        if let Some(cookie) = &self.cookie {
            request = request.insert_header(("Cookie", cookie.as_str()));
        }
        Some(Reply::of(request.send_form(&fields).await.ok()?).await)
    }

    /// The same person before another server of the same hospital.
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    /// Sends exactly these fields and headers, as somebody else's page or program would.
    pub async fn post_raw(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        let mut request = self.client.post(self.url(path));
        if let Some(cookie) = &self.cookie {
            request = request.insert_header(("Cookie", cookie.as_str()));
        }
        for header in headers {
            request = request.insert_header(*header);
        }
        let sent = request.send_form(&fields).await;
        Reply::of(sent.unwrap_or_else(|error| panic!("the server answers {path}: {error}"))).await
    }

    /// Sends a form with a file, as browsers do.
    pub async fn upload(&self, path: &str, fields: &[(&str, &str)], file: (&str, &str, &[u8])) -> Reply {
        let boundary = "a-line-that-no-file-holds";
        let mut body = Vec::new();
        for (name, value) in fields.iter().copied().chain([("_token", self.token.as_str())]) {
            let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let (name, file_name, content) = file;
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let mut request = self
            .client
            .post(self.url(path))
            .insert_header(("Origin", self.origin()))
            .insert_header(("Content-Type", format!("multipart/form-data; boundary={boundary}")));
        if let Some(cookie) = &self.cookie {
            request = request.insert_header(("Cookie", cookie.as_str()));
        }
        Reply::of(request.send_body(body).await.expect("the server answers")).await
    }

    fn origin(&self) -> String {
        self.origin.clone().unwrap_or_else(|| self.url(""))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub body: String,
    /// Names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
}

impl Reply {
    async fn of<S>(mut response: awc::ClientResponse<S>) -> Self
    where
        S: futures_util::Stream<Item = Result<web::Bytes, awc::error::PayloadError>>,
    {
        let body = response.body().limit(32 * 1024 * 1024).await.expect("the whole answer arrives");
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        Self { status: response.status().as_u16(), body: String::from_utf8_lossy(&body).into_owned(), headers }
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Where the answer leads on to; empty when it does not.
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    /// Whether the page says this. Entities for quotes are understood.
    pub fn says(&self, text: &str) -> bool {
        unescaped(&self.body).contains(text)
    }

    /// Fails the test, with the page's words, unless the status is this.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "location {:?}, page: {}", self.location(), self.words());
        self
    }

    /// The page without its markup, shortened, for messages of failed tests.
    pub fn words(&self) -> String {
        let main = self.body.split_once("<main").map_or(self.body.as_str(), |(_, main)| main);
        let mut words = String::new();
        let mut is_tag = false;
        for c in main.chars() {
            match c {
                '<' => is_tag = true,
                '>' => {
                    is_tag = false;
                    words.push(' ');
                }
                c if !is_tag => words.push(c),
                _ => {}
            }
        }
        words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(1500).collect()
    }

    /// The value of a hidden or visible input of this name on the page.
    pub fn input(&self, name: &str) -> Option<String> {
        let at = self.body.find(&format!("name=\"{name}\""))?;
        let tag_start = self.body.get(..at)?.rfind('<')?;
        let tag = self.body.get(tag_start..)?.split_once('>')?.0;
        Some(unescaped(tag.split_once("value=\"")?.1.split_once('"')?.0))
    }
}

/// Entities as people read them; those for tags stay, so that a tag is only found where there is one.
fn unescaped(html: &str) -> String {
    html.replace("&#39;", "'").replace("&#34;", "\"").replace("&#38;", "&")
}
