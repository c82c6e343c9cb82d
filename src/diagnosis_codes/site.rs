//! A site's own table, as a CSV file: `code,description`, and `billable` and `terms` where it has them.

use std::collections::HashMap;
use std::io::Read;

use csv_core::{ReadFieldResult, Reader};

use super::model::{DiagnosisCode, key};

const LONGEST_CODE: usize = 16;
const LONGEST_DESCRIPTION: usize = 500;
const LONGEST_TERMS: usize = 5000;
/// In bytes: none of the above needs more.
const LONGEST_CELL: usize = 32 * 1024;
/// More than any classification has.
const MOST_CODES: usize = 500_000;

/// Where each column stands.
struct Columns {
    code: usize,
    description: usize,
    billable: Option<usize>,
    terms: Option<usize>,
}

/// Reads the whole file. Without a column `billable`, a code is billable when no longer one begins with it.
///
/// # Errors
/// The first thing that is wrong, with its line, for the person who wrote the file.
pub fn read(mut file: impl Read) -> Result<Vec<DiagnosisCode>, String> {
    let mut content = Vec::new();
    file.read_to_end(&mut content).map_err(|e| e.to_string())?;
    // The last line may lack its end; a reader of CSV waits for it.
    content.push(b'\n');
    let mut records = Records { reader: Reader::new(), rest: &content };
    let Some((line, header)) = records.next_record()? else { return Err("the file is empty".to_owned()) };
    let columns = columns(&header).map_err(|message| format!("line {line}: {message}"))?;
    let mut codes: Vec<DiagnosisCode> = Vec::new();
    let mut lines: HashMap<String, u64> = HashMap::new();
    while let Some((line, cells)) = records.next_record()? {
        let at = |message: String| format!("line {line}: {message}");
        let code = row(&cells, &columns).map_err(at)?;
        if let Some(before) = lines.insert(code.code_key.clone(), line) {
            return Err(at(format!("{} stands on line {before} already", code.code)));
        }
        codes.push(code);
        if codes.len() > MOST_CODES {
            return Err(at(format!("more than {MOST_CODES} codes")));
        }
    }
    if codes.is_empty() {
        return Err("the file has a header and no codes".to_owned());
    }
    codes.sort_unstable_by(|a, b| a.code_key.cmp(&b.code_key));
    if columns.billable.is_none() {
        for at in 0..codes.len() {
            let is_heading = codes.get(at + 1).is_some_and(|next| next.code_key.starts_with(&codes[at].code_key));
            codes[at].is_billable = !is_heading;
        }
    }
    Ok(codes)
}

/// The records of a CSV file that ends with a line's end.
struct Records<'a> {
    reader: Reader,
    rest: &'a [u8],
}

impl Records<'_> {
    /// The next record that is not an empty line, with the line on which it begins.
    fn next_record(&mut self) -> Result<Option<(u64, Vec<String>)>, String> {
        while let Some((&end @ (b'\r' | b'\n'), rest)) = self.rest.split_first() {
            self.reader.set_line(self.reader.line() + u64::from(end == b'\n'));
            self.rest = rest;
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let line = self.reader.line();
        let mut cells = Vec::new();
        let mut cell = [0; LONGEST_CELL];
        loop {
            let (result, read, written) = self.reader.read_field(self.rest, &mut cell);
            self.rest = self.rest.get(read..).unwrap_or_default();
            let ReadFieldResult::Field { record_end } = result else {
                return Err(match result {
                    ReadFieldResult::OutputFull => format!("line {line}: a cell is longer than {LONGEST_CELL} bytes"),
                    _ => format!("line {line}: a quotation mark is opened and not closed"),
                });
            };
            let text = std::str::from_utf8(cell.get(..written).unwrap_or_default());
            let text = text.map_err(|_| format!("line {line}: this is not UTF-8; save the file with that encoding"))?;
            cells.push(text.replace('\0', " ").split_whitespace().collect::<Vec<_>>().join(" "));
            if record_end {
                return Ok(Some((line, cells)));
            }
        }
    }
}

fn columns(header: &[String]) -> Result<Columns, String> {
    let find = |name: &str| header.iter().position(|cell| cell.to_lowercase() == name);
    match (find("code"), find("description")) {
        (Some(code), Some(description)) => {
            Ok(Columns { code, description, billable: find("billable"), terms: find("terms") })
        }
        _ => Err("the first line must name the columns: code,description".to_owned()),
    }
}

fn row(cells: &[String], columns: &Columns) -> Result<DiagnosisCode, String> {
    let cell = |at: usize, longest: usize, name: &str| {
        let text = cells.get(at).cloned().unwrap_or_default();
        let is_short = text.chars().count() <= longest;
        if is_short { Ok(text) } else { Err(format!("the {name} is longer than {longest} characters")) }
    };
    let code = cell(columns.code, LONGEST_CODE, "code")?.to_uppercase();
    let description = cell(columns.description, LONGEST_DESCRIPTION, "description")?;
    let is_code = |c: char| c.is_ascii_alphanumeric() || ".-+*!/&".contains(c);
    if key(&code).is_empty() || !code.chars().all(is_code) {
        return Err(format!("{code:?} is not a code: letters, digits, dots and dashes"));
    }
    if description.is_empty() {
        return Err(format!("{code} has no description"));
    }
    let terms = match columns.terms {
        Some(at) => cell(at, LONGEST_TERMS, "terms")?,
        None => String::new(),
    };
    let is_billable = match columns.billable {
        Some(at) => match cell(at, 10, "column billable")?.to_lowercase().as_str() {
            "1" | "yes" | "true" => true,
            "0" | "no" | "false" => false,
            other => return Err(format!("billable is yes or no, not {other:?}")),
        },
        None => true,
    };
    Ok(DiagnosisCode { code_key: key(&code), code, description, terms, is_billable })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(file: &str) -> String {
        read(file.as_bytes()).expect_err("it is refused")
    }

    #[test]
    fn a_table_with_two_columns_is_enough() {
        let file = "\u{feff}Description,CODE\r\n\"Cholera, all\",a00\nClassical cholera,A00.0\nTyphoid,A01.0\n";
        let codes = read(file.as_bytes()).expect("it is taken");
        let read: Vec<(&str, &str, bool)> =
            codes.iter().map(|c| (c.code.as_str(), c.description.as_str(), c.is_billable)).collect();
        assert_eq!(
            read,
            [("A00", "Cholera, all", false), ("A00.0", "Classical cholera", true), ("A01.0", "Typhoid", true)]
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        assert_eq!(refused(""), "the file is empty");
        assert_eq!(refused("code,description\n"), "the file has a header and no codes");
        assert_eq!(refused("A00,Cholera\n"), "line 1: the first line must name the columns: code,description");
        assert!(refused("code,description\nA00,Cholera\n,Typhoid\n").starts_with("line 3: \"\" is not a code"));
        assert!(refused("code,description\nA 0?,Cholera\n").starts_with("line 2: \"A 0?\" is not a code"));
        assert_eq!(refused("code,description\nA00\n"), "line 2: A00 has no description");
        let twice = "code,description\nA00.1,\"Two\nlines\"\nA001,Again\n";
        assert_eq!(refused(twice), "line 4: A001 stands on line 2 already");
        let wrong = "code,description,billable\nA00,Cholera,perhaps\n";
        assert_eq!(refused(wrong), "line 2: billable is yes or no, not \"perhaps\"");
        let long = format!("code,description\nA00,{}\n", "x".repeat(501));
        assert_eq!(refused(&long), "line 2: the description is longer than 500 characters");
        assert_eq!(
            refused("code,description\r\n\r\nA00,\"Cholera"),
            "line 3: a quotation mark is opened and not closed"
        );
        assert!(
            refused(&format!("code,description\nA00,{}", "x".repeat(40_000))).starts_with("line 2: a cell is longer")
        );
        let latin = read(&b"code,description\r\nA00,Chol\xe9ra\n"[..]).expect_err("it is refused");
        assert_eq!(latin, "line 2: this is not UTF-8; save the file with that encoding");
    }
}
