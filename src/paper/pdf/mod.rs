//! A paper as a PDF file: parley lays text out (fonts, scripts, directions, lines), krilla writes the file.
//!
//! All lengths are points; y grows downwards. A paper is laid out into pages of [`Ink`] first (`layout`, with the means of
//! `sheet`), since the foot of every page says how many there are; then they are drawn (`draw`).

mod draw;
mod fonts;
mod layout;
mod sheet;

use std::rc::Rc;

use chrono::NaiveDateTime;
use kurbo::BezPath;
use parley::layout::Layout;
use sheet::Writer;

use super::Paper;
use crate::web::print::Letterhead;

// A4.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
const MARGIN: f32 = 46.0;
const INNER: f32 = WIDTH - 2.0 * MARGIN;
/// Where the last line of a page ends; the foot stands below.
const BOTTOM: f32 = HEIGHT - 62.0;
const GAP: f32 = 12.0;
const CELL: f32 = 5.0;
const QR: f32 = 74.0;
const SIGNATURE: f32 = 200.0;
/// Above the line of a signature.
const SIGNATURE_ROOM: f32 = 46.0;

type Color = [u8; 3];
const INK: Color = [17, 17, 17];
const QUIET: Color = [71, 84, 90];
const BRAND: Color = [11, 70, 80];
const RULE: Color = [11, 96, 107];
const SOFT: Color = [190, 200, 205];
const ALARM: Color = [138, 20, 20];

/// How a text looks.
#[derive(Clone, Copy)]
struct Style {
    size: f32,
    is_bold: bool,
    color: Color,
}

const fn style(size: f32, is_bold: bool, color: Color) -> Style {
    Style { size, is_bold, color }
}

const BODY: Style = style(10.0, false, INK);
const STRONG: Style = style(10.0, true, INK);
const SMALL: Style = style(8.5, false, QUIET);
const HEADING: Style = style(11.5, true, INK);

/// Text that is laid out.
struct Block {
    text: String,
    layout: Layout<Color>,
}

/// What is on a page.
enum Ink {
    /// A line of a block, with the place of the block's upper left corner.
    Text { block: Rc<Block>, line: usize, x: f32, y: f32 },
    /// Lines, in their own units, scaled and moved.
    Path { path: BezPath, scale: f32, x: f32, y: f32, color: Color, width: Option<f32> },
}

/// Writes a paper.
pub(super) fn write(letterhead: &Letterhead, paper: &Paper, now: NaiveDateTime) -> Result<Vec<u8>, String> {
    let mut writer = Writer::new();
    writer.paper(letterhead, paper)?;
    draw::finish(&writer.pages, letterhead, paper, now)
}
