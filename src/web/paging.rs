//! Long lists in pages. The page and every filter stand in the address, so that a list can be sent to a colleague.

/// How many rows a page has.
pub const PAGE_SIZE: i64 = 25;

/// Where a list stands, and the addresses of its neighbours.
#[derive(Clone, Debug)]
pub struct Paging {
    pub page: i64,
    pub pages: i64,
    pub total: i64,
    base: String,
}

impl Paging {
    /// The asked-for page (from 1) of a list with `total` rows; beyond the end means the last.
    /// `base` is the address with its filters and without the page.
    pub fn new(asked: i64, total: i64, base: String) -> Self {
        let pages = ((total + PAGE_SIZE - 1) / PAGE_SIZE).max(1);
        Self { page: asked.clamp(1, pages), pages, total, base }
    }

    /// How many rows come before this page.
    pub fn offset(&self) -> i64 {
        (self.page - 1) * PAGE_SIZE
    }

    /// The address of the page before.
    pub fn prev(&self) -> Option<String> {
        (self.page > 1).then(|| self.address(self.page - 1))
    }

    /// The address of the page after.
    pub fn next(&self) -> Option<String> {
        (self.page < self.pages).then(|| self.address(self.page + 1))
    }

    /// How many there are, in words: "1 entry", "12 entries". Takes the plural.
    pub fn counted(&self, plural: &str) -> String {
        let noun = match (self.total, plural.strip_suffix("ies")) {
            (1, _) if plural == "people" => "person".to_owned(),
            (1, Some(stem)) => format!("{stem}y"),
            (1, None) => plural.trim_end_matches('s').to_owned(),
            _ => plural.to_owned(),
        };
        format!("{} {noun}", self.total)
    }

    fn address(&self, page: i64) -> String {
        let joint = if self.base.contains('?') { '&' } else { '?' };
        format!("{}{joint}page={page}", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_counted_in_the_singular() {
        let counted = |total, noun| Paging::new(1, total, String::new()).counted(noun);
        assert_eq!(counted(1, "appointments"), "1 appointment");
        assert_eq!(counted(1, "entries"), "1 entry");
        assert_eq!(counted(1, "people"), "1 person");
        assert_eq!(counted(0, "visits"), "0 visits");
        assert_eq!(counted(26, "entries"), "26 entries");
    }
}
