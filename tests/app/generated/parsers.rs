//! Everything that reads what was typed: it never panics, and what it wrote itself it reads as the same.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use infirmary::access::Role;
use infirmary::chart::vital_signs::Measure;
use infirmary::codes;
use infirmary::db::fold;
use infirmary::doctors::model::DoctorId;
use infirmary::medicines::directions;
use infirmary::money::Currency;
use infirmary::patients::model::{PatientId, name_search, searchable};
use infirmary::patients::wanted::Wanted;
use infirmary::schedule::model::{Exception, ExceptionId, ExceptionKind, Hours, HoursId};
use infirmary::schedule::{forms, slots};
use infirmary::time::{Zone, minute_of, minute_text, parse_date, parse_time};
use infirmary::web::{Form, page};
use infirmary::{accounts, appointments, departments, doctors, encounters, patients, prescriptions, settings};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{holds, typed};
use crate::support::Suite;

pub fn tests(suite: &mut Suite) {
    suite.once(dates_and_times);
    suite.once(money);
    suite.once(numbers_of_records);
    suite.once(names_and_searches);
    suite.once(hours_and_exceptions);
    suite.once(slots_are_in_order_and_apart);
    suite.once(directions_of_medicines);
    suite.once(vital_signs);
    suite.once(consultations);
    suite.once(prescriptions_as_written);
    suite.once(every_other_form);
    suite.once(addresses);
}

const CASES: u32 = 200;

fn day(days: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(1850, 1, 1).and_then(|d| d.checked_add_days(Days::new(days))).expect("within the years")
}

fn today() -> NaiveDate {
    parse_date("2026-06-15").expect("a date")
}

fn dates_and_times() -> Result<(), String> {
    holds(CASES, &(typed(), 0..128_000_u64, 0..1440_i32), |(text, days, minute)| {
        if let Some(date) = parse_date(&text) {
            prop_assert_eq!(parse_date(&date.to_string()), Some(date));
        }
        prop_assert_eq!(parse_date(&day(days).to_string()), Some(day(days)));
        if let Some(time) = parse_time(&text) {
            prop_assert_eq!(parse_time(&time.format("%H:%M:%S").to_string()), Some(time));
        }
        prop_assert_eq!(parse_time(&minute_text(minute)).map(minute_of), Some(minute));
        appointments::slots::parse_key(&text);
        Zone::named(&text);
        Ok(())
    })
}

fn money() -> Result<(), String> {
    let currencies = ["JPY", "EUR", "KWD", "CLF"].map(|code| Currency::named(code).expect("a real currency"));
    holds(CASES, &(typed(), any::<i64>(), 0..1_000_000_000_000_i64, select(currencies.to_vec())), |input| {
        let (text, any_amount, amount, currency) = input;
        if let Some(minor) = currency.parse(&text) {
            prop_assert!(minor >= 0);
            prop_assert_eq!(currency.parse(&currency.input(minor)), Some(minor));
        }
        prop_assert_eq!(currency.parse(&currency.input(amount)), Some(amount));
        let shown = currency.text(amount);
        prop_assert_eq!(currency.parse(shown.trim_end_matches(currency.code())), Some(amount));
        prop_assert!(currency.text(any_amount).ends_with(currency.code()));
        Currency::named(&text);
        Ok(())
    })
}

fn numbers_of_records() -> Result<(), String> {
    let prefixes = select(vec!["PAT", "APT", "ENC", "RX", "INV"]);
    holds(CASES, &(typed(), 0..1_000_000_000_000_000_i64, prefixes), |(text, id, prefix)| {
        if let Some(read) = codes::read(prefix, &text) {
            prop_assert_eq!(codes::read(prefix, &codes::write(prefix, read)), Some(read));
        }
        let written = codes::write(prefix, id);
        prop_assert_eq!(codes::read(prefix, &written), Some(id));
        prop_assert_eq!(codes::read(prefix, &format!("  {} ", written.to_lowercase())), Some(id));
        prop_assert_eq!(codes::read(prefix, &format!("{written}x")), None);
        prop_assert_eq!(PatientId::from_code(&PatientId(id).code()), Some(PatientId(id)));
        codes::read(&text, prefix);
        Ok(())
    })
}

fn names_and_searches() -> Result<(), String> {
    holds(CASES, &(typed(), typed()), |(one, other)| {
        let folded = fold::fold(&one);
        prop_assert!(folded.is_ascii());
        prop_assert_eq!(fold::fold(&folded), folded.clone());
        let key = fold::name_key(&one);
        prop_assert_eq!(fold::name_key(&key), key.clone());
        prop_assert!(fold::digits(&one).bytes().all(|b| b.is_ascii_digit()));
        let pattern = fold::contains(&one);
        prop_assert!(pattern.starts_with('%') && pattern.ends_with('%'));
        let search = searchable(&one);
        let plain = |b: u8| b.is_ascii_digit() || b.is_ascii_lowercase() || b == b' ';
        prop_assert!(search.bytes().all(plain), "{search}");
        prop_assert_eq!(searchable(&search), search.clone());
        prop_assert!(name_search(&one, &other).bytes().all(plain));

        let wanted = Wanted::parse(&one);
        prop_assert!(wanted.words.len() <= 8 && wanted.words.iter().all(|w| !w.is_empty() && w.bytes().all(plain)));
        prop_assert_eq!(wanted.is_anybody(), one.chars().take(200).all(char::is_whitespace));
        prop_assert!(!(wanted.is_anybody() && wanted.is_nobody()));
        wanted.exactly();
        Ok(())
    })
}

/// A form of some of these fields, each with anything in it and perhaps several times.
fn form(names: &'static [&'static str]) -> impl Strategy<Value = Form> {
    vec((select(names), typed()), 0..2 * names.len())
        .prop_map(|fields| Form::new(fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect(), Vec::new()))
}

fn time() -> impl Strategy<Value = String> {
    prop_oneof![4 => (0..1440_i32).prop_map(minute_text), 1 => typed()]
}

fn date() -> impl Strategy<Value = String> {
    prop_oneof![4 => (64_400..64_600_u64).prop_map(|days| day(days).to_string()), 1 => typed()]
}

fn hours_and_exceptions() -> Result<(), String> {
    let number = || prop_oneof![4 => (1..300_i32).prop_map(|n| n.to_string()), 1 => typed()];
    let weekday = prop_oneof![6 => (1..=7_i32).prop_map(|n| n.to_string()), 1 => typed()];
    let hours = (vec(weekday, 0..9), time(), time(), number(), date(), date());
    let zone = Zone::named("Europe/Paris").expect("a real zone");
    let now = today().and_time(NaiveTime::MIN);
    holds(CASES, &hours, |(days, start, end, slot, from, to)| {
        let mut form = Form::default();
        for day in days {
            form.push("days", day);
        }
        for (name, value) in
            [("start", start), ("end", end), ("slot_minutes", slot), ("valid_from", from), ("valid_to", to)]
        {
            form.push(name, value);
        }
        let Some(input) = forms::parse_hours(&mut form) else {
            prop_assert!(!form.errors.is_empty());
            return Ok(());
        };
        prop_assert!(input.days.iter().all(|day| (1..=7).contains(day)) && input.days.windows(2).all(|d| d[0] < d[1]));
        prop_assert!(input.slot_minutes <= input.end_minute - input.start_minute && input.end_minute <= 1440);
        let stored = Hours {
            id: HoursId(1),
            doctor_id: DoctorId(1),
            day_of_week: input.days[0],
            start_minute: input.start_minute,
            end_minute: input.end_minute,
            slot_minutes: input.slot_minutes,
            is_active: input.is_active,
            valid_from: input.valid_from,
            valid_to: input.valid_to,
            version: 1,
        };
        let again = forms::parse_hours(&mut forms::filled_hours(&stored));
        prop_assert_eq!(again, Some(forms::HoursInput { days: vec![stored.day_of_week], ..input }));
        Ok(())
    })?;
    let kind = prop_oneof![4 => select(vec!["off", "extra"]).prop_map(ToOwned::to_owned), 1 => typed()];
    let exception = (kind, select(vec!["", "yes"]), date(), time(), date(), time(), number(), typed());
    holds(CASES, &exception, |(kind, whole, from_date, from_time, to_date, to_time, slot, reason)| {
        let mut form = Form::of([
            ("kind", kind),
            ("whole_day", whole.to_owned()),
            ("from_date", from_date),
            ("from_time", from_time),
            ("to_date", to_date),
            ("to_time", to_time),
            ("slot_minutes", slot),
            ("reason", reason),
        ]);
        let Some(input) = forms::parse_exception(&mut form, zone, now) else {
            prop_assert!(!form.errors.is_empty());
            return Ok(());
        };
        let longest = if input.kind == ExceptionKind::Extra { 31 } else { 366 };
        prop_assert!(input.starts_at < input.ends_at && now < input.ends_at);
        prop_assert!(input.ends_at - input.starts_at <= TimeDelta::days(longest));
        Ok(())
    })
}

fn slots_are_in_order_and_apart() -> Result<(), String> {
    let zones = select(vec!["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]);
    // Sessions of one day that do not overlap, as the database keeps them.
    let week = vec((1..=7_i32, select(vec![(0, 480), (480, 720), (720, 1440)]), 5..=240_i32), 0..8);
    let exceptions = vec((any::<bool>(), -3_000..30_000_i64, 1..44_640_i64, 5..=240_i32), 0..4);
    holds(60, &(zones, 0..400_u64, 0..12_u64, week, exceptions), |(zone, first, length, week, exceptions)| {
        let zone = Zone::named(zone).expect("a real zone");
        let from = today().checked_add_days(Days::new(first)).expect("not far");
        let to = from.checked_add_days(Days::new(length)).expect("not far");
        let mut hours: Vec<Hours> = Vec::new();
        for (day_of_week, (start_minute, end_minute), slot_minutes) in week {
            if hours.iter().all(|h| (h.day_of_week, h.start_minute) != (day_of_week, start_minute)) {
                hours.push(Hours {
                    id: HoursId(1),
                    doctor_id: DoctorId(1),
                    day_of_week,
                    start_minute,
                    end_minute,
                    slot_minutes,
                    is_active: true,
                    valid_from: None,
                    valid_to: None,
                    version: 1,
                });
            }
        }
        let begin: NaiveDateTime = from.and_time(NaiveTime::MIN);
        let exceptions: Vec<Exception> = exceptions
            .into_iter()
            .map(|(is_extra, start, length, slot_minutes)| Exception {
                id: ExceptionId(1),
                doctor_id: DoctorId(1),
                kind: if is_extra { ExceptionKind::Extra } else { ExceptionKind::Off },
                // As the form reads them, from the hospital's clock.
                starts_at: zone.utc_or_later(begin + TimeDelta::minutes(start)),
                ends_at: zone.utc_or_later(begin + TimeDelta::minutes(start + length)),
                slot_minutes,
                reason: String::new(),
            })
            .filter(|exception| exception.starts_at < exception.ends_at)
            .collect();
        let made = slots::slots(zone, from, to, &hours, &exceptions);
        prop_assert!(made.windows(2).all(|pair| pair[0].ends_at <= pair[1].starts_at), "{made:?}");
        let (begin, end) = (zone.day(from).0, zone.day(to).1);
        prop_assert!(made.iter().all(|slot| begin <= slot.starts_at && slot.starts_at < end));
        let covered = |slot: &&infirmary::schedule::model::SlotTime| {
            slots::covers(zone, slot.starts_at, slot.ends_at, &hours, &exceptions)
        };
        prop_assert_eq!(made.iter().find(|slot| !covered(slot)), None, "what is offered is within the hours");
        Ok(())
    })
}

fn directions_of_medicines() -> Result<(), String> {
    let often = prop_oneof![select(directions::FREQUENCIES).prop_map(|f| f.code.to_owned()), typed()];
    let unit = prop_oneof![select(directions::UNITS).prop_map(|(unit, _)| unit.to_owned()), typed()];
    let dose = prop_oneof!["[0-9]{1,4}([.,/-][0-9]{1,3})?", typed()];
    let days = proptest::option::of(prop_oneof![1..800_i32, any::<i32>()]);
    holds(CASES, &(dose, unit, typed(), often, days), |(dose, unit, route, often, days)| {
        directions::dose_in_thousandths(&dose);
        directions::words(&dose, &unit, &route, &often, days);
        directions::unit_after(true, &unit);
        if let Some(quantity) = directions::quantity(&dose, &unit, &often, days) {
            prop_assert!((1..=directions::MOST).contains(&quantity), "{quantity}");
        }
        if let Some(known) = directions::frequency(&often) {
            prop_assert_eq!(directions::frequency(known.code), Some(known));
        }
        Ok(())
    })
}

fn vital_signs() -> Result<(), String> {
    holds(CASES, &(typed(), any::<u32>(), select(Measure::ALL.to_vec())), |(text, pick, measure)| {
        if let Ok(Some(value)) = measure.parse(&text) {
            prop_assert!(measure.limits().contains(&value));
            prop_assert_eq!(measure.parse(&measure.text(value)), Ok(Some(value)));
        }
        let (low, high) = measure.limits().into_inner();
        let value = low + i32::try_from(i64::from(pick) % i64::from(high - low + 1)).expect("within the limits");
        prop_assert_eq!(measure.parse(&measure.text(value)), Ok(Some(value)));
        Ok(())
    })
}

fn consultations() -> Result<(), String> {
    const FIELDS: &[&str] =
        &["symptoms", "treatment_plan", "notes", "follow_up_date", "pulse", "systolic", "diastolic"];
    const ROW: &[&str] = &["dx_code", "dx_text", "dx_primary"];
    let short = || prop_oneof![3 => "[A-Z][0-9]{2}(\\.[0-9])?", 2 => typed()];
    let rows = vec((select(ROW), short()), 0..30);
    holds(CASES, &(form(FIELDS), rows), |(mut form, rows)| {
        for (name, value) in rows {
            form.push(name, value);
        }
        let content = encounters::forms::read(&mut form, &Default::default(), today(), &Default::default());
        let mut shown = encounters::forms::filled(&content, 1);
        prop_assert_eq!(
            encounters::forms::read(&mut shown, &Default::default(), today(), &Default::default()),
            content
        );
        prop_assert!(shown.errors.is_empty(), "{:?}", shown.errors);
        Ok(())
    })
}

fn prescriptions_as_written() -> Result<(), String> {
    const LINE: &[&str] = &["medicine", "dose", "unit", "route", "frequency", "duration", "quantity", "instructions"];
    let short = || prop_oneof![3 => "[a-z0-9]{1,6}", 2 => "[1-9][0-9]?", 1 => Just(String::new()), 1 => typed()];
    let route = prop_oneof![4 => select(directions::ROUTES).prop_map(|(route, _)| route.to_owned()), 1 => typed()];
    let line = (vec(short(), 8), route);
    let test = (short(), short(), select(vec!["routine", "urgent", "stat", "", "now"]));
    let rest = (typed(), typed(), date());
    holds(CASES, &(vec(line, 0..4), vec(test, 0..3), rest), |(lines, tests, (diagnosis, notes, until))| {
        let mut form = Form::of([("diagnosis", diagnosis), ("notes", notes), ("valid_until", until)]);
        for (cells, route) in lines {
            for (name, cell) in LINE.iter().zip(cells) {
                form.push(name, if *name == "route" { route.clone() } else { cell });
            }
        }
        for (test, instructions, priority) in tests {
            form.push("test", test);
            form.push("test_instructions", instructions);
            form.push("priority", priority);
        }
        for line in prescriptions::forms::medication_lines(&form) {
            line.preview();
        }
        prescriptions::forms::parse_complete(&mut form.clone(), today());
        let Some(content) = prescriptions::forms::parse(&mut form, today()) else {
            prop_assert!(!form.errors.is_empty());
            return Ok(());
        };
        let mut shown = prescriptions::forms::filled(&content, 1);
        prop_assert_eq!(prescriptions::forms::parse(&mut shown, today()), Some(content), "{:?}", shown.errors);
        Ok(())
    })
}

/// Their fields are read by `Form`; each finds all that is wrong and gives nothing then.
fn every_other_form() -> Result<(), String> {
    const FIELDS: &[&str] = &[
        "name",
        "description",
        "location",
        "phone",
        "head_id",
        "is_active",
        "first_name",
        "last_name",
        "username",
        "email",
        "role",
        "designation",
        "license_number",
        "address",
        "date_of_birth",
        "gender",
        "blood_group",
        "emergency_name",
        "emergency_phone",
        "insurance_provider",
        "insurance_valid_until",
        "medical_history",
        "hospital_name",
        "time_zone",
        "currency",
        "department_id",
        "specializations",
        "experience_years",
        "consultation_fee",
        "bio",
        "status",
        "who",
        "user_id",
        "reason",
        "symptoms",
        "notes",
        "channel",
        "_once",
        "_token",
        "version",
        "a[b][c]",
        "",
    ];
    let euro = Currency::named("EUR").expect("a real currency");
    holds(CASES, &form(FIELDS), |form| {
        departments::forms::parse(&mut form.clone());
        doctors::forms::parse(&mut form.clone(), euro);
        doctors::forms::parse_own(&mut form.clone());
        doctors::forms::parse_who(&mut form.clone());
        patients::forms::parse(&mut form.clone(), today(), true);
        patients::forms::parse_contact(&mut form.clone());
        settings::forms::parse(&mut form.clone(), 2026);
        accounts::forms::parse_invitation(&mut form.clone());
        accounts::forms::parse_edit(&mut form.clone(), Role::Doctor);
        appointments::forms::details(&mut form.clone(), None);
        appointments::forms::walk_in(&mut form.clone());
        appointments::forms::cancel_reason(&mut form.clone());
        let mut form = form;
        for name in FIELDS {
            let (phone, email) = (form.phone(name), form.email(name));
            let digits = phone.chars().filter(char::is_ascii_digit).count();
            prop_assert!(form.error(name).is_some() || phone.is_empty() || (3..=20).contains(&digits), "{phone:?}");
            prop_assert!(form.error(name).is_some() || email.is_none_or(|e| e.contains('@')));
            form.number(name, -5..=5_i64);
            form.money(name, euro);
            form.id::<DoctorId>(name);
            form.choice::<Role>(name, "Choose one.");
            let text = form.text(name, 100_000_000);
            prop_assert!(!text.contains('\r') && text.trim() == text, "{text:?}");
        }
        form.typed();
        Ok(())
    })
}

/// `security.md` 17: what leads on is one of our own addresses, and whatever is encoded is one value.
fn addresses() -> Result<(), String> {
    let next = prop_oneof![typed(), typed().prop_map(|text| format!("/{text}"))];
    holds(CASES, &next, |next| {
        let path = page::local_path(&next);
        prop_assert!(path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'));
        prop_assert!(path.bytes().all(|b| b.is_ascii_graphic()));
        let encoded = page::encode(&next);
        let query = format!("a={encoded}&b=c");
        let read = actix_web::web::Query::<Vec<(String, String)>>::from_query(&query).expect("a query").into_inner();
        prop_assert_eq!(read, vec![("a".to_owned(), next), ("b".to_owned(), "c".to_owned())]);
        Ok(())
    })
}
