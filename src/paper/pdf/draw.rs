//! Pages of ink become a file.

use std::collections::HashMap;

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

use super::{Block, Color, HEIGHT, INK, Ink, WIDTH};
use crate::paper::Paper;
use crate::web::print::Letterhead;

/// Draws the pages into a file.
pub(super) fn finish(
    pages: &[Vec<Ink>],
    letterhead: &Letterhead,
    paper: &Paper,
    now: NaiveDateTime,
) -> Result<Vec<u8>, String> {
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
                // Shared with parley: a font has up to megabytes.
                let (shared, _) = data.data.into_raw_parts();
                let font = Font::new(shared.into(), data.index).ok_or("a font that is none")?;
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
