//! What is typed in a consultation.
//!
//! A draft is saved while it is typed, so reading it is lenient: whatever can be stored is read, and what cannot stands
//! in the form as an error beside its field. Signing asks for a form without errors.

use chrono::{Days, NaiveDate};

use super::model::{Content, Diagnosis};
use crate::chart::vital_signs::{self, Measure};
use crate::diagnosis_codes::model::Known;
use crate::web::Form;

/// The longest a text of the consultation may be, in characters: some forty printed pages.
const LONGEST_TEXT: usize = 100_000;
const LONGEST_DIAGNOSIS: usize = 500;
const LONGEST_CODE: usize = 16;
const MOST_DIAGNOSES: usize = 50;
/// How many rows are read at all, empty ones too: no page of ours sends more.
const MOST_ROWS: usize = 100;
/// How far ahead a follow-up may be.
const FOLLOW_UP_DAYS: u64 = 730;

/// The field that begins each row of a diagnosis; the others of the row follow it.
const ROW: &str = "dx_code";

/// Reads everything that can be stored. A field that cannot has its error in the form and keeps what `stored` has:
/// nothing for a measurement, since a wrong one must not stand, and the words of before for a text that is too long. A
/// code that the table does not have is kept as typed, since it is being looked for, and is an error nevertheless.
pub fn read(form: &mut Form, stored: &Content, visit_date: NaiveDate, known: &Known) -> Content {
    Content {
        symptoms: text(form, "symptoms", &stored.symptoms),
        vital_signs: vital_signs::forms::values(form),
        diagnoses: diagnoses(form, stored, known),
        treatment_plan: text(form, "treatment_plan", &stored.treatment_plan),
        notes: text(form, "notes", &stored.notes),
        follow_up_date: follow_up(form, visit_date),
    }
}

fn text(form: &mut Form, name: &str, stored: &str) -> String {
    let value = form.text(name, LONGEST_TEXT);
    if form.error(name).is_some() { stored.to_owned() } else { value }
}

fn follow_up(form: &mut Form, visit_date: NaiveDate) -> Option<NaiveDate> {
    let date = form.date("follow_up_date")?;
    let latest = visit_date.checked_add_days(Days::new(FOLLOW_UP_DAYS)).unwrap_or(visit_date);
    if date <= visit_date {
        form.refuse_field("follow_up_date", "A follow-up comes after the visit.");
        return None;
    }
    if date > latest {
        form.refuse_field("follow_up_date", "A follow-up can be at most two years ahead.");
        return None;
    }
    Some(date)
}

/// A row of a diagnosis as it was typed.
#[derive(Clone, Debug, Default)]
pub struct DiagnosisRow {
    pub code: String,
    pub description: String,
    pub is_primary: bool,
    pub is_condition: bool,
}

/// What is to be said about the code of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// Nothing: the row is empty, or says what the table says.
    Plain,
    /// The diagnosis is in words alone.
    NoCode,
    /// The table's words for the code, where the doctor's own are others.
    Means(String),
    /// What is wrong with it.
    Wrong(String),
}

impl DiagnosisRow {
    /// What is to be said about its code.
    pub fn state(&self, known: &Known) -> CodeState {
        let code = self.code.trim();
        if code.is_empty() {
            return if self.description.trim().is_empty() { CodeState::Plain } else { CodeState::NoCode };
        }
        if code.chars().count() > LONGEST_CODE {
            return CodeState::Wrong("A code of ICD-10 is a letter and some digits, as J06.9.".to_owned());
        }
        match (known.get(code), known.missing_from(code)) {
            (Some(found), _) if found.description == self.description.trim() => CodeState::Plain,
            (Some(found), _) => CodeState::Means(format!("{} {}", found.code, found.description)),
            (None, None) => CodeState::Plain,
            (None, Some(edition)) => CodeState::Wrong(format!(
                "{} is not in {edition}. Find it by words, or leave the code empty.",
                code.to_uppercase()
            )),
        }
    }
}

/// The codes that are typed, as `diagnosis_codes::queries::known` looks them up.
pub fn codes(form: &Form) -> Vec<String> {
    form.values(ROW).take(MOST_ROWS).map(ToOwned::to_owned).collect()
}

/// The rows of diagnoses as typed. Fields come in the order of the page, so a tick belongs to the row before it,
/// whatever its value is: rows may come and go without being numbered. Rows beyond those that are read at all are left
/// out; [`read`] refuses them.
pub fn diagnosis_rows(form: &Form) -> Vec<DiagnosisRow> {
    let mut rows: Vec<DiagnosisRow> = Vec::new();
    for (name, value) in form.typed() {
        if name == ROW {
            if rows.len() == MOST_ROWS {
                break;
            }
            rows.push(DiagnosisRow { code: value, ..DiagnosisRow::default() });
            continue;
        }
        let Some(row) = rows.last_mut() else { continue };
        match name.as_str() {
            "dx_text" => row.description = value,
            "dx_primary" => row.is_primary = true,
            "dx_condition" => row.is_condition = true,
            _ => {}
        }
    }
    rows
}

/// The diagnoses of all rows in which something is written. The first is primary when none is ticked. A code is written
/// as the table has it, and a diagnosis without words gets the table's.
fn diagnoses(form: &mut Form, stored: &Content, known: &Known) -> Vec<Diagnosis> {
    if form.values(ROW).count() > MOST_ROWS {
        form.refuse_field("dx_code-0", format!("At most {MOST_DIAGNOSES} diagnoses. The rows beyond are left out."));
        return stored.diagnoses.clone();
    }
    let mut found = Vec::new();
    let mut is_too_much = false;
    for (index, row) in diagnosis_rows(form).into_iter().enumerate() {
        let mut code = row.code.trim().to_uppercase();
        let mut description = row.description.split_whitespace().collect::<Vec<_>>().join(" ");
        if code.is_empty() && description.is_empty() {
            continue;
        }
        if let CodeState::Wrong(message) = row.state(known) {
            form.refuse_field(&format!("dx_code-{index}"), message);
        }
        is_too_much |= code.chars().count() > LONGEST_CODE;
        if description.chars().count() > LONGEST_DIAGNOSIS {
            form.refuse_field(&format!("dx_text-{index}"), format!("At most {LONGEST_DIAGNOSIS} characters."));
            is_too_much = true;
        }
        if let Some(in_table) = known.get(&code) {
            code.clone_from(&in_table.code);
            if description.is_empty() {
                description.clone_from(&in_table.description);
            }
        }
        found.push(Diagnosis { code, description, is_primary: row.is_primary, is_condition: row.is_condition });
    }
    if found.len() > MOST_DIAGNOSES {
        form.refuse_field("dx_code-0", format!("At most {MOST_DIAGNOSES} diagnoses."));
        is_too_much = true;
    }
    if is_too_much {
        return stored.diagnoses.clone();
    }
    let primary = found.iter().position(|d| d.is_primary).unwrap_or(0);
    for (index, diagnosis) in found.iter_mut().enumerate() {
        diagnosis.is_primary = index == primary;
    }
    found
}

/// The form of a consultation as it is stored.
pub fn filled(content: &Content, version: i32) -> Form {
    let date = content.follow_up_date.map(|d| d.to_string()).unwrap_or_default();
    let mut form = Form::of([
        ("symptoms", content.symptoms.clone()),
        ("treatment_plan", content.treatment_plan.clone()),
        ("notes", content.notes.clone()),
        ("follow_up_date", date),
        ("version", version.to_string()),
    ]);
    for measure in Measure::ALL {
        let value = content.vital_signs.get(measure).map(|v| measure.text(v)).unwrap_or_default();
        form.push(measure.field(), value);
    }
    for diagnosis in &content.diagnoses {
        form.push(ROW, diagnosis.code.clone());
        form.push("dx_text", diagnosis.description.clone());
        if diagnosis.is_primary {
            form.push("dx_primary", "yes");
        }
        if diagnosis.is_condition {
            form.push("dx_condition", "yes");
        }
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::vital_signs::VitalSigns;
    use crate::diagnosis_codes::model::DiagnosisCode;

    fn on() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 21).expect("a real date")
    }

    #[test]
    fn what_is_shown_reads_back_as_what_was_stored() {
        let content = Content {
            symptoms: "Cough\nfor 3 days".to_owned(),
            vital_signs: VitalSigns {
                weight_g: Some(72_400),
                systolic: Some(120),
                diastolic: Some(80),
                ..VitalSigns::default()
            },
            diagnoses: vec![
                Diagnosis {
                    code: "R05".to_owned(),
                    description: "Cough".to_owned(),
                    is_condition: true,
                    ..Diagnosis::default()
                },
                Diagnosis {
                    code: "J06.9".to_owned(),
                    description: "Cold".to_owned(),
                    is_primary: true,
                    ..Diagnosis::default()
                },
            ],
            treatment_plan: "Rest".to_owned(),
            notes: String::new(),
            follow_up_date: NaiveDate::from_ymd_opt(2026, 12, 1),
        };
        let mut form = filled(&content, 3);
        assert_eq!(read(&mut form, &Content::default(), on(), &Known::default()), content);
        assert!(form.is_valid());
    }

    #[test]
    fn one_wrong_value_does_not_lose_the_others() {
        let mut form = Form::of([
            ("symptoms", "Cough".to_owned()),
            ("pulse", "7200".to_owned()),
            ("systolic", "80".to_owned()),
            ("diastolic", "120".to_owned()),
            ("follow_up_date", "2020-01-01".to_owned()),
        ]);
        let content = read(&mut form, &Content::default(), on(), &Known::default());
        assert_eq!(content.symptoms, "Cough");
        assert_eq!((content.vital_signs.pulse, content.vital_signs.systolic), (None, Some(80)));
        let wrong: Vec<&str> = form.errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(wrong, ["pulse", "diastolic", "follow_up_date"]);
    }

    #[test]
    fn a_huge_form_is_refused_with_one_message_and_its_first_rows_come_back() {
        let mut form = Form::default();
        for row in 0..50_000 {
            form.push("dx_code", "a code that is far too long");
            form.push("dx_text", format!("Row {row}"));
        }
        let stored = Content {
            diagnoses: vec![Diagnosis {
                code: "R05".to_owned(),
                description: "Cough".to_owned(),
                is_primary: true,
                ..Diagnosis::default()
            }],
            ..Content::default()
        };
        assert_eq!(
            read(&mut form, &stored, on(), &Known::default()).diagnoses,
            stored.diagnoses,
            "what is stored stays"
        );
        assert_eq!(form.errors.len(), 1);
        assert!(form.error("dx_code-0").is_some_and(|e| e.starts_with("At most 50 diagnoses.")));
        let rows = diagnosis_rows(&form);
        assert_eq!((rows.len(), rows[99].description.as_str()), (100, "Row 99"));
    }

    #[test]
    fn one_diagnosis_is_primary_whatever_is_ticked() {
        let mut form = Form::default();
        for (code, text, primary) in [("", "", true), ("a01", "One", false), ("", "Two", true), ("", "Three", true)] {
            form.push("dx_code", code);
            form.push("dx_text", text);
            if primary {
                form.push("dx_primary", "whatever");
            }
        }
        let found = read(&mut form, &Content::default(), on(), &Known::default()).diagnoses;
        let primary: Vec<bool> = found.iter().map(|d| d.is_primary).collect();
        assert_eq!(found[0].text(), "A01 One");
        assert_eq!(primary, [false, true, false]);
        let mut unticked = Form::of([("dx_code", "A01".to_owned()), ("dx_text", "One".to_owned())]);
        assert!(read(&mut unticked, &Content::default(), on(), &Known::default()).diagnoses[0].is_primary);
    }
    #[test]
    fn a_code_is_written_as_the_table_has_it() {
        let in_table = DiagnosisCode {
            code_key: "E119".to_owned(),
            code: "E11.9".to_owned(),
            description: "Type 2 diabetes".to_owned(),
            terms: String::new(),
            is_billable: true,
        };
        let known = Known {
            edition: Some("ICD-10-CM 2026".to_owned()),
            codes: [("E119".to_owned(), in_table)].into_iter().collect(),
            ..Known::default()
        };
        let mut form = Form::default();
        for (code, text) in
            [("e119", ""), ("", "Tired"), ("E11.9", "Diabetes, new"), ("Q00.99", "Who knows"), ("?", "x")]
        {
            form.push("dx_code", code);
            form.push("dx_text", text);
        }
        let states: Vec<CodeState> = diagnosis_rows(&form).iter().map(|row| row.state(&known)).collect();
        let means = CodeState::Means("E11.9 Type 2 diabetes".to_owned());
        assert_eq!(states[..3], [means.clone(), CodeState::NoCode, means]);
        let found = read(&mut form, &Content::default(), on(), &known).diagnoses;
        let texts: Vec<String> = found.iter().map(Diagnosis::text).collect();
        assert_eq!(texts, ["E11.9 Type 2 diabetes", "Tired", "E11.9 Diabetes, new", "Q00.99 Who knows", "? x"]);
        let wrong: Vec<(&str, &str)> =
            form.errors.iter().map(|e| (e.field.as_str(), e.message.split('.').next().unwrap_or_default())).collect();
        assert_eq!(wrong, [("dx_code-3", "Q00"), ("dx_code-4", "? is not in ICD-10-CM 2026")]);
    }
}
