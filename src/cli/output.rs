//! Where reports go: standard output, and files that appear whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::draft::{Draft, Goal};
use super::error::CommandError;
use super::patient::Patient;
use super::step_summary;
use crate::report::{Canvas, Format, Report};
use crate::review::grants::Sink;
use crate::scope::closest;

/// `--output PATH` or `--output FORMAT=PATH`.
#[derive(Clone, Debug)]
pub(super) struct Target {
    format: Option<Format>,
    path: PathBuf,
}

impl Target {
    /// Reads the option's value. What stands before `=` is a format, or a path that a slash or a dot shows to be one.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (format, path) = match text.split_once('=') {
            Some((word, path)) if !word.contains(['/', '\\', '.']) => (Some(named(word)?), path),
            _ => (None, text),
        };
        match path {
            "" => return Err("the path is missing".to_owned()),
            "-" => return Err("`-` names no file: --format says what standard output gets".to_owned()),
            _ => {}
        }
        Ok(Self { format, path: PathBuf::from(path) })
    }
}

/// The format of that name.
fn named(word: &str) -> Result<Format, String> {
    let names = || Format::all().iter().map(|format| format.name());
    Format::named(word).ok_or_else(|| match closest(&word.to_ascii_lowercase(), names()) {
        Some(near) => format!("there is no format `{word}`: did you mean `{near}`?"),
        None => format!("there is no format `{word}`: the formats are {}", names().collect::<Vec<_>>().join(", ")),
    })
}

impl Target {
    /// Where it goes.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// The outputs of a run, opened before the work starts so that a bad path fails early.
pub(super) struct Outputs {
    /// What standard output gets; nothing but the last line where a file has the report.
    format: Option<Format>,
    files: Vec<(Format, PathBuf, Sheet)>,
}

/// Where one report is written.
enum Sheet {
    /// A file, begun when there is something to write.
    File(Goal, Option<Draft>),
    /// What is there and is no file, such as a pipe or `/dev/null`: it stays, and takes the report as it comes.
    Stream(Patient<File>),
}

impl Sheet {
    /// Opens what a path names. A file that is there stays until [`Sheet::finish`].
    fn open(path: &Path) -> io::Result<Self> {
        Ok(match Goal::or_stream(path)? {
            Ok(goal) => Self::File(goal, None),
            Err(stream) => Self::Stream(Patient::new(stream)),
        })
    }

    fn writer(&mut self) -> io::Result<&mut dyn Write> {
        match self {
            Self::File(_, Some(draft)) => Ok(draft),
            Self::File(goal, empty) => Ok(empty.insert(goal.draft()?)),
            Self::Stream(file) => Ok(file),
        }
    }

    /// Gives a file that is whole its name.
    fn finish(mut self) -> io::Result<()> {
        self.writer()?.flush()?;
        match self {
            Self::File(_, Some(draft)) => draft.finish(),
            _ => Ok(()),
        }
    }
}

impl Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(_, None) => Ok(()),
            _ => self.writer()?.flush(),
        }
    }
}

impl Outputs {
    /// Opens every target. A target without a format has that of the report, and takes its place on standard output; so do
    /// others where no format is asked for.
    pub(super) fn open(format: Option<Format>, targets: &[Target]) -> Result<Self, CommandError> {
        let mut files: Vec<(Format, PathBuf, Sheet)> = Vec::new();
        for target in targets {
            let path = &target.path;
            if files.iter().any(|(_, other, _)| other == path) {
                return Err(CommandError::usage(format!("two reports go to `{}`", path.display())));
            }
            let sheet = Sheet::open(path)
                .map_err(|error| CommandError::usage(format!("`{}` cannot be written: {error}", path.display())))?;
            files.push((target.format.or(format).unwrap_or_default(), path.clone(), sheet));
        }
        let is_whole = targets.iter().all(|target| target.format.is_some());
        let format = match format {
            None if targets.is_empty() => Some(Format::default()),
            format => format.filter(|_| is_whole),
        };
        Ok(Self { format, files })
    }

    /// The formats that are written while an input is read, each with the place where it goes.
    pub(super) fn sinks(&mut self) -> Vec<Sink<'_>> {
        let mut sinks = Vec::new();
        for (format, _, sheet) in &mut self.files {
            if let Some(rows) = format.rows() {
                sinks.push(Sink { rows, out: Box::new(BufWriter::new(sheet)) });
            }
        }
        if let Some(rows) = self.format.and_then(Format::rows) {
            sinks
                .push(Sink { rows, out: Box::new(BufWriter::with_capacity(1 << 16, Patient::new(std::io::stdout()))) });
        }
        sinks
    }

    /// Takes the formats that were written on the way for finished, and renders the others.
    pub(super) fn complete(self, report: &Report) -> Result<(), CommandError> {
        self.finish(report, |format| format.rows().is_some())
    }

    /// Renders the report to every target.
    pub(super) fn write(self, report: &Report) -> Result<(), CommandError> {
        self.finish(report, |_| false)
    }

    fn finish(self, report: &Report, is_written: impl Fn(Format) -> bool) -> Result<(), CommandError> {
        for (format, path, sheet) in self.files {
            let failed = |error: &dyn std::fmt::Display| {
                CommandError::incomplete(format!("`{}` cannot be written: {error}", path.display()))
            };
            let mut writer = BufWriter::new(sheet);
            let canvas = Canvas { is_record: true, ..Canvas::default() };
            if !is_written(format) {
                format.render(report, canvas, &mut writer).map_err(|error| failed(&error))?;
            }
            let sheet = writer.into_inner().map_err(|error| failed(&error.into_error()))?;
            sheet.finish().map_err(|error| failed(&error))?;
        }
        if !self.format.is_some_and(&is_written) {
            let out = anstream::stdout();
            let color = out.current_choice() != anstream::ColorChoice::Never;
            let width = super::stdout_is_terminal().then(terminal_width).flatten();
            let links = follows_links(color);
            // Without colours nothing has to be translated for a console, and links may be wanted all the same.
            let out: Box<dyn Write> = if color { Box::new(out.lock()) } else { Box::new(std::io::stdout().lock()) };
            let mut out = BufWriter::new(Patient::new(out));
            let canvas = Canvas { color, links, width, is_record: false };
            let written = match self.format {
                Some(format) => format.render(report, canvas, &mut out),
                None => writeln!(out, "{}", report.last_line(color)),
            };
            written.and_then(|()| out.flush()).map_err(|error| CommandError::stdout(&error))?;
            if self.format.is_some() && self.format == Format::named("github") {
                step_summary::append(report)?;
            }
        }
        Ok(())
    }
}

/// Whether standard output is a terminal that follows links, or `FORCE_HYPERLINK` says so. A terminal without colours
/// gets none (`NO_COLOR`, `TERM=dumb`), nor does the log of a CI job.
fn follows_links(color: bool) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some();
    let is_asked_for = is_set("FORCE_HYPERLINK") || (color && !is_set("CI"));
    is_asked_for && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout)
}

/// The columns of the terminal that standard output is: what it says itself, else what the shell exports.
pub(super) fn terminal_width() -> Option<usize> {
    let asked = terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
    let told = || std::env::var("COLUMNS").ok()?.parse().ok();
    asked.or_else(told).filter(|&columns| columns >= 40)
}
