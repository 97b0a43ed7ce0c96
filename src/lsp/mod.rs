//! The answers of zscope for editors: a server of the Language Server Protocol over a pair of streams.
//!
//! Sources of any language get the findings of a scan while somebody types, policies those of their decoder and of
//! `policy lint`. Nothing here judges by itself, and nothing here knows files: by what is judged, a [`Ground`] says.

mod actions;
mod hover;
mod messages;
mod policy;
mod session;
mod source;
mod text;

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use jiff::civil::Date;

use crate::catalog::Catalog;
use crate::policy::Policy;
use crate::rpc::frames;
use crate::text::{Problem, SourceId, Sources};
use session::Session;
use source::Judge;

/// The texts of open editors, by the files whose they are.
pub(crate) type Open = std::collections::BTreeMap<PathBuf, String>;

/// Where policies and catalog files lie.
pub(crate) trait Ground {
    /// By what the files below a folder are judged, with the texts of open editors in the place of what is on disk.
    ///
    /// # Errors
    ///
    /// When policy or catalog cannot be used.
    fn basis(&self, folder: &Path, open: &Open) -> Result<Basis, Trouble>;

    /// What is known where no policy can be used: sources are not judged by it.
    fn stand_in(&self, folder: &Path) -> Option<Basis>;
}

/// Tells which applications a file belongs to.
pub(crate) type Owners = Box<dyn Fn(&Path) -> Vec<Option<String>>>;

/// By what the files below a folder are judged.
pub(crate) struct Basis {
    pub(crate) policy: Policy,
    pub(crate) catalog: Catalog,
    pub(crate) as_of: Date,
    /// The texts that the policy points into, each under its absolute path.
    pub(crate) sources: Sources,
    /// Files by which is judged: when one of them changes, everything is looked at again.
    pub(crate) files: Vec<PathBuf>,
    /// No policy could be used: what is known helps to write one, and judges nothing.
    pub(crate) is_stand_in: bool,
    /// The applications that a file belongs to; `None` among them is the policy's top level.
    pub(crate) owners: Owners,
}

/// Why nothing can be judged.
pub(crate) enum Trouble {
    /// Problems at places of files, whose names are absolute paths.
    Problems(Sources, Vec<(SourceId, Problem)>),
    /// Something else, in a sentence.
    Other(String),
}

/// How many messages may wait.
const WAITING: usize = 1024;

/// Serves one client until it says that it is enough, or closes its stream; tells whether it did so in order.
///
/// # Errors
///
/// When nothing can be written.
pub(crate) fn serve(
    input: impl BufRead + Send + 'static,
    out: &mut dyn Write,
    ground: &dyn Ground,
) -> io::Result<bool> {
    let (sender, receiver) = mpsc::sync_channel(WAITING);
    // It ends with the stream, or with the program.
    thread::spawn(move || frames(input).try_for_each(|received| sender.send(received)));
    let mut session = Session::new(out, receiver);
    loop {
        let bases = session.load(ground);
        let judges: Vec<Judge<'_>> = bases.iter().map(|(folder, basis)| Judge::new(folder, basis)).collect();
        if let Some(in_order) = session.run(&judges)? {
            return Ok(in_order);
        }
    }
}
