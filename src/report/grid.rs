//! Tables for terminals: columns that wrap between words, and leave in order where there is no room for all.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};

/// Columns where the output is no terminal.
pub(crate) const WIDTH: usize = 120;

/// The longest piece of a word that keeps its line: longer words are broken there, shorter ones never.
pub(crate) const WORD: usize = 36;

/// No column is narrower, whatever the terminal.
const BROKEN: usize = 6;

/// A blank on either side of a column's content.
const PADDING: usize = 2;

/// What a column takes beyond its content: the padding, and a border.
const FRAME: usize = PADDING + 1;

/// A column with its cells, not yet wrapped.
pub(crate) struct Column {
    pub(crate) title: &'static str,
    pub(crate) cells: Vec<String>,
    /// Which column goes first where the terminal is too narrow: the lowest; `None` never goes.
    pub(crate) gives_way: Option<u8>,
}

impl Column {
    /// The narrowest width in which no word is broken, within reason.
    fn least(&self) -> usize {
        let words = self.cells.iter().flat_map(|cell| cell.split_whitespace());
        words.chain([self.title]).map(|word| wide(word).min(WORD)).max().unwrap_or(1)
    }

    /// The width in which no cell is wrapped.
    fn most(&self) -> usize {
        self.cells.iter().flat_map(|cell| cell.lines()).map(wide).max().unwrap_or(0).max(self.least())
    }
}

/// The width of a text on a terminal, at most.
fn wide(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// A scope or an entry whose lines of so many characters break after dots.
pub(crate) fn breakable(scope: &str, most: usize) -> String {
    broken(scope, '.', most)
}

/// A text whose lines of so many characters break after a sign.
pub(super) fn broken(written: &str, after: char, most: usize) -> String {
    let mut text = String::new();
    let mut room = most;
    for part in written.split_inclusive(after) {
        let length = part.chars().count();
        if length > room && !text.is_empty() {
            text.push('\n');
            room = most;
        }
        text.push_str(part);
        room = room.saturating_sub(length);
    }
    text
}

/// The columns for which there is room without breaking words, and the titles of the others.
pub(crate) fn fitting(mut columns: Vec<Column>, width: usize) -> (Vec<Column>, Vec<&'static str>) {
    let mut dropped = Vec::new();
    loop {
        let needed: usize = columns.iter().map(|column| column.least() + FRAME).sum::<usize>() + 1;
        let next = columns.iter().enumerate().filter_map(|(n, column)| Some((column.gives_way?, n))).min();
        match next {
            Some((_, n)) if needed > width => dropped.push(columns.remove(n).title),
            _ => return (columns, dropped),
        }
    }
}

/// The width of each column: first what it needs at least, then the room that is left, to those that may go first (they
/// hold prose), then from left to right.
fn widths(columns: &[Column], width: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(Column::least).collect();
    let needed = widths.iter().map(|width| width + FRAME).sum::<usize>() + 1;
    let mut room = width.saturating_sub(needed);
    // Where even that is too much, words break, the longest first.
    for _ in width..needed {
        if let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > BROKEN) {
            *widest -= 1;
        }
    }
    let mut by_need: Vec<(&Column, &mut usize)> = columns.iter().zip(&mut widths).collect();
    by_need.sort_by_key(|(column, _)| column.gives_way.unwrap_or(u8::MAX));
    for (column, width) in by_need {
        let more = column.most().saturating_sub(*width).min(room);
        *width += more;
        room -= more;
    }
    widths
}

/// The table, without colours: their codes would count as width.
pub(crate) fn drawn(columns: &[Column], width: usize) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    table.set_header(columns.iter().map(|column| column.title));
    let rows = columns.first().map_or(0, |column| column.cells.len());
    for row in 0..rows {
        table.add_row(columns.iter().map(|column| column.cells.get(row).map_or("", String::as_str)));
    }
    // Widths are set here: the table's own arrangement would share them out evenly, and break words.
    table.set_constraints(
        widths(columns, width).into_iter().map(|content| {
            ColumnConstraint::Absolute(Width::Fixed(u16::try_from(content + PADDING).unwrap_or(u16::MAX)))
        }),
    );
    table.trim_fmt()
}
