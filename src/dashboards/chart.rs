//! Bar charts as SVG made on the server: pure geometry. The template draws it, with its title, description and table.

/// One bar, stacked of its parts from the bottom up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Below the bar.
    pub label: String,
    /// As the table says it.
    pub long_label: String,
    /// One value for each series.
    pub values: Vec<i64>,
}

/// A part of a bar in the picture's units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub series: usize,
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
}

/// A line across the picture with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridLine {
    pub y: i64,
    pub value: i64,
}

/// A label below its bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub x: i64,
    pub text: String,
}

/// A bar chart, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarChart {
    /// Tells charts of one page apart.
    pub id: &'static str,
    pub title: &'static str,
    /// What the picture shows, in a sentence.
    pub description: String,
    /// The names of the series, from the bottom up.
    pub series: Vec<&'static str>,
    pub bars: Vec<Bar>,
    pub parts: Vec<Part>,
    pub grid: Vec<GridLine>,
    pub labels: Vec<Label>,
}

/// The picture's size and the space for labels, in its own units.
pub const WIDTH: i64 = 640;
pub const HEIGHT: i64 = 220;
const LEFT: i64 = 36;
const TOP: i64 = 12;
const BOTTOM: i64 = 26;
/// Labels closer than this would run into each other.
const LABEL_WIDTH: i64 = 46;

impl BarChart {
    /// Lays out the bars. Every bar has one value for each series, none negative.
    pub fn new(
        id: &'static str,
        title: &'static str,
        description: String,
        series: Vec<&'static str>,
        bars: Vec<Bar>,
    ) -> Self {
        let top = nice_top(bars.iter().map(|b| b.values.iter().sum()).max().unwrap_or(0));
        let (inner_width, inner_height) = (WIDTH - LEFT, HEIGHT - TOP - BOTTOM);
        let count = i64::try_from(bars.len()).unwrap_or(1).max(1);
        let every = (LABEL_WIDTH * count + inner_width - 1) / inner_width;
        let (mut parts, mut labels) = (Vec::new(), Vec::new());
        for (at, bar) in (0_i64..).zip(&bars) {
            let (from, to) = (LEFT + at * inner_width / count, LEFT + (at + 1) * inner_width / count);
            let gap = ((to - from) / 5).max(1);
            let mut sum = 0;
            for (series, value) in bar.values.iter().enumerate() {
                let (low, high) = (sum * inner_height / top, (sum + value) * inner_height / top);
                sum += value;
                if high > low {
                    let (y, height) = (TOP + inner_height - high, high - low);
                    parts.push(Part { series, x: from + gap, y, width: (to - from - 2 * gap).max(1), height });
                }
            }
            if at % every.max(1) == 0 {
                labels.push(Label { x: i64::midpoint(from, to), text: bar.label.clone() });
            }
        }
        let grid =
            [0, top / 2, top].map(|value| GridLine { y: TOP + inner_height - value * inner_height / top, value });
        Self { id, title, description, series, bars, parts, grid: grid.to_vec(), labels }
    }

    /// Whether there is nothing to see.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

/// The end of the scale: an even number of 1, 2 or 5 times a power of ten, so that its half is a whole number too.
fn nice_top(largest: i64) -> i64 {
    let mut unit = 1;
    loop {
        for step in [2, 4, 10] {
            if step * unit >= largest {
                return step * unit;
            }
        }
        unit *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(values: &[i64]) -> Bar {
        Bar { label: "1".to_owned(), long_label: "one".to_owned(), values: values.to_vec() }
    }

    #[test]
    fn the_scale_ends_at_a_round_number_with_a_whole_half() {
        for (largest, top) in [(0, 2), (1, 2), (3, 4), (5, 10), (11, 20), (37, 40), (41, 100), (230, 400)] {
            assert_eq!(nice_top(largest), top, "{largest}");
        }
    }

    #[test]
    fn parts_of_a_bar_stand_on_each_other_inside_the_picture() {
        let chart =
            BarChart::new("c", "t", String::new(), vec!["a", "b"], vec![bar(&[3, 1]), bar(&[0, 4]), bar(&[0, 0])]);
        assert_eq!(chart.parts.len(), 3);
        let (lower, upper) = (&chart.parts[0], &chart.parts[1]);
        assert_eq!((lower.series, upper.series), (0, 1));
        assert_eq!(upper.y + upper.height, lower.y);
        assert_eq!(lower.y + lower.height, HEIGHT - BOTTOM);
        assert!(chart.parts.iter().all(|p| p.x >= LEFT && p.x + p.width <= WIDTH && p.y >= TOP));
    }

    #[test]
    fn labels_of_many_bars_keep_their_distance() {
        let chart = BarChart::new("c", "t", String::new(), vec!["a"], (0..60).map(|n| bar(&[n])).collect());
        let distances: Vec<i64> = chart.labels.windows(2).map(|w| w[1].x - w[0].x).collect();
        assert!(distances.iter().all(|d| *d >= LABEL_WIDTH), "{distances:?}");
    }
}
