//! The table that comes with the program: `assets/icd-10-cm.tsv.gz`, which `scripts/icd10cm.py` makes.

use std::io::Read;

use flate2::read::GzDecoder;

use super::model::{DiagnosisCode, key};
use crate::error::AppError;

/// The edition's name.
pub const NAME: &str = "ICD-10-CM 2026";
/// Its release. A hospital that has an older one takes this at its next start.
pub const RELEASE: &str = "2026-04-01";

const TABLE: &[u8] = include_bytes!("../../assets/icd-10-cm.tsv.gz");

/// Every code, in order.
///
/// # Errors
/// `Internal` when the file in the program is not what the script makes.
pub fn codes() -> Result<Vec<DiagnosisCode>, AppError> {
    let mut text = String::new();
    GzDecoder::new(TABLE)
        .read_to_string(&mut text)
        .map_err(|e| AppError::Internal(format!("the built-in table of diagnoses: {e}")))?;
    // The first line names the columns.
    text.lines().skip(1).map(code).collect()
}

fn code(line: &str) -> Result<DiagnosisCode, AppError> {
    let mut cells = line.split('\t');
    let (Some(code), Some(billable), Some(description), Some(terms), None) =
        (cells.next(), cells.next(), cells.next(), cells.next(), cells.next())
    else {
        return Err(AppError::Internal(format!("a line of the built-in table of diagnoses: {line:?}")));
    };
    Ok(DiagnosisCode {
        code_key: key(code),
        code: code.to_owned(),
        description: description.to_owned(),
        terms: terms.to_owned(),
        is_billable: billable == "1",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_built_in_table_is_whole() {
        let codes = codes().expect("it can be read");
        assert_eq!(codes.len(), 98_186);
        assert_eq!(codes.iter().filter(|c| c.is_billable).count(), 74_719);
        let keys: HashSet<&str> = codes.iter().map(|c| c.code_key.as_str()).collect();
        assert_eq!(keys.len(), codes.len(), "no two codes are told apart by their dot alone");
        assert!(codes.iter().all(|c| !c.description.is_empty() && !c.code_key.is_empty()));
        let cold = codes.iter().find(|c| c.code == "J00").expect("the common cold");
        assert!(cold.is_billable && cold.description.contains("[common cold]") && cold.terms.contains("Coryza"));
        assert!(codes.iter().any(|c| c.code == "E11" && !c.is_billable));
    }
}
