//! Bars of money as SVG made on the server: pure geometry. Amounts may be negative; their bars hang below the line.

use crate::money::Currency;

/// A bar with its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Below the chart.
    pub label: String,
    /// What a pointer over it says: whose it is, and how much.
    pub title: String,
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    pub is_negative: bool,
}

/// A line across the picture with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridLine {
    pub y: i64,
    pub text: String,
    pub is_zero: bool,
}

/// A label below its bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub x: i64,
    pub text: String,
}

/// A chart, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    pub title: String,
    /// What the picture shows, in a sentence.
    pub description: String,
    pub bars: Vec<Bar>,
    pub grid: Vec<GridLine>,
    pub labels: Vec<Label>,
}

/// The picture's size and the space for labels, in its own units.
pub const WIDTH: i64 = 640;
pub const HEIGHT: i64 = 230;
pub const LEFT: i64 = 48;
const TOP: i64 = 14;
const BOTTOM: i64 = 26;
/// Labels closer than this would run into each other.
const LABEL_WIDTH: i64 = 74;
/// How many parts the scale has at most.
const PARTS: i128 = 5;

impl Chart {
    /// Lays out bars of these labels, long names and amounts.
    pub fn new(title: String, description: String, currency: Currency, values: &[(String, String, i64)]) -> Self {
        let amounts = || values.iter().map(|(.., amount)| i128::from(*amount));
        let (low, high) = (amounts().min().unwrap_or(0).min(0), amounts().max().unwrap_or(0).max(0));
        let step = step(low, high);
        let (bottom, top) = (-((-low + step - 1) / step) * step, ((high + step - 1) / step).max(1) * step);
        let (inner_width, inner_height) = (WIDTH - LEFT, HEIGHT - TOP - BOTTOM);
        let y_of = |value: i128| {
            let from_top = (top - value) * i128::from(inner_height) / (top - bottom);
            TOP + i64::try_from(from_top).unwrap_or(0)
        };
        let count = i64::try_from(values.len()).unwrap_or(1).max(1);
        let every = (LABEL_WIDTH * count + inner_width - 1) / inner_width;
        let (mut bars, mut labels) = (Vec::new(), Vec::new());
        for (at, (label, long, amount)) in (0_i64..).zip(values) {
            let (from, to) = (LEFT + at * inner_width / count, LEFT + (at + 1) * inner_width / count);
            let gap = ((to - from) / 5).clamp(0, 40);
            let (zero, end) = (y_of(0), y_of(i128::from(*amount)));
            if *amount != 0 {
                bars.push(Bar {
                    label: label.clone(),
                    title: format!("{long}: {}", currency.text(*amount)),
                    x: from + gap,
                    y: zero.min(end),
                    width: (to - from - 2 * gap).max(1),
                    // What is there is seen, however little it is beside the rest.
                    height: (zero - end).abs().max(1),
                    is_negative: *amount < 0,
                });
            }
            if at % every.max(1) == 0 {
                labels.push(Label { x: i64::midpoint(from, to), text: label.clone() });
            }
        }
        let mut grid = Vec::new();
        let mut value = bottom;
        while value <= top {
            grid.push(GridLine { y: y_of(value), text: short(value, currency), is_zero: value == 0 });
            value += step;
        }
        Self { title, description, bars, grid, labels }
    }

    /// Whether there is nothing to see.
    pub fn is_empty(&self) -> bool {
        self.bars.is_empty()
    }
}

/// The distance of the lines: 1, 2 or 5 times a power of ten, so that few of them reach from low to high.
fn step(low: i128, high: i128) -> i128 {
    let mut unit = 1;
    loop {
        for step in [unit, 2 * unit, 5 * unit] {
            if step * PARTS >= high - low {
                return step;
            }
        }
        unit *= 10;
    }
}

/// An amount in few letters: `2.5k`, `1M`. Where it is no round number of units, in full.
fn short(minor: i128, currency: Currency) -> String {
    let unit = 10_i128.pow(currency.decimals());
    if minor % unit != 0 {
        return currency.input(i64::try_from(minor).unwrap_or(i64::MAX));
    }
    let whole = minor / unit;
    for (size, letter) in [(1_000_000_000, 'G'), (1_000_000, 'M'), (1_000, 'k')] {
        if whole.abs() >= size && whole % (size / 10) == 0 {
            let tenth = (whole / (size / 10)).abs() % 10;
            let sign = if whole < 0 { "-" } else { "" };
            let whole = (whole / size).abs();
            return if tenth == 0 {
                format!("{sign}{whole}{letter}")
            } else {
                format!("{sign}{whole}.{tenth}{letter}")
            };
        }
    }
    whole.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(amounts: &[i64]) -> Chart {
        let values: Vec<_> = amounts.iter().map(|amount| ("1 Jun".to_owned(), "one".to_owned(), *amount)).collect();
        Chart::new(String::new(), String::new(), euro(), &values)
    }

    fn euro() -> Currency {
        Currency::named("EUR").expect("a real currency")
    }

    #[test]
    fn bars_stand_on_the_line_or_hang_from_it_inside_the_picture() {
        for amounts in
            [&[100, -50][..], &[0, 0], &[1], &[-7], &[i64::MAX / 2, -3], &[12_345_678, 1], &[5_000, 10_000, 0]]
        {
            let chart = chart(amounts);
            let zero = chart.grid.iter().find(|line| line.is_zero).expect("the scale has its zero").y;
            assert!((2..=8).contains(&chart.grid.len()), "{amounts:?}: {:?}", chart.grid);
            for bar in &chart.bars {
                let edge = if bar.is_negative { bar.y } else { bar.y + bar.height };
                assert!((edge - zero).abs() <= 1, "{amounts:?}: {bar:?}");
                assert!(bar.x >= LEFT && bar.x + bar.width <= WIDTH, "{bar:?}");
                assert!(bar.y >= TOP - 1 && bar.y + bar.height <= HEIGHT - BOTTOM + 1, "{amounts:?}: {bar:?}");
            }
            assert_eq!(chart.bars.len(), amounts.iter().filter(|amount| **amount != 0).count());
        }
    }

    #[test]
    fn amounts_on_the_scale_are_short() {
        for (minor, text) in [
            (0, "0"),
            (50, "0.50"),
            (20_000, "200"),
            (150_000, "1.5k"),
            (-5_000_000, "-50k"),
            (100_000_000, "1M"),
            (-250_000_000, "-2.5M"),
        ] {
            assert_eq!(short(minor, euro()), text);
        }
    }

    #[test]
    fn labels_of_many_bars_keep_their_distance() {
        let many = chart(&[100; 366]);
        assert!(many.labels.windows(2).all(|pair| pair[1].x - pair[0].x >= LABEL_WIDTH - 1));
    }
}
