//! The whiteboard of a prescription: what a doctor draws beside the words, kept as strokes and shown as SVG, so that
//! it prints sharp.
//!
//! Invariant: a stored drawing has passed [`Drawing::parse`]: it is bounded in size, lies within its field, and names
//! colours and outlines of ours only, so nothing that a browser sent reaches the SVG as it was.

mod outlines;

use std::fmt::{Display, Write};

use serde::{Deserialize, Serialize};

use crate::paper::{Figure, Line, hex};

/// The field that points lie on, in units of the drawing.
pub const WIDTH: u16 = 1000;
pub const HEIGHT: u16 = 700;

/// The largest drawing that is read, in bytes of its JSON.
pub const MOST_BYTES: usize = 200_000;
const MOST_STROKES: usize = 500;
const MOST_POINTS: usize = 20_000;

/// What is drawn on.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Background {
    #[default]
    Blank,
    Body,
    Head,
    Hands,
}

impl Background {
    /// Its name as it is stored and sent.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What it shows, as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Blank => "Blank",
            Self::Body => "Body",
            Self::Head => "Head",
            Self::Hands => "Hands",
        }
    }

    /// The lines of it, as SVG path data.
    pub fn outline(self) -> &'static [&'static str] {
        match self {
            Self::Blank => &[],
            Self::Body => outlines::BODY,
            Self::Head => outlines::HEAD,
            Self::Hands => outlines::HANDS,
        }
    }
}

/// How an outline is drawn, so that what is drawn on it stands out.
const OUTLINE: ([u8; 3], f32) = ([0x90, 0xa2, 0xab], 2.5);

/// The colours of the pens. Dark enough to be told apart on white paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Ink {
    Black,
    Red,
    Blue,
    Green,
}

impl Ink {
    /// Its name as it is stored and sent.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The colour as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Black => "Black",
            Self::Red => "Red",
            Self::Blue => "Blue",
            Self::Green => "Green",
        }
    }

    /// Red, green and blue.
    pub fn rgb(self) -> [u8; 3] {
        match self {
            Self::Black => [0x1a, 0x1f, 0x24],
            Self::Red => [0xc4, 0x1c, 0x1c],
            Self::Blue => [0x1b, 0x4f, 0xb8],
            Self::Green => [0x1a, 0x7a, 0x3c],
        }
    }

    /// As SVG writes it.
    pub fn hex(self) -> String {
        hex(self.rgb())
    }
}

/// The widths of the pens, in units of the drawing.
pub const WIDTHS: [(u8, &str); 3] = [(3, "Thin"), (6, "Medium"), (14, "Thick")];

/// One movement of the pen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stroke {
    pub ink: Ink,
    /// One of [`WIDTHS`].
    pub width: u8,
    /// x and y in turn.
    pub points: Vec<u16>,
}

impl Stroke {
    /// Its line as SVG path data: smooth, through the middles between the points.
    pub fn path(&self) -> String {
        let at = |index: usize| (f32::from(self.points[2 * index]), f32::from(self.points[2 * index + 1]));
        let count = self.points.len() / 2;
        let mut path = String::with_capacity(count * 16);
        let mut add = |part: std::fmt::Arguments<'_>| {
            // Writing to a String cannot fail.
            let _ = path.write_fmt(part);
        };
        if count == 0 {
            return path;
        }
        let first = at(0);
        add(format_args!("M{} {}", first.0, first.1));
        if count == 1 {
            add(format_args!("h0.1"));
            return path;
        }
        for index in 1..count - 1 {
            let (bend, next) = (at(index), at(index + 1));
            let middle = ((bend.0 + next.0) / 2.0, (bend.1 + next.1) / 2.0);
            add(format_args!("Q{} {} {} {}", bend.0, bend.1, middle.0, middle.1));
        }
        let last = at(count - 1);
        add(format_args!("L{} {}", last.0, last.1));
        path
    }

    fn is_sound(&self) -> bool {
        WIDTHS.iter().any(|(width, _)| *width == self.width)
            && self.points.len() >= 2
            && self.points.len().is_multiple_of(2)
            && self.points.chunks_exact(2).all(|point| point[0] <= WIDTH && point[1] <= HEIGHT)
    }
}

/// A drawing with at least one stroke.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawing {
    #[serde(default)]
    pub background: Background,
    pub strokes: Vec<Stroke>,
}

impl Drawing {
    /// What is drawn and what it is drawn on; `title` says whose it is.
    pub fn figure(&self, title: impl Display) -> Figure {
        let (color, width) = OUTLINE;
        let outline = self.background.outline().iter().map(|path| Line { path: (*path).to_owned(), color, width });
        let strokes = self.strokes.iter().map(|stroke| Line {
            path: stroke.path(),
            color: stroke.ink.rgb(),
            width: f32::from(stroke.width),
        });
        Figure {
            label: format!("{title}: {}", self.words()),
            width: WIDTH,
            height: HEIGHT,
            lines: outline.chain(strokes).collect(),
        }
    }

    /// What the form's field holds; `None` for an empty drawing.
    ///
    /// # Errors
    /// What to tell the person about one that is too large or is none.
    pub fn parse(text: &str) -> Result<Option<Self>, &'static str> {
        const TOO_LARGE: &str = "The drawing is too large. Remove some of it with Undo.";
        const NONE: &str = "The drawing cannot be read. Clear it and draw it again.";
        if text.trim().is_empty() {
            return Ok(None);
        }
        if text.len() > MOST_BYTES {
            return Err(TOO_LARGE);
        }
        let drawing: Self = serde_json::from_str(text).map_err(|_| NONE)?;
        let points: usize = drawing.strokes.iter().map(|stroke| stroke.points.len() / 2).sum();
        if drawing.strokes.len() > MOST_STROKES || points > MOST_POINTS {
            return Err(TOO_LARGE);
        }
        if !drawing.strokes.iter().all(Stroke::is_sound) {
            return Err(NONE);
        }
        Ok(Some(drawing).filter(|drawing| !drawing.strokes.is_empty()))
    }

    /// As the form's field and the database hold it.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What it is, for those who do not see it: `12 strokes on a body`.
    pub fn words(&self) -> String {
        let strokes = match self.strokes.len() {
            1 => "1 stroke".to_owned(),
            many => format!("{many} strokes"),
        };
        match self.background {
            Background::Blank => strokes,
            Background::Body => format!("{strokes} on the outline of a body"),
            Background::Head => format!("{strokes} on the outline of a head"),
            Background::Hands => format!("{strokes} on the outline of two hands"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(points: &[u16]) -> String {
        format!(r#"{{"background":"body","strokes":[{{"ink":"red","width":3,"points":{points:?}}}]}}"#)
    }

    #[test]
    fn a_drawing_comes_back_as_it_was() {
        let drawing = Drawing::parse(&drawn(&[10, 20, 30, 40, 1000, 700])).expect("sound").expect("not empty");
        assert_eq!(Drawing::parse(&drawing.json()), Ok(Some(drawing.clone())));
        assert_eq!(drawing.strokes[0].path(), "M10 20Q30 40 515 370L1000 700");
        assert_eq!(drawing.words(), "1 stroke on the outline of a body");
        let dot = Drawing::parse(&drawn(&[5, 5])).expect("sound").expect("a dot");
        assert_eq!(dot.strokes[0].path(), "M5 5h0.1");
    }

    #[test]
    fn what_is_no_drawing_of_ours_is_refused() {
        for none in ["", "  ", r#"{"strokes":[]}"#, r#"{"background":"head","strokes":[]}"#] {
            assert_eq!(Drawing::parse(none), Ok(None), "{none}");
        }
        for wrong in [
            "x".to_owned(),
            "[]".to_owned(),
            "null".to_owned(),
            drawn(&[]),
            drawn(&[1]),
            drawn(&[1001, 1]),
            drawn(&[1, 701]),
            drawn(&[1, 2, 3]),
            r##"{"strokes":[{"ink":"#f00","width":3,"points":[1,1]}]}"##.to_owned(),
            r#"{"strokes":[{"ink":"red","width":4,"points":[1,1]}]}"#.to_owned(),
            r#"{"strokes":[{"ink":"red","width":3,"points":[-1,1]}]}"#.to_owned(),
            r#"{"strokes":[{"ink":"red","width":3,"points":[1.5,1]}]}"#.to_owned(),
            r#"{"strokes":[],"more":1}"#.to_owned(),
            format!("{}{}", "[".repeat(5000), "]".repeat(5000)),
        ] {
            assert!(Drawing::parse(&wrong).is_err_and(|why| why.contains("cannot be read")), "{wrong:.60}");
        }
        let many = format!(r#"{{"strokes":[{}]}}"#, vec![r#"{"ink":"red","width":3,"points":[1,1]}"#; 501].join(","));
        for large in [drawn(&[1; 40_002]), "x".repeat(MOST_BYTES + 1), many] {
            assert!(Drawing::parse(&large).is_err_and(|why| why.contains("too large")));
        }
    }
}
