//! What is printed or downloaded: a [`Paper`] is described once, and becomes a page to print (HTML) or a PDF file.
//!
//! Domains describe their papers; how a paper looks is decided here and in `templates/paper.html`.

mod pdf;

use actix_web::http::header;
use actix_web::web::block;
use actix_web::{HttpResponse, http::header::ContentDisposition};
use askama::Template;
use chrono::NaiveDateTime;

use crate::access::Requirement;
use crate::error::AppError;
use crate::web::print::{Letterhead, Qr};
use crate::web::{Answer, Cx};

/// A paper with the hospital's letterhead.
#[derive(Clone, Debug)]
pub struct Paper {
    pub title: String,
    /// Lines under the title: dates, who.
    pub under: Vec<String>,
    /// What must not be overlooked, such as that it was cancelled; empty for nothing.
    pub mark: String,
    /// The record's address to scan, with what the code is for those who do not see it.
    pub code: Option<(Qr, String)>,
    /// Labels and values in a box: whom it concerns. Empty values are left out.
    pub facts: Vec<(&'static str, String)>,
    pub parts: Vec<Part>,
    /// The lines under the place for a signature; none for a paper that nobody signs.
    pub signature: Vec<String>,
    /// What stands at the foot: the record's number and when it was printed.
    pub foot: String,
}

impl Paper {
    /// Adds text under a heading; nothing without any text.
    pub fn prose(&mut self, heading: &str, text: &str) {
        if !text.is_empty() {
            self.section(heading, Part::Prose(text.to_owned()));
        }
    }

    /// Adds a table under a heading; nothing without any rows.
    pub fn table(&mut self, heading: &str, table: Table) {
        if !table.rows.is_empty() {
            self.section(heading, Part::Table(table));
        }
    }

    /// Adds a table under a heading, or what is to be said when it has no rows.
    pub fn table_or(&mut self, heading: &str, table: Table, none: &str) {
        let is_empty = table.rows.is_empty();
        self.section(heading, if is_empty { Part::Quiet(none.to_owned()) } else { Part::Table(table) });
    }

    /// Adds a part under a heading.
    pub fn section(&mut self, heading: &str, part: Part) {
        self.parts.push(Part::Heading(heading.to_owned()));
        self.parts.push(part);
    }
}

/// A part of a paper, from top to bottom.
#[derive(Clone, Debug)]
pub enum Part {
    Heading(String),
    /// The sign before medicines.
    Rx,
    /// Text with its own line breaks.
    Prose(String),
    /// Text that matters less.
    Quiet(String),
    /// A box that must be read, with points.
    Warning {
        text: String,
        points: Vec<String>,
    },
    Table(Table),
    Figure(Figure),
    /// Places for signatures side by side, with the words under each: two at most.
    Signatures([String; 2]),
}

/// A table; the cells of its first column name their rows.
#[derive(Clone, Debug)]
pub struct Table {
    /// Without words for columns that explain themselves.
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Whether its columns are named.
    pub fn has_head(&self) -> bool {
        self.columns.iter().any(|column| !column.label.is_empty())
    }
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    pub label: &'static str,
    /// Its part of the width, beside the others'.
    pub share: f32,
    pub is_number: bool,
}

impl Column {
    /// A column of words.
    pub fn words(label: &'static str, share: f32) -> Self {
        Self { label, share, is_number: false }
    }

    /// A column of figures, which stand under one another.
    pub fn number(label: &'static str, share: f32) -> Self {
        Self { label, share, is_number: true }
    }
}

/// A cell: its text, and a remark under it.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    pub text: String,
    pub remark: String,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.into(), remark: String::new() }
    }
}

impl Cell {
    /// The cell with a remark under its text.
    pub fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = remark.into();
        self
    }
}

/// A drawing of lines.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What it shows, for those who do not see it.
    pub label: String,
    /// Its field in units of its own.
    pub width: u16,
    pub height: u16,
    pub lines: Vec<Line>,
}

/// One line of a figure.
#[derive(Clone, Debug)]
pub struct Line {
    /// SVG path data.
    pub path: String,
    pub color: [u8; 3],
    pub width: f32,
}

/// A colour of red, green and blue as SVG writes it: `#c41c1c`.
pub fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[derive(Template)]
#[template(path = "paper.html")]
struct PaperPage {
    letterhead: Letterhead,
    paper: Paper,
    back: String,
    /// The address of the same paper as a file.
    file: String,
}

impl PaperPage {
    fn facts(&self) -> impl Iterator<Item = &(&'static str, String)> {
        self.paper.facts.iter().filter(|(_, value)| !value.is_empty())
    }
}

/// Answers with a paper as a page to print. `back` leads to its record, `file` to the same as PDF.
pub fn page<R: Requirement>(cx: &Cx<R>, paper: Paper, back: String, file: String) -> Answer {
    cx.html(&PaperPage { letterhead: Letterhead::from(cx.settings()), paper, back, file })
}

/// Answers with a paper as a PDF file to download. `name` is the file's, without any personal data and its ending.
pub async fn file<R: Requirement>(cx: &Cx<R>, paper: Paper, name: &str) -> Answer {
    let (letterhead, now) = (Letterhead::from(cx.settings()), cx.now());
    let content = block(move || pdf_of(&letterhead, &paper, now))
        .await
        .map_err(|e| AppError::Internal(format!("a PDF file was given up: {e}")))??;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CONTENT_DISPOSITION, ContentDisposition::attachment(format!("{name}.pdf"))))
        .body(content))
}

/// A paper as the content of a PDF file. `now`: when it was made, in UTC.
///
/// # Errors
/// `Internal` when the file cannot be made.
pub fn pdf_of(letterhead: &Letterhead, paper: &Paper, now: NaiveDateTime) -> Result<Vec<u8>, AppError> {
    pdf::write(letterhead, paper, now).map_err(|e| AppError::Internal(format!("no PDF file: {e}")))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn letterhead() -> Letterhead {
        Letterhead {
            name: "Saint Roch".to_owned(),
            address: "1 rue de la Paix".to_owned(),
            phone: "+33 1 11 11 11 11".to_owned(),
            email: String::new(),
            website: String::new(),
            has_logo: false,
        }
    }

    fn paper() -> Paper {
        Paper {
            title: "Prescription RX000001".to_owned(),
            under: vec!["Issued today".to_owned()],
            mark: String::new(),
            code: Some((Qr::of("https://clinic.example/prescriptions/1").expect("short"), "Code".to_owned())),
            facts: vec![("Patient", "Zoë Šípková Ωμέγα Иванова".to_owned()), ("Address", String::new())],
            parts: vec![
                Part::Heading("Names of all scripts".to_owned()),
                Part::Prose("محمد علي\nדוד כהן\n王小明 山田太郎 김민수\nराम सिंह\nสมชาย ใจดี\nአበበ".to_owned()),
                Part::Warning { text: "Allergies: penicillin".to_owned(), points: vec!["Severe".to_owned()] },
                Part::Table(Table {
                    columns: vec![Column::words("Medicine", 3.0), Column::number("Quantity", 1.0)],
                    rows: vec![vec![Cell::from("Amoxicillin 500 mg").remark("after food"), "15".into()]],
                }),
                Part::Figure(Figure {
                    label: "A line".to_owned(),
                    width: 100,
                    height: 70,
                    lines: vec![Line { path: "M1 1Q5 5 9 1L20 20".to_owned(), color: [1, 2, 3], width: 2.0 }],
                }),
            ],
            signature: vec!["Dr Ada Byron".to_owned()],
            foot: "RX000001".to_owned(),
        }
    }

    fn made(paper: &Paper) -> Vec<u8> {
        let now = NaiveDate::from_ymd_opt(2026, 6, 15).and_then(|day| day.and_hms_opt(8, 0, 0)).expect("a real time");
        pdf_of(&letterhead(), paper, now).expect("a file")
    }

    /// How many pages a file has, by its own words.
    fn pages(file: &[u8]) -> usize {
        let text = String::from_utf8_lossy(file);
        let count = text.split_once("/Count").expect("a page tree").1.trim_start();
        count.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok()).expect("a number")
    }

    #[test]
    fn every_script_brings_its_font_and_nothing_else_does() {
        let file = made(&paper());
        assert!(file.starts_with(b"%PDF-") && (1..=2).contains(&pages(&file)), "{} pages", pages(&file));
        let text = String::from_utf8_lossy(&file);
        for font in [
            "NotoSans-Regular",
            "NotoSans-Bold",
            "Arabic",
            "Hebrew",
            "DroidSansFallback",
            "Devanagari",
            "Thai",
            "Ethiopic",
        ] {
            assert!(text.contains(font), "{font}");
        }
        assert!(!text.contains("Khmer"));
        assert!(file.len() < 200_000, "only the glyphs that are used: {} bytes", file.len());
    }

    #[test]
    fn the_same_paper_makes_the_same_file() {
        assert!(made(&paper()) == made(&paper()));
    }

    #[test]
    fn what_is_long_goes_on_on_the_next_page() {
        let mut long = paper();
        long.parts.push(Part::Prose("A line of a long note.\n".repeat(300)));
        let rows = (0..120).map(|n| vec![Cell::from(format!("Medicine {n}")), "1".into()]).collect();
        let columns = vec![Column::words("Medicine", 3.0), Column::number("Quantity", 1.0)];
        long.parts.push(Part::Table(Table { columns, rows }));
        long.parts.push(Part::Prose("x".repeat(5000)));
        assert!(pages(&made(&long)) >= 8);
    }
}
