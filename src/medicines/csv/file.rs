//! Reading and writing the file: comma-separated values in UTF-8, with a first line that names the columns.

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use crate::csv::FORMULA;
pub use crate::csv::line;

/// The columns, in the order in which they are written. Files may leave columns out and have them in any order.
pub const COLUMNS: [&str; 16] = [
    "name",
    "generic_name",
    "contents",
    "form",
    "strength",
    "unit",
    "route",
    "pack_size",
    "price",
    "minimum_stock",
    "barcode",
    "strength_mg",
    "least_dose_mg",
    "most_dose_mg",
    "most_daily_mg",
    "active",
];
/// The largest file that is read, in bytes.
pub const MOST_BYTES: usize = 2 * 1024 * 1024;
/// The most lines of one file, beside the first.
pub const MOST_LINES: usize = 10_000;
/// In bytes: no cell of a medicine needs more.
const LONGEST_CELL: usize = 8 * 1024;

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// On which line of the file it begins.
    pub number: u64,
    /// The text of each column that the file has; or why the line cannot be read.
    pub cells: Result<Vec<(&'static str, String)>, String>,
}

/// The text of an uploaded file, its lines ended by `\n` alone.
///
/// # Errors
/// What is wrong with the file, for the person: too large, or in another encoding, with the line.
pub fn text(content: &[u8]) -> Result<String, String> {
    if content.len() > MOST_BYTES {
        return Err("The file is larger than 2 MB. Split it, and import the parts one after the other.".to_owned());
    }
    if content.starts_with(&[0xFF, 0xFE]) || content.starts_with(&[0xFE, 0xFF]) {
        return Err("The file is in UTF-16. Save it as “CSV UTF-8” and choose it again.".to_owned());
    }
    let content = content.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(content);
    let line_of = |at: usize| content.iter().take(at).filter(|b| **b == b'\n').count() + 1;
    let text = std::str::from_utf8(content).map_err(|error| {
        let line = line_of(error.valid_up_to());
        format!("Line {line} is not in UTF-8. Save the file as “CSV UTF-8” and choose it again.")
    })?;
    if let Some(at) = text.find('\0') {
        return Err(format!("Line {} holds a character that no text has. Is this a CSV file?", line_of(at)));
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The lines of a file after its first, which names the columns. Cells are separated by commas, semicolons or tabs,
/// whichever the first line has most of.
///
/// # Errors
/// What is wrong with the file as a whole. What is wrong with one line stands with it.
pub fn lines(text: &str) -> Result<Vec<Line>, String> {
    let first = text.trim_start_matches('\n').lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|d| {
        // Of equals the earlier: a file with one column has none of them.
        (first.bytes().filter(|b| b == d).count(), *d == b',')
    });
    let mut content = text.as_bytes().to_vec();
    // The last line may lack its end; a reader of CSV waits for it.
    content.push(b'\n');
    let reader = ReaderBuilder::new().delimiter(delimiter.unwrap_or(b',')).build();
    let mut records = Records { reader, rest: &content };
    let header = match records.next()? {
        None => return Err("The file is empty.".to_owned()),
        Some((_, header)) => header.map_err(|message| format!("The first line cannot be read: {message}"))?,
    };
    let columns = columns(&header)?;
    let mut lines = Vec::new();
    while let Some((number, cells)) = records.next()? {
        if lines.len() == MOST_LINES {
            return Err(format!(
                "The file has more than {MOST_LINES} lines. Split it, and import the parts one after the other."
            ));
        }
        let named = |cells: Vec<String>| {
            if cells.len() > columns.len() && cells.iter().skip(columns.len()).any(|cell| !cell.is_empty()) {
                return Err(format!("It has {} cells, and the first line names {}.", cells.len(), columns.len()));
            }
            let of_columns = columns.iter().zip(cells).filter_map(|(name, cell)| Some(((*name)?, cell)));
            Ok(of_columns.collect())
        };
        lines.push(Line { number, cells: cells.and_then(named) });
    }
    if lines.is_empty() {
        return Err("The file has a first line and no medicines.".to_owned());
    }
    Ok(lines)
}

/// Which column each cell of a line is; `None` for one that we do not know and leave out.
fn columns(header: &[String]) -> Result<Vec<Option<&'static str>>, String> {
    let known = |cell: &String| {
        let name = cell.to_lowercase().replace([' ', '-'], "_");
        COLUMNS.into_iter().find(|column| *column == name)
    };
    let columns: Vec<Option<&'static str>> = header.iter().map(known).collect();
    for (at, column) in columns.iter().enumerate() {
        if let Some(name) = column
            && columns.iter().skip(at + 1).any(|other| other == column)
        {
            return Err(format!("The first line names the column {name} twice."));
        }
    }
    if columns.contains(&Some("name")) || columns.contains(&Some("generic_name")) {
        return Ok(columns);
    }
    Err(format!("The first line must name the columns, at least name or generic_name: {}.", COLUMNS.join(",")))
}

struct Records<'a> {
    reader: Reader,
    rest: &'a [u8],
}

type Cells = Result<Vec<String>, String>;

impl Records<'_> {
    /// The next record that is not an empty line, with the line on which it begins.
    fn next(&mut self) -> Result<Option<(u64, Cells)>, String> {
        while let Some((&end @ (b'\r' | b'\n'), rest)) = self.rest.split_first() {
            self.reader.set_line(self.reader.line() + u64::from(end == b'\n'));
            self.rest = rest;
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let line = self.reader.line();
        let (mut cells, mut is_too_long) = (Vec::new(), false);
        let mut buffer = [0; LONGEST_CELL];
        loop {
            let (result, read, written) = self.reader.read_field(self.rest, &mut buffer);
            self.rest = self.rest.get(read..).unwrap_or_default();
            match result {
                ReadFieldResult::Field { record_end } => {
                    // A character may have been cut where the buffer was full; such a line is refused anyway.
                    let text = String::from_utf8_lossy(buffer.get(..written).unwrap_or_default());
                    cells.push(plain(&text));
                    if record_end {
                        let cells = if is_too_long { Err("A cell is far too long.".to_owned()) } else { Ok(cells) };
                        return Ok(Some((line, cells)));
                    }
                }
                ReadFieldResult::OutputFull => is_too_long = true,
                ReadFieldResult::InputEmpty | ReadFieldResult::End => {
                    return Err(format!("On line {line}, a quotation mark is opened and not closed."));
                }
            }
        }
    }
}

/// A cell's text with single spaces, and without the mark that kept a spreadsheet from taking it for a formula.
fn plain(cell: &str) -> String {
    let text = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) => rest.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        let lines = lines(text).expect("a file that can be read");
        lines.into_iter().map(|l| l.cells.expect("a line").into_iter().map(|(_, text)| text).collect()).collect()
    }

    #[test]
    fn what_is_written_is_read_back_and_no_cell_is_a_formula() {
        let hostile =
            ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "a,b;c", "say \"hi\"", "Ünï çødé", "'quoted'"];
        for text in hostile {
            let file = format!("name,form\n{}", line([text, "tablet"]));
            let written = file.lines().nth(1).expect("a second line").trim_start_matches('"').to_owned();
            assert!(!written.starts_with(['=', '+', '-', '@']), "{written}");
            assert_eq!(cells(&file), [[text.to_owned(), "tablet".to_owned()]]);
        }
    }

    #[test]
    fn commas_semicolons_and_tabs_separate_and_unknown_columns_are_left_out() {
        for file in [
            "name,form,colour\nA,tablet,red\n",
            "Name;Form;Colour\nA;tablet;red",
            "name\tform\tcolour\n\nA\ttablet\tred",
        ] {
            assert_eq!(cells(file), [["A".to_owned(), "tablet".to_owned()]], "{file:?}");
        }
        assert_eq!(cells("name\nA\n"), [["A".to_owned()]]);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_with_its_line() {
        assert!(text(b"name\nKo\xf6ln").expect_err("Latin-1").starts_with("Line 2 is not in UTF-8"));
        assert!(text(&[0xFF, 0xFE, b'n', 0]).expect_err("UTF-16").contains("UTF-16"));
        assert!(text(b"PK\x03\x04\0\0").expect_err("a spreadsheet itself").contains("Line 1"));
        assert!(text(&vec![b'x'; MOST_BYTES + 1]).expect_err("too large").contains("2 MB"));
        assert_eq!(text(b"\xEF\xBB\xBFname\r\nA\r").as_deref(), Ok("name\nA\n"));
        for (file, message) in [
            ("", "empty"),
            ("\n\n", "empty"),
            ("name\n", "no medicines"),
            ("colour\nred\n", "must name the columns"),
            ("name,NAME\na,b\n", "twice"),
            ("name\n\"open\n", "line 2"),
        ] {
            assert!(lines(file).expect_err(file).contains(message), "{file:?}");
        }
        assert!(
            lines(&format!("name\n{}", "A\n".repeat(100_000))).expect_err("too many").contains("more than 10000 lines")
        );
        let long = lines(&format!("name\n{}\nB\n", "ä".repeat(LONGEST_CELL))).expect("the rest can be read");
        assert!(long[0].cells.is_err() && long[1].cells.is_ok());
        assert_eq!(long[1].number, 3);
        assert!(lines("name\na,b\n").expect("a file")[0].cells.is_err());
    }
}
