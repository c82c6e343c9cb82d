//! Pages that are being written, and the means to write on them.

use std::rc::Rc;

use kurbo::BezPath;
use parley::layout::Alignment;
use parley::style::{FontWeight, LineHeight, StyleProperty};
use parley::{FontContext, LayoutContext};

use super::{BOTTOM, Block, Color, INNER, Ink, MARGIN, SMALL, Style, fonts};

/// The pages so far, and how far the last one is.
pub(super) struct Writer {
    fonts: FontContext,
    layouts: LayoutContext<Color>,
    pub(super) pages: Vec<Vec<Ink>>,
    pub(super) y: f32,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self { fonts: fonts::context(), layouts: LayoutContext::new(), pages: vec![Vec::new()], y: MARGIN }
    }

    /// Lays a text out; `remark` follows on a line of its own, smaller.
    pub(super) fn block(
        &mut self,
        text: &str,
        style: Style,
        remark: &str,
        width: f32,
        alignment: Alignment,
    ) -> Rc<Block> {
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

    pub(super) fn put(&mut self, ink: Ink) {
        if let Some(page) = self.pages.last_mut() {
            page.push(ink);
        }
    }

    /// Begins a new page unless this much fits on the present one.
    pub(super) fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > MARGIN {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    /// Places a whole block without moving on.
    pub(super) fn at(&mut self, block: &Rc<Block>, x: f32, y: f32) {
        for line in 0..block.layout.len() {
            self.put(Ink::Text { block: Rc::clone(block), line, x, y });
        }
    }

    /// Places blocks side by side, line by line, over as many pages as it takes.
    pub(super) fn flow(&mut self, columns: &[(f32, Rc<Block>)]) {
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

    pub(super) fn rule(&mut self, y: f32, color: Color, width: f32) {
        let mut path = BezPath::new();
        path.move_to((0.0, 0.0));
        path.line_to((f64::from(INNER), 0.0));
        self.put(Ink::Path { path, scale: 1.0, x: MARGIN, y, color, width: Some(width) });
    }

    pub(super) fn frame(&mut self, top: f32, height: f32, color: Color, width: f32) {
        let (w, h) = (f64::from(INNER), f64::from(height));
        let mut path = BezPath::new();
        path.move_to((0.0, 0.0));
        for corner in [(w, 0.0), (w, h), (0.0, h)] {
            path.line_to(corner);
        }
        path.close_path();
        self.put(Ink::Path { path, scale: 1.0, x: MARGIN, y: top, color, width: Some(width) });
    }
}
