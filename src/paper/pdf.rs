//! A paper as a PDF file: parley lays text out (fonts, scripts, directions, lines), krilla writes the file.
//!
//! All lengths are points; y grows downwards. A paper is laid out into pages of [`Ink`] first, since the foot of every
//! page says how many there are.

use std::collections::HashMap;
use std::rc::Rc;

use chrono::{Datelike, NaiveDateTime, Timelike};
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineCap, LineJoin, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use kurbo::{BezPath, PathEl};
use parley::layout::{Alignment, Layout};
use parley::style::{FontWeight, LineHeight, StyleProperty};
use parley::{FontContext, LayoutContext};

use super::{Cell, Figure, Paper, Part, Table, fonts};
use crate::web::print::{Letterhead, Qr};

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

struct Writer {
    fonts: FontContext,
    layouts: LayoutContext<Color>,
    pages: Vec<Vec<Ink>>,
    y: f32,
}

/// Writes a paper.
pub(super) fn write(letterhead: &Letterhead, paper: &Paper, now: NaiveDateTime) -> Result<Vec<u8>, String> {
    let mut writer =
        Writer { fonts: fonts::context(), layouts: LayoutContext::new(), pages: vec![Vec::new()], y: MARGIN };
    writer.letterhead(letterhead);
    writer.head(paper)?;
    writer.facts(&paper.facts);
    for part in &paper.parts {
        writer.part(part)?;
    }
    writer.signature(&paper.signature);
    writer.feet(&paper.foot);
    finish(&writer.pages, letterhead, paper, now)
}

impl Writer {
    /// Lays a text out; `remark` follows on a line of its own, smaller.
    fn block(&mut self, text: &str, style: Style, remark: &str, width: f32, alignment: Alignment) -> Rc<Block> {
        let joint = if text.is_empty() || remark.is_empty() { "" } else { "\n" };
        let whole = format!("{text}{joint}{remark}");
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, &whole, 1.0, false);
        builder.push_default(StyleProperty::FontFamily(fonts::families()));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(1.35)));
        builder.push_default(StyleProperty::FontSize(style.size));
        builder.push_default(StyleProperty::Brush(style.color));
        if style.is_bold {
            builder.push_default(StyleProperty::FontWeight(FontWeight::BOLD));
        }
        if !remark.is_empty() {
            let of = whole.len() - remark.len()..whole.len();
            builder.push(StyleProperty::FontSize(SMALL.size), of.clone());
            builder.push(StyleProperty::FontWeight(FontWeight::NORMAL), of.clone());
            builder.push(StyleProperty::Brush(SMALL.color), of);
        }
        let mut layout = builder.build(&whole);
        layout.break_all_lines(Some(width));
        layout.align(alignment, Default::default());
        Rc::new(Block { text: whole, layout })
    }

    fn put(&mut self, ink: Ink) {
        if let Some(page) = self.pages.last_mut() {
            page.push(ink);
        }
    }

    /// Begins a new page unless this much fits on the present one.
    fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > MARGIN {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    /// Places a whole block without moving on.
    fn at(&mut self, block: &Rc<Block>, x: f32, y: f32) {
        for line in 0..block.layout.len() {
            self.put(Ink::Text { block: Rc::clone(block), line, x, y });
        }
    }

    /// Places blocks side by side, line by line, over as many pages as it takes.
    fn flow(&mut self, columns: &[(f32, Rc<Block>)]) {
        let most = columns.iter().map(|(_, block)| block.layout.len()).max().unwrap_or(0);
        for index in 0..most {
            let metrics = |block: &Block| block.layout.get(index).map(|line| *line.metrics());
            let height = columns.iter().filter_map(|(_, b)| metrics(b)).map(|m| m.line_height).fold(0.0, f32::max);
            self.need(height);
            for (x, block) in columns {
                if let Some(line) = metrics(block) {
                    // A line knows its place in its block; here it stands where the page is.
                    let y = self.y - line.block_min_coord;
                    self.put(Ink::Text { block: Rc::clone(block), line: index, x: *x, y });
                }
            }
            self.y += height;
        }
    }

    fn rule(&mut self, y: f32, color: Color, width: f32) {
        let mut path = BezPath::new();
        path.move_to((0.0, 0.0));
        path.line_to((f64::from(INNER), 0.0));
        self.put(Ink::Path { path, scale: 1.0, x: MARGIN, y, color, width: Some(width) });
    }

    fn frame(&mut self, top: f32, height: f32, color: Color, width: f32) {
        let (w, h) = (f64::from(INNER), f64::from(height));
        let mut path = BezPath::new();
        path.move_to((0.0, 0.0));
        for corner in [(w, 0.0), (w, h), (0.0, h)] {
            path.line_to(corner);
        }
        path.close_path();
        self.put(Ink::Path { path, scale: 1.0, x: MARGIN, y: top, color, width: Some(width) });
    }

    fn letterhead(&mut self, letterhead: &Letterhead) {
        let half = INNER * 0.6;
        let name = self.block(&letterhead.name, style(15.0, true, BRAND), "", half, Alignment::Start);
        let address = self.block(&letterhead.address, SMALL, "", half, Alignment::Start);
        let contact: Vec<&str> =
            [&letterhead.phone, &letterhead.email, &letterhead.website].into_iter().map(String::as_str).collect();
        let contact = contact.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
        let contact = self.block(&contact, SMALL, "", INNER - half, Alignment::End);
        let top = self.y;
        self.at(&name, MARGIN, top);
        let below = top + name.layout.height();
        self.at(&address, MARGIN, below);
        self.at(&contact, MARGIN + half, top);
        let address_end = if address.text.is_empty() { below } else { below + address.layout.height() };
        self.y = address_end.max(top + contact.layout.height()) + 8.0;
        self.rule(self.y, RULE, 1.5);
        self.y += 16.0;
    }

    fn head(&mut self, paper: &Paper) -> Result<(), String> {
        if !paper.mark.is_empty() {
            self.warning(&paper.mark, &[]);
        }
        let width = if paper.code.is_some() { INNER - QR - GAP } else { INNER };
        let top = self.y;
        let title = self.block(&paper.title, style(15.0, true, INK), "", width, Alignment::Start);
        self.at(&title, MARGIN, top);
        self.y += title.layout.height() + 2.0;
        if !paper.under.is_empty() {
            let under = self.block(&paper.under.join("\n"), style(9.5, false, QUIET), "", width, Alignment::Start);
            self.at(&under, MARGIN, self.y);
            self.y += under.layout.height();
        }
        if let Some((Qr { size, path }, _)) = &paper.code {
            let scale = QR / f32::from(u16::try_from(*size).map_err(|e| e.to_string())?);
            let path = BezPath::from_svg(path).map_err(|e| e.to_string())?;
            // The code's own quiet border stands out of the column.
            let x = MARGIN + INNER - QR + 4.0 * scale;
            self.put(Ink::Path { path, scale, x, y: top - 4.0 * scale, color: INK, width: None });
            self.y = self.y.max(top + QR - 8.0 * scale);
        }
        self.y += GAP;
        Ok(())
    }

    fn facts(&mut self, facts: &[(&'static str, String)]) {
        const COLUMNS: usize = 3;
        let facts: Vec<_> = facts.iter().filter(|(_, value)| !value.is_empty()).collect();
        if facts.is_empty() {
            return;
        }
        let width = (INNER - 20.0) / COLUMNS as f32;
        let rows: Vec<Vec<(Rc<Block>, Rc<Block>)>> = facts
            .chunks(COLUMNS)
            .map(|row| {
                row.iter()
                    .map(|(label, value)| {
                        let label = self.block(label, SMALL, "", width - 8.0, Alignment::Start);
                        (label, self.block(value, STRONG, "", width - 8.0, Alignment::Start))
                    })
                    .collect()
            })
            .collect();
        let height_of = |row: &[(Rc<Block>, Rc<Block>)]| {
            row.iter().map(|(label, value)| label.layout.height() + value.layout.height()).fold(0.0, f32::max) + 6.0
        };
        let height = rows.iter().map(|row| height_of(row)).sum::<f32>() + 8.0;
        self.need(height);
        self.frame(self.y, height, SOFT, 0.75);
        let mut y = self.y + 7.0;
        for row in &rows {
            for (index, (label, value)) in row.iter().enumerate() {
                let x = MARGIN + 10.0 + width * index as f32;
                self.at(label, x, y);
                self.at(value, x, y + label.layout.height());
            }
            y += height_of(row);
        }
        self.y += height + GAP;
    }

    fn part(&mut self, part: &Part) -> Result<(), String> {
        match part {
            Part::Heading(text) => {
                // A heading stays with the first lines of what it heads.
                self.need(60.0);
                self.y += 4.0;
                self.paragraph(text, HEADING, 4.0);
            }
            Part::Rx => {
                self.need(60.0);
                self.paragraph("℞", style(20.0, true, RULE), 2.0);
            }
            Part::Prose(text) => self.paragraph(text, BODY, GAP),
            Part::Quiet(text) => self.paragraph(text, style(10.0, false, QUIET), GAP),
            Part::Warning { text, points } => self.warning(text, points),
            Part::Table(table) => self.table(table),
            Part::Figure(figure) => self.figure(figure)?,
            Part::Signatures(words) => self.signatures(words),
        }
        Ok(())
    }

    fn paragraph(&mut self, text: &str, style: Style, after: f32) {
        let block = self.block(text, style, "", INNER, Alignment::Start);
        self.flow(&[(MARGIN, block)]);
        self.y += after;
    }

    fn warning(&mut self, text: &str, points: &[String]) {
        let mut whole = text.to_owned();
        for point in points {
            whole.push_str("\n• ");
            whole.push_str(point);
        }
        let block = self.block(&whole, style(10.0, true, ALARM), "", INNER - 20.0, Alignment::Start);
        let height = block.layout.height() + 12.0;
        self.need(height);
        if self.y + height <= BOTTOM {
            self.frame(self.y, height, ALARM, 1.5);
        }
        self.y += 6.0;
        self.flow(&[(MARGIN + 10.0, block)]);
        self.y += 6.0 + GAP;
    }

    fn table(&mut self, table: &Table) {
        let shares: f32 = table.columns.iter().map(|column| column.share).sum();
        let mut x = MARGIN;
        let columns: Vec<(f32, f32, Alignment)> = table
            .columns
            .iter()
            .map(|column| {
                let (left, width) = (x, INNER * column.share / shares);
                x += width;
                (left, width, if column.is_number { Alignment::End } else { Alignment::Start })
            })
            .collect();
        let has_head = table.has_head();
        let head: Vec<Cell> = table.columns.iter().map(|column| column.label.into()).collect();
        if has_head {
            self.need(60.0);
            self.row(&head, &columns, |_| style(8.5, true, QUIET));
        }
        for row in &table.rows {
            let page = self.pages.len();
            let blocks = self.cells(row, &columns, row_style);
            let height = blocks.iter().map(|(_, block)| block.layout.height()).fold(0.0, f32::max) + 2.0 * CELL;
            self.need(height);
            if has_head && self.pages.len() > page {
                self.row(&head, &columns, |_| style(8.5, true, QUIET));
            }
            self.placed(&blocks);
        }
        self.y += GAP;
    }

    fn cells(
        &mut self,
        row: &[Cell],
        columns: &[(f32, f32, Alignment)],
        style_of: impl Fn(usize) -> Style,
    ) -> Vec<(f32, Rc<Block>)> {
        row.iter()
            .zip(columns)
            .enumerate()
            .map(|(index, (cell, (x, width, alignment)))| {
                let inner = width - 2.0 * CELL;
                (x + CELL, self.block(&cell.text, style_of(index), &cell.remark, inner, *alignment))
            })
            .collect()
    }

    fn row(&mut self, row: &[Cell], columns: &[(f32, f32, Alignment)], style_of: impl Fn(usize) -> Style) {
        let blocks = self.cells(row, columns, style_of);
        self.placed(&blocks);
    }

    fn placed(&mut self, blocks: &[(f32, Rc<Block>)]) {
        self.y += CELL;
        self.flow(blocks);
        self.y += CELL;
        self.rule(self.y, SOFT, 0.5);
    }

    fn figure(&mut self, figure: &Figure) -> Result<(), String> {
        let scale = (INNER / f32::from(figure.width)).min(320.0 / f32::from(figure.height));
        let height = f32::from(figure.height) * scale;
        self.need(height + GAP);
        for line in &figure.lines {
            let path = BezPath::from_svg(&line.path).map_err(|e| e.to_string())?;
            let ink = Ink::Path { path, scale, x: MARGIN, y: self.y, color: line.color, width: Some(line.width) };
            self.put(ink);
        }
        self.y += height + GAP;
        Ok(())
    }

    fn signature(&mut self, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        let block = self.block(&lines.join("\n"), style(9.0, false, INK), "", SIGNATURE, Alignment::Center);
        self.need(SIGNATURE_ROOM + block.layout.height());
        self.signed(&block, MARGIN + INNER - SIGNATURE);
        self.y += SIGNATURE_ROOM + block.layout.height();
    }

    /// Two places for signatures side by side.
    fn signatures(&mut self, words: &[String; 2]) {
        let blocks =
            words.each_ref().map(|words| self.block(words, style(9.0, false, INK), "", SIGNATURE, Alignment::Center));
        let height = blocks.iter().map(|block| block.layout.height()).fold(0.0, f32::max);
        self.need(SIGNATURE_ROOM + height);
        for (block, x) in blocks.iter().zip([MARGIN, MARGIN + INNER - SIGNATURE]) {
            self.signed(block, x);
        }
        self.y += SIGNATURE_ROOM + height;
    }

    /// A line to sign on with its words, below where the page is.
    fn signed(&mut self, block: &Rc<Block>, x: f32) {
        let y = self.y + SIGNATURE_ROOM;
        let mut path = BezPath::new();
        path.move_to((0.0, 0.0));
        path.line_to((f64::from(SIGNATURE), 0.0));
        self.put(Ink::Path { path, scale: 1.0, x, y: y - 4.0, color: INK, width: Some(0.75) });
        self.at(block, x, y);
    }

    fn feet(&mut self, foot: &str) {
        let count = self.pages.len();
        for index in 0..count {
            let number = format!("Page {} of {count}", index + 1);
            let left = self.block(foot, SMALL, "", INNER * 0.75, Alignment::Start);
            let right = self.block(&number, SMALL, "", INNER * 0.25, Alignment::End);
            if let Some(page) = self.pages.get_mut(index) {
                let y = HEIGHT - 46.0;
                page.push(Ink::Text { block: left, line: 0, x: MARGIN, y });
                page.push(Ink::Text { block: right, line: 0, x: MARGIN + INNER * 0.75, y });
            }
        }
    }
}

/// The first cell names the row.
fn row_style(column: usize) -> Style {
    if column == 0 { STRONG } else { BODY }
}

/// Draws the pages into a file.
fn finish(pages: &[Vec<Ink>], letterhead: &Letterhead, paper: &Paper, now: NaiveDateTime) -> Result<Vec<u8>, String> {
    let mut document = Document::new();
    let date = |value: u32| u8::try_from(value).unwrap_or_default();
    let made = DateTime::new(u16::try_from(now.year()).unwrap_or_default())
        .month(date(now.month()))
        .day(date(now.day()))
        .hour(date(now.hour()))
        .minute(date(now.minute()))
        .second(date(now.second()))
        .utc_offset_hour(0);
    document.set_metadata(
        Metadata::new()
            .title(paper.title.clone())
            .authors(vec![letterhead.name.clone()])
            .creator("Infirmary".to_owned())
            .language("en".to_owned())
            .creation_date(made),
    );
    let mut known = HashMap::new();
    let size = PageSettings::from_wh(WIDTH, HEIGHT).ok_or("a page without size")?;
    for inks in pages {
        let mut page = document.start_page_with(size.clone());
        let mut surface = page.surface();
        for ink in inks {
            match ink {
                Ink::Text { block, line, x, y } => draw_line(&mut surface, &mut known, block, *line, *x, *y)?,
                Ink::Path { path, scale, x, y, color, width } => {
                    draw_path(&mut surface, path, *scale, (*x, *y), *color, *width);
                }
            }
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|e| format!("{e:?}"))
}

fn fill([red, green, blue]: Color) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

fn draw_path(
    surface: &mut Surface<'_>,
    path: &BezPath,
    scale: f32,
    (x, y): (f32, f32),
    color: Color,
    width: Option<f32>,
) {
    let mut builder = PathBuilder::new();
    let xy = |point: kurbo::Point| (point.x as f32, point.y as f32);
    for element in path.elements() {
        match *element {
            PathEl::MoveTo(to) => {
                let (x, y) = xy(to);
                builder.move_to(x, y);
            }
            PathEl::LineTo(to) => {
                let (x, y) = xy(to);
                builder.line_to(x, y);
            }
            PathEl::QuadTo(bend, to) => {
                let ((bx, by), (x, y)) = (xy(bend), xy(to));
                builder.quad_to(bx, by, x, y);
            }
            PathEl::CurveTo(first, second, to) => {
                let ((ax, ay), (bx, by), (x, y)) = (xy(first), xy(second), xy(to));
                builder.cubic_to(ax, ay, bx, by, x, y);
            }
            PathEl::ClosePath => builder.close(),
        }
    }
    // An empty path draws nothing.
    let Some(path) = builder.finish() else { return };
    surface.push_transform(&Transform::from_row(scale, 0.0, 0.0, scale, x, y));
    match width {
        None => {
            surface.set_stroke(None);
            surface.set_fill(Some(fill(color)));
        }
        Some(width) => {
            let [red, green, blue] = color;
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: rgb::Color::new(red, green, blue).into(),
                width,
                line_cap: LineCap::Round,
                line_join: LineJoin::Round,
                ..Stroke::default()
            }));
        }
    }
    surface.draw_path(&path);
    surface.set_stroke(None);
    surface.pop();
}

/// The fonts that a file has, by where parley keeps them.
type Known = HashMap<(u64, u32), Font>;

fn draw_line(
    surface: &mut Surface<'_>,
    known: &mut Known,
    block: &Block,
    index: usize,
    x: f32,
    y: f32,
) -> Result<(), String> {
    let Some(line) = block.layout.get(index) else { return Ok(()) };
    let baseline = y + line.metrics().baseline;
    let mut x = x + line.metrics().offset;
    for run in line.runs() {
        let data = run.font().clone();
        let key = (data.data.id(), data.index);
        let font = match known.get(&key) {
            Some(font) => font.clone(),
            None => {
                let font = Font::new(data.data.data().to_vec().into(), data.index).ok_or("a font that is none")?;
                known.insert(key, font.clone());
                font
            }
        };
        let size = run.font_size();
        // Glyphs of one colour are drawn at once.
        let mut begun_at = x;
        let mut present: Option<u16> = None;
        let mut glyphs: Vec<KrillaGlyph> = Vec::new();
        for cluster in run.visual_clusters() {
            if cluster.is_ligature_continuation() {
                if let Some(glyph) = glyphs.last_mut() {
                    glyph.text_range.end = cluster.text_range().end;
                }
                continue;
            }
            for glyph in cluster.glyphs() {
                let its = cluster.style_index();
                if present.is_some_and(|present| present != its) {
                    draw_glyphs(surface, block, present, (begun_at, baseline), &glyphs, &font, size);
                    glyphs.clear();
                    begun_at = x;
                }
                present = Some(its);
                glyphs.push(KrillaGlyph::new(
                    GlyphId::new(glyph.id),
                    glyph.advance / size,
                    glyph.x / size,
                    glyph.y / size,
                    0.0,
                    cluster.text_range(),
                    None,
                ));
                x += glyph.advance;
            }
        }
        draw_glyphs(surface, block, present, (begun_at, baseline), &glyphs, &font, size);
    }
    Ok(())
}

fn draw_glyphs(
    surface: &mut Surface<'_>,
    block: &Block,
    style: Option<u16>,
    (x, y): (f32, f32),
    glyphs: &[KrillaGlyph],
    font: &Font,
    size: f32,
) {
    let color = style.and_then(|index| block.layout.styles().get(usize::from(index))).map(|style| style.brush);
    if glyphs.is_empty() {
        return;
    }
    surface.set_fill(Some(fill(color.unwrap_or(INK))));
    surface.draw_glyphs(Point::from_xy(x, y), glyphs, font.clone(), &block.text, size, false);
}
