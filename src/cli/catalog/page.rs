//! Text for people, line by line. Every piece is made safe to show on its way in.

use crate::cli::output::terminal_width;
use crate::cli::stdout_is_terminal;
use crate::report::clean;
use crate::report::grid::{Column, WIDTH, WORD, breakable, drawn, fitting};

/// Lines of an answer.
pub(super) struct Page {
    text: String,
}

impl Page {
    pub(super) fn new() -> Self {
        Self { text: String::new() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// One line, indented by so many steps. Line breaks in it are shown, not obeyed.
    pub(super) fn line(&mut self, depth: usize, text: impl AsRef<str>) {
        self.text.extend(std::iter::repeat_n("  ", depth));
        self.text.push_str(&clean(text.as_ref()));
        self.text.push('\n');
    }

    /// A blank line.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A heading with its number, and the lines under it; nothing when there are none.
    pub(super) fn section(&mut self, title: &str, lines: impl IntoIterator<Item = String>) {
        let lines: Vec<String> = lines.into_iter().collect();
        if lines.is_empty() {
            return;
        }
        self.gap();
        self.line(0, format!("{title} ({})", lines.len()));
        for line in &lines {
            self.line(1, line);
        }
    }

    /// A table. Columns give way from the right where there is no room; the first stays.
    pub(super) fn table<const N: usize>(&mut self, titles: [&'static str; N], rows: &[[String; N]]) {
        if rows.is_empty() {
            return;
        }
        let column = |(n, title): (usize, &'static str)| Column {
            title,
            cells: rows.iter().map(|row| cell(&row[n])).collect(),
            gives_way: u8::try_from(N - n).ok().filter(|_| n > 0),
        };
        let columns = titles.into_iter().enumerate().map(column).collect();
        let width = stdout_is_terminal().then(terminal_width).flatten().unwrap_or(WIDTH);
        let (columns, dropped) = fitting(columns, width);
        self.text.push_str(&drawn(&columns, width));
        self.text.push('\n');
        if !dropped.is_empty() {
            self.line(0, format!("no room for the columns: {}", dropped.join(", ")));
        }
    }
}

/// What is one word, such as a scope, breaks after dots; prose between words.
fn cell(text: &str) -> String {
    let text = clean(text);
    if text.contains(' ') { text.into_owned() } else { breakable(&text, WORD) }
}
