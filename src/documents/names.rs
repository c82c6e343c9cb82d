//! What people call their files and documents, made harmless: a name is shown and offered for saving, and never opened.

/// The longest name that is kept, in characters.
const LONGEST: usize = 120;

/// Whether a character only steers how others are shown: it turns the direction of writing, joins or hides letters. With
/// them `gpj.exe` can be made to read `exe.jpg`.
fn is_steering(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// One line of text without what steers its showing; white space is single.
pub fn line(text: &str) -> String {
    let kept: String =
        text.chars().filter(|c| !is_steering(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The name of an uploaded file without its folders, on any system that it may come from.
pub fn file_name(typed: &str) -> String {
    // Longer than any name, before anything else is done with it.
    let end = typed.char_indices().rev().nth(1000).map_or(0, |(at, _)| at);
    let base = typed[end..].rsplit(['/', '\\']).next().unwrap_or_default();
    let name = line(base);
    let name = name.trim_matches(['.', ' ']);
    let (stem, ending) = split(name);
    let kept: String = stem.chars().take(LONGEST - ending.len().min(10) - 1).collect();
    if ending.is_empty() { kept } else { format!("{}.{ending}", kept.trim_end()) }
}

/// A name without its ending, and the ending in lower case; empty for a name that has none of at most ten letters.
pub fn split(name: &str) -> (&str, String) {
    match name.rsplit_once('.') {
        Some((stem, ending))
            if !ending.is_empty() && ending.len() <= 10 && ending.chars().all(|c| c.is_ascii_alphanumeric()) =>
        {
            (stem, ending.to_ascii_lowercase())
        }
        _ => (name, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_loses_its_folders_and_whatever_turns_or_hides_letters() {
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("C:\\Users\\me\\Blood test.PDF"), "Blood test.pdf");
        assert_eq!(file_name("photo\u{202e}gpj.exe"), "photogpj.exe");
        assert_eq!(file_name("a\u{0}b\r\nSet-Cookie: x.txt"), "a b Set-Cookie: x.txt");
        assert_eq!(file_name("..."), "");
        assert_eq!(file_name("/"), "");
        assert_eq!(file_name(".pdf"), "pdf");
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = file_name(&format!("{}.PDF", "🩺".repeat(300)));
        assert!(name.chars().count() <= LONGEST && name.ends_with("🩺.pdf"), "{name}");
        assert!(file_name(&"é".repeat(100_000)).chars().count() <= LONGEST);
    }
}
