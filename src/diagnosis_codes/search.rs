//! Finding a diagnosis by its code or by its words, in memory. Pure: no SQL, no HTTP.
//!
//! Codes are sorted, so that those with the same beginning are neighbours. Each word leads to the codes it occurs in.
//! What a query's words lead to is a set of bits, one for each code; the sets are intersected and what is left is ranked.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

use super::model::{DiagnosisCode, key};
use crate::db::fold::fold;

/// How many words of a query count.
const MOST_WORDS: usize = 12;

/// The codes of general practice and of common emergencies, which come before rare ones that match as well. What the
/// hospital itself has used counts beyond that.
const COMMON: &str = include_str!("common.txt");
/// A common code weighs as much as one that was used this often here.
const COMMON_WEIGHT: u32 = 4;

/// All codes, ready to be searched.
pub struct Index {
    /// By [`key`].
    codes: Vec<Entry>,
    /// By their text.
    words: Vec<Word>,
}

struct Entry {
    code: DiagnosisCode,
    /// Twice as often used is one more.
    weight: u32,
}

struct Word {
    text: String,
    /// Positions of the codes that have it in their description, ascending.
    described: Vec<u32>,
    /// Of those that have it among their other words only.
    termed: Vec<u32>,
}

/// A code that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub code: String,
    pub description: String,
    pub is_billable: bool,
    /// The other words for it that were asked for, where its description does not have them.
    pub term: Option<String>,
}

/// What was found: the best, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub hits: Vec<Hit>,
    pub total: usize,
}

impl Index {
    /// `usage` says how often each code was used in this hospital.
    pub fn new(mut codes: Vec<DiagnosisCode>, usage: &HashMap<String, i64>) -> Self {
        codes.sort_unstable_by(|a, b| a.code_key.cmp(&b.code_key));
        let mut words: HashMap<String, (Vec<u32>, Vec<u32>)> = HashMap::new();
        for (at, code) in (0_u32..).zip(&codes) {
            for word in words_of(&code.description) {
                let (described, _) = words.entry(word).or_default();
                if described.last() != Some(&at) {
                    described.push(at);
                }
            }
            for word in words_of(&code.terms) {
                let (described, termed) = words.entry(word).or_default();
                if described.last() != Some(&at) && termed.last() != Some(&at) {
                    termed.push(at);
                }
            }
        }
        let word = |(text, (described, termed))| Word { text, described, termed };
        let mut words: Vec<Word> = words.into_iter().map(word).collect();
        words.sort_unstable_by(|a, b| a.text.cmp(&b.text));
        let common: Vec<&str> = COMMON.lines().filter(|line| !line.starts_with('#')).collect();
        let entry = |code: DiagnosisCode| {
            let used = usage.get(&code.code).copied().and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
            let is_common = common.contains(&code.code.as_str());
            Entry { weight: (used + 1).ilog2() + if is_common { COMMON_WEIGHT } else { 0 }, code }
        };
        Self { codes: codes.into_iter().map(entry).collect(), words }
    }

    /// The best `limit` codes that have every word of the query: as the beginning of the code, with its dot or without,
    /// or as the beginning of a word, in any order, whatever its case and accents.
    pub fn search(&self, query: &str, limit: usize) -> Found {
        let parts: Vec<&str> = query.split_whitespace().take(MOST_WORDS).collect();
        let mut described = Bits::all(self.codes.len());
        let mut matched = described.clone();
        let mut is_asked = false;
        for part in &parts {
            let Some((in_description, anywhere)) = self.matching(part) else { continue };
            is_asked = true;
            described.intersect(&in_description);
            matched.intersect(&anywhere);
        }
        if !is_asked {
            return Found::default();
        }
        let code = if let [only] = parts.as_slice() { key(only) } else { String::new() };
        // The smallest comes first.
        let rank = |at: u32| {
            let Entry { code: found, weight } = &self.codes[at as usize];
            let is_exact = !code.is_empty() && found.code_key == code;
            let begins = !code.is_empty() && found.code_key.starts_with(&code);
            let fits = (Reverse(is_exact), Reverse(begins), Reverse(described.has(at)));
            (fits, Reverse(found.is_billable), Reverse(*weight), found.description.len(), at)
        };
        let mut ranked: Vec<_> = matched.positions().map(rank).collect();
        let total = ranked.len();
        if total > limit {
            ranked.select_nth_unstable(limit);
            ranked.truncate(limit);
        }
        ranked.sort_unstable();
        Found { hits: ranked.into_iter().map(|(.., at)| self.hit(at, &parts, described.has(at))).collect(), total }
    }

    /// The codes that one word of a query leads to: by their description or code, and by anything.
    fn matching(&self, part: &str) -> Option<(Bits, Bits)> {
        let words = words_of(part);
        let code = key(part);
        if words.is_empty() {
            return None;
        }
        let mut described = Bits::all(self.codes.len());
        let mut matched = described.clone();
        for word in &words {
            let (mut in_description, mut anywhere) = (Bits::none(self.codes.len()), Bits::none(self.codes.len()));
            for spelling in spellings(word) {
                for found in &self.words[beginning(&self.words, |w| &w.text, &spelling)] {
                    in_description.add(&found.described);
                    anywhere.add(&found.described);
                    anywhere.add(&found.termed);
                }
            }
            described.intersect(&in_description);
            matched.intersect(&anywhere);
        }
        if !code.is_empty() {
            for at in beginning(&self.codes, |entry| &entry.code.code_key, &code) {
                described.set(at);
                matched.set(at);
            }
        }
        Some((described, matched))
    }

    fn hit(&self, at: u32, parts: &[&str], is_described: bool) -> Hit {
        let found = &self.codes[at as usize].code;
        let term = if is_described { None } else { best_term(found, parts) };
        Hit { code: found.code.clone(), description: found.description.clone(), is_billable: found.is_billable, term }
    }
}

/// The term that has most of the words asked for.
fn best_term(code: &DiagnosisCode, parts: &[&str]) -> Option<String> {
    let wanted: Vec<String> = parts.iter().flat_map(|part| words_of(part)).collect();
    let fitting = |term: &&str| {
        let words = words_of(term);
        let has = |word: &&String| spellings(word).iter().any(|s| words.iter().any(|w| w.starts_with(s)));
        (wanted.iter().filter(has).count(), Reverse(term.len()))
    };
    code.terms.split("; ").max_by_key(fitting).map(ToOwned::to_owned)
}

/// The neighbours in a sorted list whose text begins with this.
fn beginning<T>(sorted: &[T], text: impl Fn(&T) -> &String, prefix: &str) -> Range<usize> {
    let from = sorted.partition_point(|item| text(item).as_str() < prefix);
    let more = sorted[from..].partition_point(|item| text(item).starts_with(prefix));
    from..from + more
}

/// Words as they are compared: plain lower-case letters and digits. An apostrophe parts no word.
fn words_of(text: &str) -> Vec<String> {
    let folded = fold(&text.replace(['\'', '’'], ""));
    folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).map(ToOwned::to_owned).collect()
}

/// A word as it was typed, and as Americans write it, whose classification this is: `anaemia`, `oedema`, `tumour`.
fn spellings(word: &str) -> Vec<String> {
    let american = word.replace("ae", "e").replace("oe", "e").replace("our", "or");
    if american == word { vec![american] } else { vec![word.to_owned(), american] }
}

/// A set of positions.
#[derive(Clone)]
struct Bits(Vec<u64>);

impl Bits {
    fn none(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    fn all(size: usize) -> Self {
        let mut bits = Self(vec![u64::MAX; size.div_ceil(64)]);
        if let (Some(last), rest @ 1..) = (bits.0.last_mut(), size % 64) {
            *last = (1 << rest) - 1;
        }
        bits
    }

    fn set(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    fn has(&self, at: u32) -> bool {
        self.0[at as usize / 64] & (1 << (at % 64)) != 0
    }

    fn add(&mut self, positions: &[u32]) {
        for &at in positions {
            self.set(at as usize);
        }
    }

    fn intersect(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own &= other;
        }
    }

    /// Ascending.
    fn positions(&self) -> impl Iterator<Item = u32> {
        (0_u32..).zip(&self.0).flat_map(|(block, &bits)| {
            let mut rest = bits;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                Some(block * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis_codes::built_in;

    fn codes(found: &Found) -> Vec<&str> {
        found.hits.iter().map(|hit| hit.code.as_str()).collect()
    }

    fn first(index: &Index, query: &str) -> String {
        index.search(query, 20).hits.first().map(|hit| hit.code.clone()).unwrap_or_default()
    }

    /// One table for all: reading it takes as long as all the searches.
    #[test]
    fn the_built_in_table_is_searched_by_code_and_by_words() {
        let index = Index::new(built_in::codes().expect("it can be read"), &HashMap::new());

        // With and without the dot, in either case, and the code itself before those that begin with it.
        for query in ["e11.9", "E119", " E11.9 "] {
            assert_eq!(first(&index, query), "E11.9", "{query}");
        }
        let found = index.search("E11", 20);
        assert_eq!(found.hits[0].code, "E11");
        assert!(!found.hits[0].is_billable && found.hits[1].is_billable);
        assert!(found.hits.iter().all(|hit| hit.code.starts_with("E11")));
        assert_eq!((found.hits.len(), found.total > 80), (20, true));

        // Words in any order, each by its beginning, whatever its case.
        for query in ["mell diab 2", "type 2 diabetes mellitus", "DIAB 2 MELL", "e11 diab"] {
            let found = index.search(query, 100);
            assert!(codes(&found).contains(&"E11.9"), "{query}: {:?}", codes(&found));
        }
        // Accents, apostrophes, hyphens, spellings.
        assert!(codes(&index.search("meniere", 20)).contains(&"H81.09"));
        assert!(codes(&index.search("Ménière’s", 20)).contains(&"H81.09"));
        assert!(codes(&index.search("crohn's fistula", 20)).contains(&"K50.913"));
        assert_eq!(index.search("anaemia iron", 20), index.search("anemia iron", 20));
        assert!(codes(&index.search("non-st infarction", 20)).contains(&"I21.4"));
        // Other words for it, shown with the one that was asked for.
        let pressure = index.search("high blood pressure", 20);
        assert_eq!(pressure.hits[0].code, "I10");
        assert_eq!(pressure.hits[0].term.as_deref(), Some("high blood pressure"));
        // What is common comes first.
        for (query, code) in [("hypertension", "I10"), ("asthma", "J45.909"), ("pneumonia", "J18.9"), ("cold", "J00")] {
            assert_eq!(first(&index, query), code, "{query}");
        }

        // What nothing has, and what asks for nothing.
        for query in ["", "   ", "...", "zzzz", "diabetes zzzz", "🩺", "' % _ \\"] {
            assert_eq!(index.search(query, 20).total, 0, "{query:?}");
        }
        assert!(index.search(&"diabetes ".repeat(50), 20).total > 0);
        assert!(index.search("e", 20).total > 1000);
        for line in COMMON.lines().filter(|line| !line.starts_with('#')) {
            let found = index.search(line, 1);
            assert!(found.hits.iter().any(|hit| hit.code == line && hit.is_billable), "{line} is no billable code");
        }
    }

    #[test]
    fn what_the_hospital_uses_comes_first() {
        let code = |code: &str, description: &str| DiagnosisCode {
            code_key: key(code),
            code: code.to_owned(),
            description: description.to_owned(),
            terms: String::new(),
            is_billable: true,
        };
        let table =
            || vec![code("X1", "Sprain of ankle"), code("X2", "Sprain of left ankle"), code("X3", "Other sprain")];
        let plain = Index::new(table(), &HashMap::new());
        assert_eq!(codes(&plain.search("sprain", 9)), ["X3", "X1", "X2"]);
        let used = Index::new(table(), &HashMap::from([("X2".to_owned(), 40)]));
        assert_eq!(codes(&used.search("sprain", 9)), ["X2", "X3", "X1"]);
        assert_eq!(codes(&used.search("x1", 9)), ["X1"]);
        assert_eq!(Index::new(Vec::new(), &HashMap::new()).search("x", 9), Found::default());
    }
}
