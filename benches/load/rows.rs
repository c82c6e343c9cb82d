//! What is measured.

use std::cell::Cell;
use std::path::Path;

use infirmary::access::Role;

use crate::Options;
use crate::floor::Floor;
use crate::people::{self, People, Session};
use crate::server::Server;
use crate::world::{PASSWORD, World};
use crate::wrk::{self, Ask, Load};

/// One row of the table.
pub struct Row<'a> {
    pub name: &'static str,
    path: String,
    who: Option<&'a Session>,
    connections: usize,
    /// Forms to send; none for a page that is looked at.
    forms: Forms<'a>,
    /// The ratio to the floor that is wanted, if one is.
    pub wanted: Option<f64>,
}

enum Forms<'a> {
    None,
    /// The same again and again.
    Login(&'a str),
    /// Each once.
    Bookings(&'a World, &'a Cell<usize>),
}

/// What a row came to.
pub struct Measured {
    pub name: &'static str,
    pub load: Load,
    pub floor: Option<Load>,
    /// The median of the rounds' ratios.
    pub ratio: Option<f64>,
    pub bytes: usize,
    pub compressed: usize,
    /// Processors that the server kept busy.
    pub processors: f64,
    pub wanted: Option<f64>,
}

/// How many forms of one measurement are made at most: more than can be taken in its time.
const MOST_FORMS: u64 = 4_000;

pub fn rows<'a>(world: &'a World, people: &'a People) -> Vec<Row<'a>> {
    let used: &'static Cell<usize> = Box::leak(Box::new(Cell::new(0)));
    let page = |name, path: String, role: Option<Role>, wanted| Row {
        name,
        path,
        who: role.and_then(|role| people.get(&role)),
        connections: 16,
        forms: Forms::None,
        wanted,
    };
    let search = |words: &str| format!("/patients?q={}", infirmary::web::page::encode(words));
    let doctor = world.doctor;
    let mut rows = vec![
        page("login page", "/login".to_owned(), None, Some(0.6)),
        page(
            "day board, 200 appointments",
            format!("/board?date={}", world.busy_day),
            Some(Role::Receptionist),
            Some(0.2),
        ),
        page("patient search, three letters", search(&world.searches[0]), Some(Role::Receptionist), Some(0.2)),
        page("patient search, two words", search(&world.searches[1]), Some(Role::Receptionist), Some(0.2)),
        page("patient search, a number", search(&world.searches[2]), Some(Role::Receptionist), Some(0.2)),
        page("a patient's page", format!("/patients/{}", world.patient), Some(Role::Receptionist), Some(0.1)),
        page("chart", format!("/patients/{}/chart", world.patient), Some(Role::Doctor), Some(0.1)),
        page("chart, 500 visits", format!("/patients/{}/chart", world.long), Some(Role::Doctor), Some(0.1)),
        page("timeline, 500 visits", format!("/patients/{}/timeline", world.long), Some(Role::Doctor), Some(0.1)),
        page(
            "free times of a doctor",
            format!("/slots?doctor={doctor}&date={}", world.free_day),
            Some(Role::Receptionist),
            Some(0.2),
        ),
        page("booking: times of two weeks", format!("/book?doctor={doctor}"), Some(Role::Patient), Some(0.2)),
        page(
            "diagnosis search",
            "/diagnosis-codes/options?q=without%20mell%20type%202".to_owned(),
            Some(Role::Doctor),
            None,
        ),
        page("home of an administrator", "/".to_owned(), Some(Role::Admin), Some(0.2)),
        page("home of a receptionist", "/".to_owned(), Some(Role::Receptionist), Some(0.2)),
        page("home of a doctor", "/".to_owned(), Some(Role::Doctor), Some(0.2)),
        page("home of a pharmacist", "/".to_owned(), Some(Role::Pharmacist), Some(0.2)),
        page("home of an accountant", "/".to_owned(), Some(Role::Accountant), Some(0.2)),
        page("home of a patient", "/".to_owned(), Some(Role::Patient), Some(0.2)),
        page("static file", infirmary::web::asset("css/print.css").to_owned(), None, None),
    ];
    for (name, connections) in [("booking, one at a time", 1), ("booking, 16 at once", 16)] {
        let forms = Forms::Bookings(world, used);
        rows.push(Row {
            name,
            path: "/book".to_owned(),
            who: people.get(&Role::Receptionist),
            connections,
            forms,
            wanted: None,
        });
    }
    let login = world.logins.iter().find(|(role, _)| *role == Role::Receptionist).map_or("", |(_, login)| login);
    rows.push(Row {
        name: "login (argon2)",
        path: "/login".to_owned(),
        who: None,
        connections: 16,
        forms: Forms::Login(login),
        wanted: None,
    });
    rows
}

impl Row<'_> {
    /// Takes turns with the floor.
    pub fn measure(
        &self,
        options: &Options,
        server: &Server,
        floor: &Floor,
        folder: &Path,
    ) -> Result<Measured, String> {
        let is_form = !matches!(self.forms, Forms::None);
        let cookie = self.who.map(|session| session.cookie.as_str());
        let seen = people::look(server, &self.path, cookie)?;
        // A number opens its record: that is a redirect.
        if !is_form && seen.status != 200 && seen.status != 303 {
            return Err(format!("{}: {} is answered with {}", self.name, self.path, seen.status));
        }
        let mut headers: Vec<(&str, String)> = Vec::new();
        headers.extend(cookie.map(|cookie| ("Cookie", cookie.to_owned())));
        if is_form {
            headers.push(("Origin", server.url("")));
            headers.push(("Content-Type", "application/x-www-form-urlencoded".to_owned()));
        }
        let url = server.url(&self.path);
        let (mut rounds, mut floors, mut busy) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..options.rounds {
            let bodies = self.bodies(options.seconds);
            let seconds = options.seconds;
            let ask = Ask { url: &url, headers: &headers, connections: self.connections, seconds, bodies: &bodies };
            let before = server.processor();
            rounds.push(wrk::run(&ask, folder)?);
            busy.push((server.processor() - before) / seconds as f64);
            if !is_form {
                let url = floor.url(seen.body.len());
                let ask = Ask { url: &url, headers: &[], connections: self.connections, seconds, bodies: &[] };
                floors.push(wrk::run(&ask, folder)?);
            }
        }
        let mut ratios: Vec<f64> = rounds.iter().zip(&floors).map(|(own, floor)| own.rate / floor.rate).collect();
        ratios.sort_by(f64::total_cmp);
        Ok(Measured {
            name: self.name,
            load: median(rounds),
            ratio: ratios.get(ratios.len() / 2).copied(),
            floor: (!floors.is_empty()).then(|| median(floors)),
            bytes: if is_form { 0 } else { seen.body.len() },
            compressed: if is_form { 0 } else { seen.compressed },
            processors: busy.iter().sum::<f64>() / busy.len().max(1) as f64,
            wanted: self.wanted,
        })
    }

    fn bodies(&self, seconds: u64) -> Vec<String> {
        match &self.forms {
            Forms::None => Vec::new(),
            Forms::Login(login) => {
                let body = format!("login={login}&password={}", PASSWORD.replace(' ', "+"));
                vec![body; usize::try_from(seconds * MOST_FORMS).unwrap_or_default()]
            }
            Forms::Bookings(world, used) => {
                let wanted = usize::try_from(seconds * MOST_FORMS).unwrap_or_default();
                let token = self.who.map_or("", |session| session.token.as_str());
                let from = used.get();
                let mine: Vec<String> = world
                    .bookings
                    .iter()
                    .skip(from)
                    .take(wanted)
                    .map(|(patient, doctor, key)| {
                        format!("_token={token}&patient={patient}&doctor={doctor}&starts_at={key}&reason=Check-up&channel=desk")
                    })
                    .collect();
                used.set(from + mine.len());
                mine
            }
        }
    }
}

/// The round in the middle, by its rate.
fn median(mut rounds: Vec<Load>) -> Load {
    rounds.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}
