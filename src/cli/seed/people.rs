//! Made-up people. Each is a pure function of the seed, the day and a position, so that a visit two years later finds
//! the same person without anything being kept in memory.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta};

use super::catalogue::Catalogue;
use super::names::Names;
use super::rng::Rng;
use super::rows;
use crate::db::fold::{digits, fold};
use crate::patients::model::name_search;

const CORE: u64 = 1;
const DETAILS: u64 = 2;
const HEALTH: u64 = 3;

/// How many in a thousand people are in each five years of age, from birth to 104: those who see doctors, so with more
/// small children and old people than in the street. (Many of the youngest turn out older: see [`Population::core`].)
const AGES: [u32; 21] = [110, 38, 42, 46, 56, 64, 68, 68, 66, 64, 66, 70, 70, 64, 54, 40, 27, 15, 6, 2, 0];

/// Frequencies in a thousand, of the mixed population of a large city.
const BLOOD_GROUPS: [(&str, u32); 8] =
    [("O+", 390), ("A+", 300), ("B+", 130), ("AB+", 40), ("O-", 60), ("A-", 55), ("B-", 18), ("AB-", 7)];

const INSURERS: [(&str, &str, u32); 6] = [
    ("Meridian Health Mutual", "MHM", 28),
    ("Blue Harbor Insurance", "BHI", 22),
    ("Northstar Care", "NSC", 16),
    ("Riverside Community Plan", "RCP", 18),
    ("Unity Public Health Fund", "UPH", 12),
    ("Falconer & Reed Assurance", "FRA", 4),
];

/// Substance, reaction, severity, weight.
const ALLERGIES: [(&str, &str, &str, u32); 14] = [
    ("Penicillin", "Rash", "moderate", 22),
    ("Amoxicillin", "Hives", "moderate", 8),
    ("Penicillin", "Anaphylaxis", "severe", 3),
    ("Ibuprofen", "Wheezing", "moderate", 7),
    ("Aspirin", "Swelling of the lips", "severe", 5),
    ("Sulfamethoxazole", "Rash", "mild", 8),
    ("Codeine", "Nausea and vomiting", "mild", 6),
    ("Latex", "Contact dermatitis", "mild", 7),
    ("Peanut", "Anaphylaxis", "severe", 5),
    ("Shellfish", "Hives", "moderate", 5),
    ("Iodinated contrast", "Itching", "mild", 4),
    ("Bee venom", "Swelling of the arm", "moderate", 5),
    ("Grass pollen", "Sneezing", "mild", 10),
    ("Adhesive plaster", "", "unknown", 5),
];

const HISTORIES: [(&str, u32); 10] = [
    ("Appendectomy as a teenager.", 14),
    ("Tonsillectomy in childhood.", 6),
    ("Never smoked. Alcohol on weekends.", 18),
    ("Stopped smoking five years ago.", 30),
    ("Smokes ten cigarettes a day.", 20),
    ("Caesarean section, one.", 25),
    ("Fracture of the left wrist, healed.", 10),
    ("Father had a heart attack at 58.", 25),
    ("Mother has type 2 diabetes.", 18),
    ("Hernia repair.", 35),
];

/// What decides which visits a person can have.
#[derive(Clone, Copy)]
pub(super) struct Core {
    pub gender: &'static str,
    /// Whether the body is a woman's, as far as age, name and illness go.
    pub is_female: bool,
    pub born: NaiveDate,
}

/// All the people of one hospital, by position from 0.
pub(super) struct Population {
    pub seed: u64,
    pub today: NaiveDate,
    pub count: u64,
    /// The id of the person at position 0.
    pub first_id: i64,
}

impl Population {
    pub fn id(&self, index: u64) -> i64 {
        self.first_id + i64::try_from(index).unwrap_or(0)
    }

    /// When the person was registered: in order of position, two thirds of them before the last two years.
    pub fn registered(&self, index: u64) -> NaiveDateTime {
        const EARLIER: u64 = 4 * 365;
        const LATER: u64 = 730;
        let third = self.count / 3;
        let (from, days, part, parts) = match index.checked_sub(self.count - third) {
            None => (EARLIER + LATER, EARLIER, index, self.count - third),
            Some(late) => (LATER, LATER, late, third),
        };
        // Seconds of ten open hours a day, so that people come in order and by daylight.
        let open = 10 * 3600;
        let at = u64::try_from(u128::from(days * open) * u128::from(part) / u128::from(parts.max(1))).unwrap_or(0);
        let day = self.today - Days::new(from) + Days::new(at / open);
        day.and_time(chrono::NaiveTime::MIN) + TimeDelta::seconds(i64::try_from(8 * 3600 + at % open).unwrap_or(0))
    }

    /// How many people are registered before that day begins.
    pub fn registered_before(&self, day: NaiveDate) -> u64 {
        let start = day.and_time(chrono::NaiveTime::MIN);
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.registered(middle) < start { low = middle + 1 } else { high = middle }
        }
        low
    }

    pub fn core(&self, index: u64) -> Core {
        let mut rng = Rng::of(self.seed, CORE, index);
        let band = rng.weighted(AGES.iter().copied());
        let age = band as u64 * 5 + rng.below(5);
        let days = age * 1461 / 4 + rng.below(365);
        // Nobody is registered before birth: who would be is a newborn on that day.
        let born = (self.today - Days::new(days)).min(self.registered(index).date() - Days::new(rng.below(20)));
        let women = 505 + u32::try_from(age.saturating_sub(60) * 5).unwrap_or(0);
        let is_female = rng.permille(women);
        let gender = match rng.below(1000) {
            0..6 => "other",
            6..14 => "unknown",
            _ if is_female => "female",
            _ => "male",
        };
        Core { gender, is_female, born }
    }

    /// The chronic conditions of a person: positions in [`Catalogue::problems`], with the date each began.
    pub fn conditions(&self, catalogue: &Catalogue, index: u64, core: Core) -> Vec<(usize, NaiveDate)> {
        let mut rng = Rng::of(self.seed, HEALTH, index);
        let age = age(core.born, self.today);
        let mut found = Vec::new();
        for &at in &catalogue.chronic {
            let problem = &catalogue.problems[at];
            let rate = problem.chronic.map_or(0, |rates| rate_at(rates, age));
            // Drawn for everybody, so that one condition's rate does not change who has the next.
            let (has_it, share) = (rng.permille(rate), rng.range(2, 30));
            if has_it && problem.suits(age, core.is_female) {
                let adult = (self.today - core.born).num_days();
                let ago = (adult * share / 100).min(25 * 365);
                found.push((at, self.today - TimeDelta::days(ago.max(40))));
            }
        }
        found
    }

    /// The row of a person, with what is kept about allergies and conditions.
    pub fn person(&self, names: &Names, catalogue: &Catalogue, index: u64, chart: &mut Chart) -> rows::Patient {
        let core = self.core(index);
        let mut rng = Rng::of(self.seed, DETAILS, index);
        let (id, registered) = (self.id(index), self.registered(index));
        let (age, year) = (age(core.born, self.today), core.born.year());
        let origin = names.origin(&mut rng);
        let first = names.first(&mut rng, origin, core.is_female, year);
        let last = names.last(&mut rng, origin);
        let phone = if rng.percent(94) { phone(&mut rng) } else { String::new() };
        let email = match age {
            15..=80 if rng.percent(66) => email(first, last, index, &mut rng),
            _ => String::new(),
        };
        let (relation, relative_is_female) = match (age, rng.percent(60)) {
            (..18, mother) => (if mother { "Mother" } else { "Father" }, mother),
            (70.., true) => *rng.pick(&[("Daughter", true), ("Son", false)]),
            (_, true) => ("Spouse", !core.is_female),
            (_, false) => *rng.pick(&[("Sister", true), ("Brother", false), ("Friend", core.is_female)]),
        };
        let has_contact = rng.percent(if age < 18 { 97 } else { 78 });
        let relative_born = match relation {
            "Mother" | "Father" => year - 30,
            "Daughter" | "Son" => year + 29,
            _ => year,
        };
        let relative = names.first(&mut rng, origin, relative_is_female, relative_born);
        let relatives_last = if rng.percent(80) { last } else { names.last(&mut rng, origin) };
        let insurer = &INSURERS[rng.weighted(INSURERS.iter().map(|i| i.2))];
        let is_insured = rng.percent(84);
        let policy = format!("{}-{:08}", insurer.1, rng.range(10_000_000, 99_999_999));
        let year_end = |year| NaiveDate::from_ymd_opt(year, 12, 31);
        let valid_until =
            if rng.percent(7) { year_end(self.today.year() - 1) } else { year_end(self.today.year() + 1) };
        let group = rng.weighted(BLOOD_GROUPS.iter().map(|g| g.1));
        let blood_group = rng.percent(72).then_some(BLOOD_GROUPS[group].0);
        self.chart_of(catalogue, index, core, &mut rng, chart);
        rows::Patient {
            id,
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            name_search: name_search(first, last),
            date_of_birth: core.born,
            gender: core.gender,
            blood_group,
            phone_digits: digits(&phone),
            phone,
            email,
            address: names.address(&mut rng),
            emergency_name: if has_contact { format!("{relative} {relatives_last}") } else { String::new() },
            emergency_relation: if has_contact { relation } else { "" },
            emergency_phone: if has_contact { self::phone(&mut rng) } else { String::new() },
            insurance_provider: if is_insured { insurer.0 } else { "" },
            insurance_policy_number: if is_insured { policy } else { String::new() },
            insurance_valid_until: valid_until.filter(|_| is_insured),
            medical_history: history(&mut rng, age, core.is_female),
            registered_by: None,
            created_at: registered,
            updated_at: registered,
        }
    }

    fn chart_of(&self, catalogue: &Catalogue, index: u64, core: Core, rng: &mut Rng, chart: &mut Chart) {
        let (patient_id, noted_at) = (self.id(index), self.registered(index));
        if rng.permille(170) {
            let first = rng.weighted(ALLERGIES.iter().map(|a| a.3));
            let second = rng.weighted(ALLERGIES.iter().map(|a| a.3));
            let both = rng.percent(16) && ALLERGIES[first].0 != ALLERGIES[second].0;
            for at in [Some(first), both.then_some(second)].into_iter().flatten() {
                let (substance, reaction, severity, _) = ALLERGIES[at];
                chart.allergies.push(rows::Allergy {
                    patient_id,
                    substance,
                    substance_key: fold(substance),
                    reaction,
                    severity,
                    noted_by: None,
                    noted_at,
                });
            }
        }
        for (at, onset) in self.conditions(catalogue, index, core) {
            let problem = &catalogue.problems[at];
            chart.conditions.push(rows::Condition {
                patient_id,
                code: problem.code,
                description: problem.diagnosis,
                description_key: fold(problem.diagnosis),
                onset_date: Some(onset),
                resolved_date: None,
                noted_by: None,
                noted_at: noted_at.max(onset.and_time(noted_at.time())),
            });
        }
    }

    /// The person's name alone, for histories.
    pub fn name(&self, names: &Names, index: u64) -> String {
        let core = self.core(index);
        let mut rng = Rng::of(self.seed, DETAILS, index);
        let origin = names.origin(&mut rng);
        let first = names.first(&mut rng, origin, core.is_female, core.born.year());
        format!("{first} {}", names.last(&mut rng, origin))
    }
}

/// What is known about people beside their rows.
#[derive(Default)]
pub(super) struct Chart {
    pub allergies: Vec<rows::Allergy>,
    pub conditions: Vec<rows::Condition>,
    pub none_known: Vec<rows::NoneKnown>,
    pub told: Vec<rows::Told>,
    pub vitals: Vec<rows::Vitals>,
}

pub(super) fn age(born: NaiveDate, on: NaiveDate) -> u32 {
    crate::time::age(born, on)
}

/// The rate at an age, on straight lines between those at 30, 50 and 75; children have a tenth of those at 30.
fn rate_at([young, middle, old]: [u32; 3], age: u32) -> u32 {
    let between = |from: u32, to: u32, part: u32, of: u32| (from * (of - part) + to * part) / of;
    match age {
        0..16 => young / 10,
        16..30 => between(young / 10, young, age - 16, 14),
        30..50 => between(young, middle, age - 30, 20),
        50..75 => between(middle, old, age - 50, 25),
        _ => old,
    }
}

/// A number of an area that was never given out.
pub(super) fn phone(rng: &mut Rng) -> String {
    format!("+1 555 {:03} {:04}", rng.range(200, 999), rng.range(0, 9999))
}

/// An address on a domain that is set aside for examples (RFC 2606): nobody gets a made-up person's mail.
pub(super) fn email(first: &str, last: &str, number: u64, rng: &mut Rng) -> String {
    let domain = rng.pick(&["example.org", "example.com", "example.net"]);
    format!("{}.{}{}@{domain}", login_part(first), login_part(last), number + 1)
}

/// Letters and digits of a name, plain.
pub(super) fn login_part(name: &str) -> String {
    fold(name).chars().filter(char::is_ascii_alphanumeric).collect()
}

fn history(rng: &mut Rng, age: u32, is_female: bool) -> String {
    let mut text = Vec::new();
    for _ in 0..rng.below(3) {
        let (line, youngest) = rng.pick(&HISTORIES);
        if age >= *youngest && !text.contains(line) && (is_female || !line.starts_with("Caesarean")) {
            text.push(*line);
        }
    }
    text.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn town() -> Population {
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a date");
        Population { seed: 5, today, count: 20_000, first_id: 1 }
    }

    #[test]
    fn ages_and_sexes_are_those_of_a_population() {
        let town = town();
        let cores: Vec<Core> = (0..town.count).map(|i| town.core(i)).collect();
        let of = |from: u32, to: u32| {
            cores.iter().filter(|c| (from..=to).contains(&age(c.born, town.today))).count() * 100 / cores.len()
        };
        assert!((12..=24).contains(&of(0, 16)), "{}", of(0, 16));
        assert!((12..=24).contains(&of(65, 104)), "{}", of(65, 104));
        assert!(cores.iter().all(|c| c.born <= town.today && age(c.born, town.today) < 105));
        let women = cores.iter().filter(|c| c.is_female).count() * 100 / cores.len();
        assert!((48..=56).contains(&women), "{women}");
    }

    #[test]
    fn people_are_registered_in_order_after_birth_and_before_today() {
        let town = town();
        for index in 1..town.count {
            assert!(town.registered(index - 1) <= town.registered(index));
            assert!(town.core(index).born <= town.registered(index).date());
        }
        assert!(town.registered(town.count - 1).date() < town.today);
        let noon = town.today - Days::new(300);
        let before = town.registered_before(noon);
        assert!(town.registered(before - 1).date() < noon && town.registered(before).date() >= noon);
    }

    #[test]
    fn old_people_have_more_conditions_than_young_ones() {
        let (town, catalogue) = (town(), Catalogue::load().expect("reads"));
        let mean = |from: u32, to: u32| {
            let counts: Vec<usize> = (0..4000)
                .map(|i| (i, town.core(i)))
                .filter(|(_, c)| (from..=to).contains(&age(c.born, town.today)))
                .map(|(i, c)| town.conditions(&catalogue, i, c).len())
                .collect();
            counts.iter().sum::<usize>() * 100 / counts.len()
        };
        assert!(mean(70, 100) > 3 * mean(18, 35));
        assert!(mean(0, 10) < 20);
    }
}
