//! One measurement: how it is typed, and what cannot be.

use std::ops::RangeInclusive;

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Height,
    Weight,
    Systolic,
    Diastolic,
    Pulse,
    Temperature,
    Respiration,
    OxygenSaturation,
    Pain,
}

impl Measure {
    /// Every measure, in the order of the form.
    pub const ALL: [Self; 9] = [
        Self::Systolic,
        Self::Diastolic,
        Self::Pulse,
        Self::Temperature,
        Self::Respiration,
        Self::OxygenSaturation,
        Self::Height,
        Self::Weight,
        Self::Pain,
    ];

    /// The name of its form field.
    pub fn field(self) -> &'static str {
        match self {
            Self::Height => "height",
            Self::Weight => "weight",
            Self::Systolic => "systolic",
            Self::Diastolic => "diastolic",
            Self::Pulse => "pulse",
            Self::Temperature => "temperature",
            Self::Respiration => "respiration",
            Self::OxygenSaturation => "oxygen_saturation",
            Self::Pain => "pain",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Height => "Height",
            Self::Weight => "Weight",
            Self::Systolic => "Systolic",
            Self::Diastolic => "Diastolic",
            Self::Pulse => "Pulse",
            Self::Temperature => "Temperature",
            Self::Respiration => "Respiration",
            Self::OxygenSaturation => "SpO₂",
            Self::Pain => "Pain",
        }
    }

    /// The unit in which it is typed and shown.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Height => "cm",
            Self::Weight => "kg",
            Self::Systolic | Self::Diastolic => "mmHg",
            Self::Pulse | Self::Respiration => "/min",
            Self::Temperature => "°C",
            Self::OxygenSaturation => "%",
            Self::Pain => "of 10",
        }
    }

    /// How many digits after the point a typed value may have; the stored integer holds them all.
    fn decimals(self) -> usize {
        match self {
            Self::Height | Self::Temperature => 1,
            Self::Weight => 3,
            _ => 0,
        }
    }

    /// Between these a value can be true of a living person; in the stored unit. The same as the database's checks.
    pub fn limits(self) -> RangeInclusive<i32> {
        match self {
            Self::Height => 200..=2800,
            Self::Weight => 200..=700_000,
            Self::Systolic => 30..=350,
            Self::Diastolic => 10..=250,
            Self::Pulse => 10..=350,
            Self::Temperature => 200..=460,
            Self::Respiration => 2..=120,
            Self::OxygenSaturation => 20..=100,
            Self::Pain => 0..=10,
        }
    }

    /// Reads what was typed, with a comma or a point: `None` for nothing.
    ///
    /// # Errors
    /// What to tell the person.
    pub fn parse(self, typed: &str) -> Result<Option<i32>, String> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let Some(value) = read_decimal(typed, self.decimals()) else {
            if let Some(meant) = self.meant_in_another_unit(typed) {
                return Err(meant);
            }
            return Err(match self.decimals() {
                0 => format!("{}: enter a whole number.", self.label()),
                1 => format!("{}: enter a number with at most one decimal.", self.label()),
                digits => format!("{}: enter a number with at most {digits} decimals.", self.label()),
            });
        };
        let limits = self.limits();
        match i32::try_from(value).ok().filter(|v| limits.contains(v)) {
            Some(value) => Ok(Some(value)),
            None => Err(self.meant_in_another_unit(typed).unwrap_or_else(|| self.out_of_range(value))),
        }
    }

    /// What to tell a person who typed metres, grams or a fraction where they are easily meant.
    fn meant_in_another_unit(self, typed: &str) -> Option<String> {
        let thousandths = read_decimal(typed, 3)?;
        let (from, to) = (i64::from(*self.limits().start()), i64::from(*self.limits().end()));
        let meant = match self {
            // Metres: thousandths of one are millimetres, as stored.
            Self::Height => thousandths,
            // Grams: whole ones are stored.
            Self::Weight if thousandths % 1000 == 0 => thousandths / 1000,
            // A part of one: 0.98.
            Self::OxygenSaturation if thousandths <= 1000 => thousandths / 10,
            // Kilopascals: 7.5 mmHg each.
            Self::Systolic | Self::Diastolic if thousandths >= 4_000 => (thousandths * 15 / 2 + 500) / 1000,
            _ => return None,
        };
        // Below these, what was typed is no other unit but a wrong number.
        let least = if self == Self::Height { 400 } else { from };
        let value = i32::try_from(meant).ok().filter(|_| (least..=to).contains(&meant))?;
        Some(format!("{} is in {}: did you mean {}?", self.label(), self.unit(), self.text(value)))
    }

    /// How many of the stored units make one of those shown.
    pub fn parts(self) -> i32 {
        match self.decimals() {
            0 => 1,
            1 => 10,
            _ => 1000,
        }
    }

    /// Says the range, and what the person may have meant when another unit was typed.
    fn out_of_range(self, value: i64) -> String {
        let limits = self.limits();
        let (from, to) = (self.text(*limits.start()), self.text(*limits.end()));
        let range = format!("{} must be between {from} and {to} {}.", self.label(), self.unit());
        match self {
            // 50 to 120 °F.
            Self::Temperature if (500..=1200).contains(&value) => {
                let celsius = i32::try_from((value - 320) * 5 / 9).unwrap_or_default();
                format!("{range} If this is Fahrenheit, enter {}.", self.text(celsius))
            }
            _ => range,
        }
    }

    /// A stored value as it is shown and typed: `36.8`, without needless zeros.
    pub fn text(self, value: i32) -> String {
        let digits = self.decimals();
        if digits == 0 {
            return value.to_string();
        }
        let scale = 10_i32.pow(u32::try_from(digits).unwrap_or(0));
        let text = format!("{}.{:0digits$}", value / scale, (value % scale).abs());
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// A number without sign, with at most so many decimals, as an integer of its last decimal.
fn read_decimal(typed: &str, decimals: usize) -> Option<i64> {
    let (whole, part) = typed.split_once([',', '.']).unwrap_or((typed, ""));
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let part = part.trim_end_matches('0');
    if whole.is_empty() || whole.len() > 9 || !all_digits(whole) || part.len() > decimals || !all_digits(part) {
        return None;
    }
    format!("{whole}{part:0<decimals$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_comma_or_point_and_shown_without_needless_zeros() {
        assert_eq!(Measure::Height.parse("172,5"), Ok(Some(1725)));
        assert_eq!(Measure::Weight.parse(" 72.4 "), Ok(Some(72_400)));
        assert_eq!(Measure::Weight.parse("3.250"), Ok(Some(3250)));
        assert_eq!(Measure::Temperature.parse("37"), Ok(Some(370)));
        assert_eq!(Measure::Pulse.parse("72.0"), Ok(Some(72)));
        assert_eq!(Measure::Pulse.parse("  "), Ok(None));
        for (measure, value, shown) in [
            (Measure::Height, 1725, "172.5"),
            (Measure::Weight, 72_400, "72.4"),
            (Measure::Weight, 3050, "3.05"),
            (Measure::Temperature, 370, "37"),
        ] {
            assert_eq!(measure.text(value), shown);
            assert_eq!(measure.parse(shown), Ok(Some(value)), "what is shown can be typed");
        }
    }

    #[test]
    fn what_is_no_number_or_cannot_be_true_is_refused() {
        let junk = ["-5", "1e2", "٣٧", "12.34.5", ",5", "abc", "99999999999999999999", "37.25", "½", "NaN"];
        for typed in junk {
            assert!(Measure::Temperature.parse(typed).is_err(), "{typed}");
        }
        for measure in Measure::ALL {
            let (from, to) = (*measure.limits().start(), *measure.limits().end());
            assert_eq!(measure.parse(&measure.text(from)), Ok(Some(from)), "{measure:?}");
            assert_eq!(measure.parse(&measure.text(to)), Ok(Some(to)), "{measure:?}");
            assert!(measure.parse(&measure.text(to + 1)).is_err(), "{measure:?}");
        }
    }

    #[test]
    fn the_wrong_unit_is_recognised() {
        let fahrenheit = Measure::Temperature.parse("98.6").expect_err("too hot");
        assert!(fahrenheit.contains("enter 37."), "{fahrenheit}");
        for (measure, typed, meant) in [
            (Measure::Height, "1.75", "Height is in cm: did you mean 175?"),
            (Measure::Height, "1,7", "Height is in cm: did you mean 170?"),
            (Measure::Weight, "3250", "Weight is in kg: did you mean 3.25?"),
            (Measure::Weight, "72400", "Weight is in kg: did you mean 72.4?"),
            (Measure::OxygenSaturation, "0.98", "SpO₂ is in %: did you mean 98?"),
            (Measure::Systolic, "16", "Systolic is in mmHg: did you mean 120?"),
        ] {
            assert_eq!(measure.parse(typed), Err(meant.to_owned()), "{measure:?} {typed}");
        }
        assert!(Measure::Height.parse("0.1").expect_err("nothing").contains("between"));
    }
}
