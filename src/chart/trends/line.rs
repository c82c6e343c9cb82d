//! Line charts as SVG made on the server: pure geometry. The template draws it, with its title, description and table.

use std::fmt::Write;

use chrono::NaiveDateTime;

/// The picture's size and the space for labels, in its own units.
pub const WIDTH: i64 = 640;
pub const HEIGHT: i64 = 240;
pub const LEFT: i64 = 44;
const RIGHT: i64 = 12;
const TOP: i64 = 12;
const BOTTOM: i64 = 26;
/// A line has at most about so many points; of more, the highest and the lowest of each stretch are drawn.
const MOST_POINTS: usize = 100;
/// Up to so many points each has its dot.
const MOST_DOTS: usize = 40;
/// How many lines cross the picture at most.
const MOST_GRID: i64 = 5;

/// One line: values in a small whole unit, such as tenths, in order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    pub name: &'static str,
    pub points: Vec<(NaiveDateTime, i32)>,
}

/// What a chart shows.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Tells charts of one page apart.
    pub id: &'static str,
    pub title: &'static str,
    pub unit: &'static str,
    pub series: Vec<Series>,
    /// The usual ranges, each from and to.
    pub bands: Vec<(i32, i32)>,
    /// How many of the small units make one.
    pub scale: i32,
    /// The time from the left edge to the right.
    pub from: NaiveDateTime,
    pub to: NaiveDateTime,
}

/// A band of the usual range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    pub y: i64,
    pub height: i64,
}

/// A line as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub name: &'static str,
    /// What tells it from the first by more than its colour, as a class after others.
    pub class: &'static str,
    /// The value of an SVG path's `d`.
    pub path: String,
    pub dots: Vec<(i64, i64)>,
}

/// A label on one of the axes, with its place on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub at: i64,
    pub text: String,
}

/// A line chart, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineChart {
    pub id: &'static str,
    pub title: &'static str,
    pub unit: &'static str,
    /// What the picture shows, in a sentence.
    pub description: String,
    pub lines: Vec<Line>,
    pub bands: Vec<Band>,
    pub grid: Vec<Label>,
    pub dates: Vec<Label>,
    /// The points that are drawn as the table says them, the newest first: the time and a value for each line.
    pub rows: Vec<(NaiveDateTime, Vec<String>)>,
    /// How many values there are, drawn or not.
    pub count: usize,
}

impl LineChart {
    /// Lays out a chart; `None` when there is nothing to see.
    pub fn new(plan: Plan, date: impl Fn(NaiveDateTime) -> String) -> Option<Self> {
        let count = plan.series.iter().map(|s| s.points.len()).sum();
        let values = || plan.series.iter().flat_map(|s| &s.points).map(|(_, value)| i64::from(*value));
        let (lowest, highest) = (values().min()?, values().max()?);
        let reach = plan.bands.iter().map(|(from, to)| (i64::from(*from), i64::from(*to)));
        // The usual range is shown as far as the values come near it.
        let (mut low, mut high) = (lowest, highest);
        for (from, to) in reach {
            low = low.min(from.max(lowest - (to - from)));
            high = high.max(to.min(highest + (to - from)));
        }
        let (bottom, top, step) = scale(low, high, i64::from(plan.scale));
        let inner = HEIGHT - TOP - BOTTOM;
        let y = |value: i64| TOP + inner - (value.clamp(bottom, top) - bottom) * inner / (top - bottom);
        let whole = (plan.to - plan.from).num_seconds().max(1);
        let x = |at: NaiveDateTime| {
            LEFT + ((at - plan.from).num_seconds().clamp(0, whole) * (WIDTH - LEFT - RIGHT)) / whole
        };
        let thin: Vec<Vec<(NaiveDateTime, i32)>> =
            plan.series.iter().map(|s| thinned(&s.points, plan.from, plan.to)).collect();
        let line = |(index, (series, points)): (usize, (&Series, &Vec<(NaiveDateTime, i32)>))| {
            let places: Vec<(i64, i64)> = points.iter().map(|(at, value)| (x(*at), y(i64::from(*value)))).collect();
            let dots = if places.len() <= MOST_DOTS { places.clone() } else { Vec::new() };
            let class = if index == 0 { "" } else { " s2" };
            Line { name: series.name, class, path: path(&places), dots }
        };
        let lines = plan.series.iter().zip(&thin).enumerate().map(line).collect();
        let bands = plan
            .bands
            .iter()
            .map(|(from, to)| (y(i64::from(*to)), y(i64::from(*from))))
            .filter(|(upper, lower)| lower > upper)
            .map(|(upper, lower)| Band { y: upper, height: lower - upper })
            .collect();
        let text = |value: i64| number(value, i64::from(plan.scale));
        let mut grid = Vec::new();
        let mut value = bottom;
        while value <= top {
            grid.push(Label { at: y(value), text: text(value) });
            value += step;
        }
        let quarter = |n: i32| plan.from + (plan.to - plan.from) * n / 4;
        let dates = (0..=4).map(|n| Label { at: x(quarter(n)), text: date(quarter(n)) }).collect();
        let description = describe(&plan, &text);
        let rows = table(&thin, &text);
        let (id, title, unit) = (plan.id, plan.title, plan.unit);
        Some(Self { id, title, unit, description, lines, bands, grid, dates, rows, count })
    }
}

/// Ends and step of a scale that holds both values: whole steps of 1, 2 or 5 times a power of ten of the unit's parts.
fn scale(low: i64, high: i64, parts: i64) -> (i64, i64, i64) {
    let mut unit = if parts >= 1000 { parts / 10 } else { 1 };
    loop {
        for step in [1, 2, 5].map(|n| n * unit) {
            let bottom = low.div_euclid(step) * step;
            let top = (high + step - 1).div_euclid(step).max(bottom / step + 1) * step;
            if (top - bottom) / step <= MOST_GRID {
                return (bottom, top, step);
            }
        }
        unit *= 10;
    }
}

/// At most about `MOST_POINTS` of them: of each stretch of time the highest and the lowest, so that no peak is lost.
fn thinned(points: &[(NaiveDateTime, i32)], from: NaiveDateTime, to: NaiveDateTime) -> Vec<(NaiveDateTime, i32)> {
    if points.len() <= MOST_POINTS {
        return points.to_vec();
    }
    let stretches = i64::try_from(MOST_POINTS / 2).unwrap_or(1);
    let whole = (to - from).num_seconds().max(1);
    let stretch = |at: NaiveDateTime| (at - from).num_seconds().clamp(0, whole) * stretches / whole;
    let mut kept = Vec::with_capacity(MOST_POINTS + 2);
    for part in points.chunk_by(|a, b| stretch(a.0) == stretch(b.0)) {
        let low = part.iter().min_by_key(|(_, value)| *value);
        let high = part.iter().max_by_key(|(_, value)| *value);
        let mut ends: Vec<_> = low.into_iter().chain(high).copied().collect();
        ends.sort_unstable();
        ends.dedup();
        kept.extend(ends);
    }
    kept
}

fn path(places: &[(i64, i64)]) -> String {
    let mut path = String::new();
    for (index, (x, y)) in places.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(path, "{}{x} {y}", if index == 0 { 'M' } else { 'L' });
    }
    path
}

/// `36.8` of 368 tenths; whole numbers without a point.
fn number(value: i64, scale: i64) -> String {
    let tenths = (value * 10 + scale / 2) / scale;
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

fn describe(plan: &Plan, text: &impl Fn(i64) -> String) -> String {
    let mut words = Vec::new();
    for series in &plan.series {
        let values = || series.points.iter().map(|(_, value)| i64::from(*value));
        if let (Some(low), Some(high), Some(last)) = (values().min(), values().max(), values().next_back()) {
            let (low, high, last) = (text(low), text(high), text(last));
            words.push(format!("{}: from {low} to {high} {}, last {last}", series.name, plan.unit));
        }
    }
    format!("{}.", words.join("; "))
}

/// A row for each time, with the value of each line or nothing.
fn table(lines: &[Vec<(NaiveDateTime, i32)>], text: &impl Fn(i64) -> String) -> Vec<(NaiveDateTime, Vec<String>)> {
    let mut times: Vec<NaiveDateTime> = lines.iter().flatten().map(|(at, _)| *at).collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    times.dedup();
    let value = |line: &Vec<(NaiveDateTime, i32)>, at: NaiveDateTime| {
        line.iter().find(|(time, _)| *time == at).map(|(_, value)| text(i64::from(*value))).unwrap_or_default()
    };
    times.into_iter().map(|at| (at, lines.iter().map(|line| value(line, at)).collect())).collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(hours: i64) -> NaiveDateTime {
        NaiveDateTime::default() + TimeDelta::hours(hours)
    }

    fn chart(points: Vec<(NaiveDateTime, i32)>, to: i64) -> Option<LineChart> {
        let series = vec![Series { name: "Pulse", points }];
        let plan = Plan {
            id: "c",
            title: "Pulse",
            unit: "/min",
            series,
            bands: vec![(51, 100)],
            scale: 1,
            from: at(0),
            to: at(to),
        };
        LineChart::new(plan, |at| at.date().to_string())
    }

    #[test]
    fn nothing_gives_no_picture_and_one_value_gives_a_dot() {
        assert_eq!(chart(Vec::new(), 10), None);
        let one = chart(vec![(at(5), 72)], 10).expect("a picture");
        assert_eq!(one.lines[0].dots.len(), 1);
        assert_eq!(one.description, "Pulse: from 72 to 72 /min, last 72.");
    }

    #[test]
    fn everything_lies_inside_the_picture() {
        let points = (0..30).map(|n| (at(n), 40 + i32::try_from(n * n % 97).unwrap_or(0))).collect();
        let chart = chart(points, 20).expect("a picture");
        assert!(chart.grid.len() >= 3 && chart.grid.iter().all(|g| (TOP..=HEIGHT - BOTTOM).contains(&g.at)));
        for (x, y) in &chart.lines[0].dots {
            assert!((LEFT..=WIDTH - RIGHT).contains(x) && (TOP..=HEIGHT - BOTTOM).contains(y), "{x} {y}");
        }
        assert!(chart.bands.iter().all(|b| b.y >= TOP && b.y + b.height <= HEIGHT - BOTTOM));
    }

    #[test]
    fn of_thousands_the_peaks_stay() {
        let value = |n: i64| if n == 1234 { 180 } else { 70 + i32::try_from(n % 7).unwrap_or(0) };
        let points: Vec<_> = (0..2000).map(|n| (at(n), value(n))).collect();
        let chart = chart(points, 2000).expect("a picture");
        assert!(chart.rows.len() <= MOST_POINTS + 4, "{}", chart.rows.len());
        assert!(chart.rows.iter().any(|(time, values)| *time == at(1234) && values == &["180"]));
        assert_eq!(chart.count, 2000);
    }

    #[test]
    fn scales_have_round_steps() {
        for (low, high) in [(118, 142), (72, 72), (0, 0), (365, 391), (20_000, 320_000)] {
            let (bottom, top, step) = scale(low, high, 1);
            assert!(bottom <= low && top >= high && top > bottom && (top - bottom) / step <= MOST_GRID);
        }
    }
}
