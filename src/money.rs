//! Money as integer minor units of the hospital's one currency. No floats, ever.

use std::str::FromStr;

use iso_currency::{Currency as Iso, IntoEnumIterator};

/// The hospital's currency, by the rules of ISO 4217.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency(Iso);

impl Currency {
    /// The currency of this three-letter code.
    pub fn named(code: &str) -> Option<Self> {
        let currency = Self(Iso::from_code(code)?);
        // Gold, test codes and the like have no minor unit: nobody pays a bill in them.
        currency.0.exponent().map(|_| currency)
    }

    /// What stands in for a currency that ISO 4217 no longer knows.
    pub fn fallback() -> Self {
        Self(Iso::USD)
    }

    /// Every currency that can be chosen, as code and name.
    pub fn all() -> Vec<(String, String)> {
        Iso::iter()
            .filter(|c| c.exponent().is_some())
            .map(|c| (c.code().to_owned(), format!("{} – {}", c.code(), c.name())))
            .collect()
    }

    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals an amount has: 0 for yen, 2 for euro, 3 for dinar.
    pub fn decimals(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or(2))
    }

    /// An amount as people read it: `1,234.50 USD`.
    pub fn text(self, minor: i64) -> String {
        format!("{} {}", self.plain(minor, true), self.code())
    }

    /// An amount as an input field holds it: `1234.50`.
    pub fn input(self, minor: i64) -> String {
        self.plain(minor, false)
    }

    fn plain(self, minor: i64, grouped: bool) -> String {
        let unit = 10_u64.pow(self.decimals());
        let sign = if minor < 0 { "-" } else { "" };
        let amount = minor.unsigned_abs();
        let mut whole = (amount / unit).to_string();
        if grouped {
            let mut at = whole.len();
            while at > 3 {
                at -= 3;
                whole.insert(at, ',');
            }
        }
        match self.decimals() {
            0 => format!("{sign}{whole}"),
            decimals => format!("{sign}{whole}.{:0width$}", amount % unit, width = decimals as usize),
        }
    }

    /// The minor units of a typed amount that is not negative: `1234.5`, `1,234.50`. `None` when it is no such
    /// amount, has more decimals than the currency, or is beyond any bill (10^12 units).
    pub fn parse(self, text: &str) -> Option<i64> {
        let text = text.trim().replace(',', "");
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |s: &str| s.chars().all(|c| c.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > self.decimals() as usize {
            return None;
        }
        let unit = 10_i64.pow(self.decimals());
        let padded = format!("{fraction:0<width$}", width = self.decimals() as usize);
        let minor = if padded.is_empty() { 0 } else { i64::from_str(&padded).ok()? };
        let amount = i64::from_str(whole).ok()?.checked_mul(unit)?.checked_add(minor)?;
        (amount <= 1_000_000_000_000 * unit).then_some(amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_keep_their_own_decimals() {
        let [yen, euro, dinar] = ["JPY", "EUR", "KWD"].map(|c| Currency::named(c).expect("a real currency"));
        assert_eq!(yen.text(1_234_567), "1,234,567 JPY");
        assert_eq!(euro.text(-5), "-0.05 EUR");
        assert_eq!(dinar.input(1_500), "1.500");
        assert_eq!(euro.parse("1,234.5"), Some(123_450));
        assert_eq!(yen.parse("10.5"), None);
        assert_eq!(euro.parse("-1"), None);
        assert_eq!(euro.parse("99999999999999999999"), None);
        assert_eq!(Currency::named("XAU"), None);
    }
}
