//! Every route × every role × somebody else's object, against the one table `access.tsv` (`security.md` 19).

use std::collections::BTreeSet;

use actix_web::App;
use infirmary::access::Role;
use infirmary::appointments::model::AppointmentStatus;
use infirmary::web::Routes;

use crate::support::{Reply, Suite, TestApp, Visitor, chart, factory, money, papers, pharmacy};

pub fn tests(suite: &mut Suite) {
    suite.once(every_route_has_its_row);
    suite.both(everybody_gets_what_the_table_says);
    suite.both(a_request_from_another_site_changes_nothing);
}

/// The columns of the table after method and path.
const PEOPLE: [Option<Role>; 8] = [
    Some(Role::Admin),
    Some(Role::Receptionist),
    Some(Role::Doctor),
    Some(Role::Pharmacist),
    Some(Role::Accountant),
    Some(Role::BillingManager),
    Some(Role::Patient),
    None,
];

/// A line of the table.
pub struct Row {
    pub method: String,
    pub path: String,
    expected: Vec<String>,
}

/// The table.
pub fn rows() -> Vec<Row> {
    include_str!("access.tsv")
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| {
            let mut words = line.split_whitespace().map(ToOwned::to_owned);
            let (method, path) = (words.next().expect("a method"), words.next().expect("a path"));
            let expected: Vec<String> = words.collect();
            assert_eq!(expected.len(), PEOPLE.len(), "one expectation for each column: {line}");
            Row { method, path, expected }
        })
        .collect()
}

fn every_route_has_its_row() -> Result<(), String> {
    let mut routes = BTreeSet::new();
    let _app = App::new().configure(|config| {
        let mut registered = Routes::new(config);
        infirmary::app::routes(&mut registered);
        routes = registered.list().iter().map(|(method, path)| format!("{method} {path}")).collect();
    });
    let rows: BTreeSet<String> = rows().iter().map(|row| format!("{} {}", row.method, row.path)).collect();
    let missing: Vec<&String> = routes.difference(&rows).collect();
    let gone: Vec<&String> = rows.difference(&routes).collect();
    if missing.is_empty() && gone.is_empty() && !routes.is_empty() {
        return Ok(());
    }
    Err(format!("routes without a row: {missing:?}; rows without a route: {gone:?}"))
}

/// A new person who may open this route: the first of the table who does, if anybody does.
pub async fn visitor_for(app: &TestApp, row: &Row) -> Option<Visitor> {
    let column = row.expected.iter().position(|e| e == "ok")?;
    match PEOPLE[column] {
        Some(role) => Some(app.sign_in(role).await),
        None => Some(app.nobody()),
    }
}

/// What an answer means for access.
fn outcome(reply: &Reply) -> String {
    match reply.status {
        303 if reply.location().starts_with("/login") => "login".to_owned(),
        401 => "login".to_owned(),
        403 | 404 | 410 => reply.status.to_string(),
        200..=499 => "ok".to_owned(),
        broken => broken.to_string(),
    }
}

async fn everybody_gets_what_the_table_says(app: TestApp) {
    let mut wrong = Vec::new();
    for (column, person) in PEOPLE.iter().enumerate() {
        // New objects for each, because administrators may remove them.
        let world = World::make(&app);
        for row in rows() {
            // A new person for each row, because some rows sign people out or change their account.
            let visitor = match person {
                Some(role) => app.sign_in(*role).await,
                None => app.nobody(),
            };
            let path = world.fill(&row.path, &visitor);
            let reply = match row.method.as_str() {
                "GET" => visitor.get(&path).await,
                _ => visitor.post(&path, &[]).await,
            };
            let (found, expected) = (outcome(&reply), &row.expected[column]);
            if found != *expected {
                let who = person.map_or("nobody", Role::as_str);
                wrong.push(format!(
                    "{} {} as {who}: expected {expected}, got {found} ({})",
                    row.method, row.path, reply.status
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Objects that belong to none of the people who ask.
pub struct World {
    department: String,
    patient: String,
    user: String,
    appointment: String,
    /// A signed visit of that patient.
    encounter: String,
    /// A submitted prescription of that patient.
    prescription: String,
    dispensing: String,
    doctor: String,
    specialization: String,
    medicine: String,
    batch: String,
    receipt: String,
    supplier: String,
    stocktake: String,
    substance: String,
    interaction: String,
    hours: String,
    exception: String,
    allergy: String,
    condition: String,
    statement: String,
    line: String,
    document: String,
    charge: String,
    bill: String,
    payment: String,
    /// Somebody else's cashier's day, which is open.
    session: String,
    tax_rate: String,
    price: String,
    /// A test with a result that nobody has read.
    test_order: String,
}

impl World {
    pub fn make(app: &TestApp) -> Self {
        let now = app.now();
        app.write(move |db| {
            let patient = factory::patient(db, now)?;
            let doctor = factory::doctor(db, now)?;
            let prescription = factory::submitted_prescription(db, patient, now)?;
            let test_order = papers::ordered_test(db, patient, now)?;
            papers::result(db, test_order, now)?;
            let medicine = factory::medicine(db, now)?;
            let batch = pharmacy::batch(db, medicine, "2031-01-31", 100, now)?;
            let (receipt, supplier) = pharmacy::receipt_of(db, batch)?;
            Ok(Self {
                bill: money::issued_bill(db, patient, now)?.to_string(),
                tax_rate: money::tax_rate(db, now)?.to_string(),
                payment: money::payment(db, patient, now)?.to_string(),
                session: {
                    let cashier = factory::person(db, Role::Receptionist, now)?;
                    money::session(db, cashier, now)?.to_string()
                },
                charge: money::charge(db, patient, 1_000, now)?.to_string(),
                price: money::price(db, now)?.to_string(),
                document: papers::document(db, patient, now)?.to_string(),
                test_order: test_order.to_string(),
                batch: batch.to_string(),
                receipt: receipt.to_string(),
                supplier: supplier.to_string(),
                stocktake: pharmacy::stocktake(db, now)?.to_string(),
                allergy: chart::allergy(db, patient, "Latex", now)?.to_string(),
                condition: chart::condition(db, patient, "Asthma", now)?.to_string(),
                statement: chart::told(db, patient, "Ramipril", now)?.to_string(),
                line: chart::lines_of(db, prescription)?.first().map(ToString::to_string).unwrap_or_default(),
                department: factory::department(db, now)?.to_string(),
                user: factory::person(db, Role::Receptionist, now)?.to_string(),
                appointment: {
                    let (patient, doctor) = (factory::patient(db, now)?, factory::doctor(db, now)?);
                    factory::appointment(db, patient, doctor, now, AppointmentStatus::Scheduled)?.to_string()
                },
                patient: patient.to_string(),
                encounter: factory::signed_visit(db, patient, now)?.to_string(),
                prescription: prescription.to_string(),
                dispensing: pharmacy::declined_dispensing(db, now)?.to_string(),
                doctor: doctor.to_string(),
                medicine: medicine.to_string(),
                substance: factory::substance(db, now)?.to_string(),
                interaction: factory::interaction(db, now)?.to_string(),
                hours: factory::hours(db, doctor, 1, (540, 720, 30), now)?.to_string(),
                exception: factory::day_off(db, doctor, now)?.to_string(),
                specialization: factory::specialization(db, now)?.to_string(),
            })
        })
    }

    /// The path with somebody else's objects in it.
    pub fn fill(&self, path: &str, _visitor: &Visitor) -> String {
        let kind = path.split('/').nth(1).unwrap_or_default();
        let id = match kind {
            "departments" => &self.department,
            "medicines" => &self.medicine,
            "batches" => &self.batch,
            "receipts" => &self.receipt,
            "suppliers" => &self.supplier,
            "stocktakes" => &self.stocktake,
            "substances" => &self.substance,
            "interactions" => &self.interaction,
            "patients" => &self.patient,
            "users" => &self.user,
            "appointments" => &self.appointment,
            "encounters" => &self.encounter,
            "prescriptions" | "pharmacy" => &self.prescription,
            "dispensings" => &self.dispensing,
            "doctors" => &self.doctor,
            "specializations" => &self.specialization,
            "documents" => &self.document,
            "bills" => &self.bill,
            "payments" => &self.payment,
            "cash-sessions" => &self.session,
            "tax-rates" => &self.tax_rate,
            "charges" => &self.charge,
            "prices" => &self.price,
            "test-orders" => &self.test_order,
            _ => "1",
        };
        path.replace("{id}", id)
            .replace("{hours}", &self.hours)
            .replace("{exception}", &self.exception)
            .replace("{act}", "adjust")
            .replace("{part}", "allergies")
            .replace("{entry}", &self.allergy)
            .replace("{allergy}", &self.allergy)
            .replace("{condition}", &self.condition)
            .replace("{statement}", &self.statement)
            .replace("{line}", &self.line)
            .replace("{token}", "no-such-token")
            .replace("{path:.*}", "nothing.css")
    }
}

async fn a_request_from_another_site_changes_nothing(app: TestApp) {
    let admin = app.sign_in(Role::Admin).await;
    let fields = [("name", "Planted"), ("_token", admin.token.as_str())];
    let elsewhere: [&[(&str, &str)]; 5] = [
        &[],
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site")],
    ];
    for headers in elsewhere {
        admin.post_raw("/departments", &fields, headers).await.expect(403);
    }
    // From our own page, but without the session's token.
    let page = admin.post_raw("/departments", &[("name", "Planted")], &[("Sec-Fetch-Site", "same-origin")]).await;
    assert!(page.expect(409).says("Please send this again"));
    assert!(!admin.get("/departments").await.expect(200).says("Planted"));
}
