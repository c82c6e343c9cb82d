//! The numbers that people say and type: a prefix for the kind of record, then its id.

/// `PAT000123`: the prefix and at least six digits.
pub fn write(prefix: &str, id: i64) -> String {
    format!("{prefix}{id:06}")
}

/// The id in a number as people type it, whatever its case and its leading zeros: `PAT000123`, `pat123`. `None` for
/// another prefix and for anything else.
pub fn read(prefix: &str, typed: &str) -> Option<i64> {
    let typed = typed.trim().to_uppercase();
    let digits = typed.strip_prefix(prefix)?;
    let is_number = !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}
