//! What a hospital treats: departments, the problems that people bring there, and the medicines and tests that follow.
//! The three text files beside this one hold it, a line for each.

use std::collections::HashMap;

use crate::db::DbConnection;
use crate::error::AppError;
use crate::medicines;
use crate::medicines::model::MedicineId;

pub(super) struct Department {
    pub name: &'static str,
    pub location: &'static str,
    pub slot_minutes: i32,
    /// How many in a hundred doctors work there.
    pub share: u32,
    /// The usual fee in whole units of the currency.
    pub fee: i64,
    pub title: &'static str,
    pub qualifications: &'static str,
    pub description: &'static str,
    /// Positions in [`Catalogue::problems`].
    pub problems: Vec<usize>,
}

/// How an illness shows in the vital signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signs {
    Plain,
    Fever,
    Pressure,
    Breath,
    Fast,
    Pain(i32),
}

pub(super) struct Problem {
    pub ages: (u32, u32),
    /// `Some(true)`: only women have it.
    pub only_female: Option<bool>,
    pub weight: u32,
    /// Of a chronic condition: how many in a thousand have it at 30, 50 and 75 years.
    pub chronic: Option<[u32; 3]>,
    pub signs: Signs,
    /// ICD-10-CM.
    pub code: &'static str,
    pub diagnosis: &'static str,
    pub reason: &'static str,
    pub symptoms: &'static str,
    pub plan: &'static str,
    /// Positions in [`Catalogue::medicines`].
    pub medicines: Vec<usize>,
    pub tests: Vec<&'static str>,
}

impl Problem {
    pub fn suits(&self, age: u32, is_female: bool) -> bool {
        (self.ages.0..=self.ages.1).contains(&age) && self.only_female.is_none_or(|f| f == is_female)
    }
}

pub(super) struct Medicine {
    pub medicine: &'static str,
    /// The hospital's own medicine that is meant; none where its list has none, and the doctor wrote freely.
    pub id: Option<MedicineId>,
    pub dose: &'static str,
    pub unit: &'static str,
    pub route: &'static str,
    pub frequency: &'static str,
    pub days: i32,
    /// Where it does not follow from the rest: as needed, drops, tubes.
    pub quantity: Option<i32>,
    pub instructions: &'static str,
}

pub(super) struct Catalogue {
    pub departments: Vec<Department>,
    pub problems: Vec<Problem>,
    pub medicines: Vec<Medicine>,
    /// Chronic conditions: positions in `problems`, each code once.
    pub chronic: Vec<usize>,
}

impl Catalogue {
    /// Reads the three files, which are part of the program.
    ///
    /// # Errors
    /// A line that is not as it should be: a fault in the program, which the test below finds.
    pub fn load() -> Result<Self, String> {
        let mut departments = lines(include_str!("departments.txt"), department)?;
        let mut keys = HashMap::new();
        let mut medicines = Vec::new();
        for (key, medicine) in lines(include_str!("medicines.txt"), medicine)? {
            keys.insert(key, medicines.len());
            medicines.push(medicine);
        }
        let mut problems = Vec::new();
        let mut chronic: Vec<usize> = Vec::new();
        for (name, problem) in lines(include_str!("problems.txt"), |fields| problem(fields, &keys))? {
            let home = departments.iter_mut().find(|d| d.name == name).ok_or("a problem of no department")?;
            home.problems.push(problems.len());
            if problem.chronic.is_some() && !chronic.iter().any(|&c: &usize| same_code(&problems, c, problem.code)) {
                chronic.push(problems.len());
            }
            problems.push(problem);
        }
        Ok(Self { departments, problems, medicines, chronic })
    }

    /// Finds each medicine on the hospital's list.
    pub fn link(&mut self, db: &mut DbConnection) -> Result<(), AppError> {
        for medicine in &mut self.medicines {
            medicine.id = medicines::queries::meant(db, medicine.medicine)?.map(|found| found.id);
        }
        Ok(())
    }
}

fn same_code(problems: &[Problem], at: usize, code: &str) -> bool {
    problems[at].code == code
}

fn lines<T>(file: &'static str, read: impl Fn(&[&'static str]) -> Option<T>) -> Result<Vec<T>, String> {
    file.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let fields: Vec<&str> = line.split(" | ").map(str::trim).collect();
            read(&fields).ok_or_else(|| format!("a line of the made-up hospital cannot be read: {line}"))
        })
        .collect()
}

fn department(fields: &[&'static str]) -> Option<Department> {
    let [name, location, slot, share, fee, title, qualifications, description] = fields else { return None };
    Some(Department {
        name,
        location,
        slot_minutes: slot.parse().ok()?,
        share: share.parse().ok()?,
        fee: fee.parse().ok()?,
        title,
        qualifications,
        description,
        problems: Vec::new(),
    })
}

fn medicine(fields: &[&'static str]) -> Option<(&'static str, Medicine)> {
    let [key, medicine, dose, unit, route, frequency, days, quantity, instructions] = fields else { return None };
    let days = days.parse().ok()?;
    let quantity = match *quantity {
        "-" => None,
        number => Some(number.parse().ok()?),
    };
    Some((key, Medicine { medicine, id: None, dose, unit, route, frequency, days, quantity, instructions }))
}

fn problem(fields: &[&'static str], medicines: &HashMap<&str, usize>) -> Option<(&'static str, Problem)> {
    let &[home, ages, sex, weight, chronic, signs, code, diagnosis, reason, symptoms, plan, drugs, tests] = fields
    else {
        return None;
    };
    let (youngest, oldest) = ages.split_once('-')?;
    let only_female = match sex {
        "f" => Some(true),
        "m" => Some(false),
        _ => None,
    };
    let chronic = match chronic {
        "-" => None,
        rates => {
            let rates: Vec<u32> = rates.split('/').map_while(|r| r.parse().ok()).collect();
            Some(rates.try_into().ok()?)
        }
    };
    let signs = match signs {
        "plain" => Signs::Plain,
        "fever" => Signs::Fever,
        "pressure" => Signs::Pressure,
        "breath" => Signs::Breath,
        "fast" => Signs::Fast,
        pain => Signs::Pain(pain.strip_prefix("pain")?.parse().ok()?),
    };
    let list = |text: &'static str| text.split(", ").filter(|t| *t != "-").collect::<Vec<_>>();
    let medicines = list(drugs).iter().map(|key| medicines.get(key).copied()).collect::<Option<_>>()?;
    let ages = (youngest.parse().ok()?, oldest.parse().ok()?);
    let (weight, tests) = (weight.parse().ok()?, list(tests));
    let problem = Problem {
        ages,
        only_female,
        weight,
        chronic,
        signs,
        code,
        diagnosis,
        reason,
        symptoms,
        plan,
        medicines,
        tests,
    };
    Some((home, problem))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Catalogue;
    use crate::medicines::directions;

    #[test]
    fn quantities_follow_from_the_directions_or_are_given() {
        for medicine in Catalogue::load().expect("reads").medicines {
            let computed = directions::quantity(medicine.dose, medicine.unit, medicine.frequency, Some(medicine.days));
            assert!(computed.is_some() != medicine.quantity.is_some(), "{}", medicine.medicine);
            assert!(directions::ROUTES.iter().any(|(name, _)| *name == medicine.route), "{}", medicine.route);
            assert!(directions::UNITS.iter().any(|(name, _)| *name == medicine.unit), "{}", medicine.unit);
        }
    }

    #[test]
    fn every_line_reads_and_every_department_has_problems() {
        let catalogue = Catalogue::load().expect("reads");
        assert!(catalogue.departments.iter().all(|d| d.problems.len() >= 4));
        assert_eq!(catalogue.departments.iter().map(|d| d.share).sum::<u32>(), 100);
        let codes: HashSet<_> = catalogue.problems.iter().map(|p| p.code).collect();
        assert!(codes.len() >= 75, "{}", codes.len());
        for code in codes {
            let (category, rest) = code.split_at(3);
            assert!(category.starts_with(|c: char| c.is_ascii_uppercase()), "{code}");
            assert!(rest.is_empty() || (rest.starts_with('.') && rest.len() <= 5), "{code}");
        }
    }
}
