//! Where everything of a paper stands.

use std::rc::Rc;

use kurbo::BezPath;
use parley::layout::Alignment;

use super::sheet::Writer;
use super::{
    ALARM, BODY, BOTTOM, BRAND, Block, CELL, GAP, HEADING, HEIGHT, INK, INNER, Ink, MARGIN, QR, QUIET, RULE, SIGNATURE,
    SIGNATURE_ROOM, SMALL, SOFT, STRONG, Style, style,
};
use crate::paper::{Cell, Figure, Paper, Part, Table};
use crate::web::print::{Letterhead, Qr};

impl Writer {
    /// Writes a whole paper.
    pub(super) fn paper(&mut self, letterhead: &Letterhead, paper: &Paper) -> Result<(), String> {
        self.letterhead(letterhead);
        self.head(paper)?;
        self.facts(&paper.facts);
        for part in &paper.parts {
            self.part(part)?;
        }
        self.signature(&paper.signature);
        self.feet(&paper.foot);
        Ok(())
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
