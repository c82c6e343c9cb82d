//! Files for spreadsheets: comma-separated values in UTF-8, no cell of which a spreadsheet takes for a formula
//! (`security.md` 21).

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::web::Answer;

/// What a spreadsheet may take for a formula.
pub const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A cell of words that no spreadsheet takes for a formula, quoted where it must be.
pub fn cell(text: &str) -> String {
    let text = if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', ';', '"', '\n', '\r']) || text.trim() != text {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// A line of words.
pub fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = cells.into_iter().map(cell).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

/// A file in the making.
#[derive(Clone, Debug)]
pub struct File {
    content: String,
}

impl File {
    /// A file whose first line names its columns.
    pub fn new<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        // The mark at the beginning tells spreadsheets that it is UTF-8.
        Self { content: format!("\u{feff}{}", line(columns)) }
    }

    /// Adds a line.
    pub fn push(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let cells: Vec<String> = cells
            .into_iter()
            .map(|cell_of| match cell_of {
                Cell::Words(text) => cell(&text),
                Cell::Number(number) => number,
            })
            .collect();
        self.content.push_str(&cells.join(","));
        self.content.push_str("\r\n");
    }

    /// Answers with the file to download. `name` without its ending and without personal data.
    pub fn answer(self, name: &str) -> Answer {
        Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
            .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")))
            .body(self.content))
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Words(String),
    /// Digits with a sign and a point at most, which is no formula.
    Number(String),
}

impl Cell {
    /// A cell of words.
    pub fn words(text: impl Into<String>) -> Self {
        Self::Words(text.into())
    }

    /// A whole number.
    pub fn count(number: i64) -> Self {
        Self::Number(number.to_string())
    }

    /// An amount of money: `-1234.50`.
    pub fn money(minor: i64, currency: crate::money::Currency) -> Self {
        Self::Number(currency.input(minor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_no_formula_and_numbers_keep_their_sign() {
        let euro = crate::money::Currency::named("EUR").expect("a real currency");
        let mut file = File::new(["what", "amount"]);
        file.push([Cell::words("=HYPERLINK(\"x\")"), Cell::money(-1_250, euro)]);
        file.push([Cell::words("-1"), Cell::count(3)]);
        assert_eq!(file.content, "\u{feff}what,amount\r\n\"'=HYPERLINK(\"\"x\"\")\",-12.50\r\n'-1,3\r\n");
    }
}
