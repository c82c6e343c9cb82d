//! How text is compared when case and accents must not matter, on both engines alike.

/// Plain lower-case ASCII of what a person typed: `Łukasz Ñúñez` becomes `lukasz nunez`. White space is single.
pub fn fold(text: &str) -> String {
    deunicode::deunicode(text).to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The key under which a name is unique: lower case, single spaces, accents kept.
pub fn name_key(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Only the digits of a phone number, for search and duplicates.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A pattern for `LIKE … ESCAPE '\'` that finds `word` anywhere, whatever characters it holds.
pub fn contains(word: &str) -> String {
    format!("%{}", begins(word))
}

/// A pattern for `LIKE … ESCAPE '\'` that finds what begins with `word`, whatever characters it holds.
pub fn begins(word: &str) -> String {
    let mut pattern = String::with_capacity(word.len() + 1);
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
