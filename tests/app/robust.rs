//! What must hold on every page alike: headers, bad input of every kind, silence in the log, a database that goes away.

use std::collections::BTreeSet;
use std::io::Read;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use infirmary::access::Role;

use crate::access::{World, rows, visitor_for};
use crate::support::{Reply, Suite, TestApp, postgres};

pub fn tests(suite: &mut Suite) {
    suite.both(every_answer_has_the_security_headers);
    suite.both(bad_input_never_breaks_a_page);
    suite.both(an_empty_hospital_asks_to_be_set_up_once);
    suite.once(the_log_names_nobody);
    suite.postgres(a_database_that_goes_away_comes_back_by_itself);
}

/// `security.md` 15, 16: on pages, errors, redirects and files.
async fn every_answer_has_the_security_headers(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let style = {
        let page = app.nobody().get("/login").await.expect(200);
        let at = page.body.find("/static/css/app.").expect("pages link our style");
        page.body[at..].split('"').next().expect("the address ends").to_owned()
    };
    let answers = [
        app.nobody().get("/login").await.expect(200),
        app.nobody().get("/").await.expect(303),
        admin.get("/departments").await.expect(200),
        admin.get("/no-such-page").await.expect(404),
        admin.get("/departments/999999").await.expect(404),
        admin.post("/departments", &[]).await.expect(422),
        app.sign_in(Role::Pharmacist).await.get("/departments").await.expect(403),
    ];
    for answer in &answers {
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"));
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"));
        assert!(answer.header("referrer-policy").is_some() && answer.header("x-request-id").is_some());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let file = app.nobody().get_with(&style, &[("Accept-Encoding", "br, gzip")]).await.expect(200);
    assert!(file.header("cache-control").is_some_and(|v| v.contains("immutable")));
    assert_eq!(file.header("content-encoding"), Some("gzip"));
    assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
}

/// Texts that programs stumble over.
fn bad_texts() -> Vec<String> {
    let short = [
        "",
        " ",
        "0",
        "-1",
        "1000000000000000000",
        "99999999999999999999999999",
        "1e9",
        "NaN",
        "null",
        "on",
        "'; DROP TABLE users; --",
        "<script>alert(1)</script>",
        "%00%ff%",
        "_%_",
        "\u{202e}\u{200b}abc",
        "a\u{0}b",
        "2026-02-30",
        "9999-12-31",
        "0000-00-00",
        "2026-06-15",
        "2026-06-15T09:00",
        "25:99",
        "23:59",
        "../../etc/passwd",
        "\r\nSet-Cookie: a=b",
        "{\"a\":[1]}",
        "İıß‎ﬃ",
    ];
    let mut texts: Vec<String> = short.map(ToOwned::to_owned).to_vec();
    texts.push("🩺".repeat(300));
    texts.push("x".repeat(120_000));
    texts
}

/// The names and values of the inputs on a page.
pub fn inputs(page: &Reply) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for piece in page.body.split('<') {
        let is_input = ["input ", "select ", "textarea "].iter().any(|tag| piece.starts_with(tag));
        let Some((_, rest)) = piece.split_once(" name=\"").filter(|_| is_input) else { continue };
        let name = rest.split('"').next().unwrap_or_default().to_owned();
        let value = piece.split_once(" value=\"").and_then(|(_, v)| v.split('"').next()).unwrap_or_default();
        found.push((name, value.to_owned()));
    }
    found
}

/// `security.md` 37: every form and query string, with every bad text in each field in turn, as somebody who may.
async fn bad_input_never_breaks_a_page(app: TestApp) {
    let mut broken = BTreeSet::new();
    let mut note = |what: String, reply: &Reply| {
        if reply.status >= 500 {
            broken.insert(format!("{what}: {} {}", reply.status, reply.header("x-request-id").unwrap_or_default()));
        }
    };
    let texts = bad_texts();
    let mut sent = 0;
    for row in rows() {
        let world = World::make(&app);
        let Some(visitor) = visitor_for(&app, &row).await else { continue };
        if row.path == "/logout" {
            continue;
        }
        let path = world.fill(&row.path, &visitor);
        let form_page = visitor.get(&path).await;
        let mut fields = inputs(&form_page);
        if row.method == "POST" && form_page.status != 200 {
            // The form stands on another page: the one above, or one named for what it makes.
            let above = path.rsplit_once('/').map_or("/", |(above, _)| above);
            for page in [above.to_owned(), format!("{path}/new")] {
                fields.extend(inputs(&visitor.get(&page).await));
            }
        }
        for (turn, text) in texts.iter().enumerate() {
            let query =
                format!("{path}?q={0}&page={0}&date={0}&doctor={0}&department={0}", infirmary::web::page::encode(text));
            if row.method == "GET" && text.len() < 5_000 {
                note(format!("GET {} {text:?}", row.path), &visitor.get(&query).await);
                sent += 1;
            }
            if row.method == "POST" {
                let all: Vec<(&str, &str)> = fields.iter().map(|(name, _)| (name.as_str(), text.as_str())).collect();
                let short: String = text.chars().take(30).collect();
                note(format!("POST {} all {short:?}", row.path), &visitor.post(&path, &all).await);
                sent += 1;
                // Alone, each field meets a third of the texts, its neighbour the next third.
                for bad in (0..fields.len().min(12)).filter(|bad| (bad + turn) % 3 == 0) {
                    let one: Vec<(&str, &str)> = fields
                        .iter()
                        .enumerate()
                        .map(|(at, (name, value))| {
                            (name.as_str(), if at == bad { text.as_str() } else { value.as_str() })
                        })
                        .collect();
                    note(format!("POST {} {} {short:?}", row.path, fields[bad].0), &visitor.post(&path, &one).await);
                    sent += 1;
                }
            }
        }
    }
    assert!(sent > 100, "forms were found: {sent}");
    assert!(broken.is_empty(), "{broken:#?}");
}

async fn an_empty_hospital_asks_to_be_set_up_once(app: TestApp) {
    use infirmary::accounts::links::{self, LinkKind};
    let empty = TestApp::start_empty(app.db.engine()).await;
    let visitor = empty.nobody();
    assert_eq!(visitor.get("/").await.expect(303).location(), "/setup");
    assert!(visitor.get("/setup").await.expect(200).says("not set up yet"));
    let now = empty.now();
    let raw = empty.write(move |db| Ok(links::create(db, LinkKind::Setup, None, None, None, now)?));
    let link = format!("/setup/{raw}");
    visitor.get("/setup/another").await.expect(404);
    visitor.get(&link).await.expect(200);
    let fields = [
        ("hospital_name", "Sainte Anne"),
        ("time_zone", "America/New_York"),
        ("currency", "USD"),
        ("first_name", "Zoë"),
        ("last_name", "Admin"),
        ("username", "Zoe"),
        ("email", "Zoe@Example.org"),
        ("password", "seventeen wet badgers"),
        ("password_again", "seventeen wet badgers"),
    ];
    for (field, wrong, message) in [
        ("time_zone", "Mars/Olympus", "Choose the hospital's time zone."),
        ("currency", "XXX", "Choose the hospital's currency."),
        ("password", "password1234", "among the first that are guessed"),
        ("password", "short", "at least 12 characters"),
        ("password_again", "another thing", "the same password"),
    ] {
        let bad: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, if *n == field { wrong } else { *v })).collect();
        let page = visitor.post(&link, &bad).await.expect(422);
        assert!(page.says(message) && page.says("Sainte Anne"), "{field}: {}", page.words());
        assert!(!page.says("seventeen wet badgers"), "a password is never sent back");
    }
    // Two administrators at once: one hospital.
    let both = futures_util::future::join_all((0..4).map(|_| visitor.post(&link, &fields))).await;
    let mut statuses: Vec<u16> = both.iter().map(|r| r.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404, 404, 404]);
    visitor.get(&link).await.expect(404);
    let login = visitor.post("/login", &[("login", "ZOE@example.org"), ("password", "seventeen wet badgers")]).await;
    assert_eq!(login.expect(303).location(), "/");
    empty.stopper().stop(false).await;
}

/// `security.md` 18, 27: names, searches, tokens and passwords that pass through are found nowhere in the log.
fn the_log_names_nobody() -> Result<(), String> {
    let said = |e: std::io::Error| e.to_string();
    let folder = std::env::temp_dir().join(format!("infirmary-log-{}", std::process::id()));
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(said)?.port();
    let mut server = Command::new(env!("CARGO_BIN_EXE_infirmary"))
        .args(["--bind", &format!("127.0.0.1:{port}"), "--data-dir"])
        .arg(&folder)
        .env("RUST_LOG", "debug")
        .env_remove("DATABASE_URL")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(said)?;
    let mut stderr = server.stderr.take().ok_or("no stderr")?;
    let reader = std::thread::spawn(move || {
        let mut log = String::new();
        stderr.read_to_string(&mut log).map(|_| log)
    });
    let visited = actix_web::rt::System::new().block_on(async {
        let client = awc::Client::default();
        let base = format!("http://127.0.0.1:{port}");
        let begun = Instant::now();
        while client.get(format!("{base}/readyz")).send().await.is_err() {
            if begun.elapsed() > Duration::from_secs(20) {
                return Err("the server did not start".to_owned());
            }
            actix_web::rt::time::sleep(Duration::from_millis(30)).await;
        }
        for path in
            ["/patients?q=Canary-Search", "/setup/canary-token", "/nowhere/Canary-Path", "/login?next=/Canary-Next"]
        {
            client.get(format!("{base}{path}")).send().await.map_err(|e| e.to_string())?;
        }
        let fields = [("login", "canary-login@example.org"), ("password", "canary-password")];
        client
            .post(format!("{base}/login"))
            .insert_header(("Origin", base.clone()))
            .insert_header(("Cookie", "session=canary-cookie"))
            .send_form(&fields)
            .await
            .map_err(|e| e.to_string())?;
        Ok(())
    });
    let stopped = Command::new("kill").arg(server.id().to_string()).status().map_err(said);
    let ended = server.wait().map_err(said);
    let log = reader.join().map_err(|_| "the log could not be read")?.map_err(said)?;
    let _ = std::fs::remove_dir_all(&folder);
    visited?;
    stopped?;
    if !ended?.success() {
        return Err("the server did not end by itself with 0".to_owned());
    }
    if !log.contains("GET /setup/{token} ") {
        return Err(format!("the log has no line with a path template: {log}"));
    }
    let canaries: Vec<&str> = log.lines().filter(|line| line.to_lowercase().contains("canary")).collect();
    if canaries.is_empty() { Ok(()) } else { Err(format!("the log tells too much: {canaries:#?}")) }
}

/// `security.md` 32: 503 with a page meanwhile, and nobody is signed out by it.
async fn a_database_that_goes_away_comes_back_by_itself(app: TestApp) {
    drop(app);
    let server = postgres::Server::launch().expect("a PostgreSQL of its own");
    crate::support::app::prepare(&server).expect("the template");
    let url = server.create_database("away").expect("a copy of the template");
    let app = TestApp::start_at(&url).await;
    let admin = app.sign_in(Role::Admin).await;
    admin.get("/departments").await.expect(200);
    server.stop().expect("it stops");
    let page = admin.get("/departments").await.expect(503);
    assert!(page.says("does not answer just now") && page.header("retry-after").is_some());
    admin.post("/departments", &[("name", "Meanwhile")]).await.expect(503);
    app.nobody().get("/readyz").await.expect(503);
    app.nobody().get("/healthz").await.expect(200);
    server.start().expect("it starts again");
    let mut back = admin.get("/departments").await;
    for _ in 0..20 {
        if back.status == 200 {
            break;
        }
        back = admin.get("/departments").await;
    }
    assert!(!back.expect(200).says("Meanwhile"));
    app.stopper().stop(false).await;
}
