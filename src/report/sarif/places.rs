//! Places as SARIF has them: artifacts by address, regions, and a stand-in for what is in no file.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Report;
use super::super::address::{Address, address, of_place};
use super::super::clean::verbatim;
use super::line_hash::line_hashes;
use super::model::{Artifact, ArtifactLocation, PhysicalLocation, ROOT, Region, StaticMessage};
use crate::finding::Finding;
use crate::text::percent;
use crate::text::{Place, SourceId};

/// The whole of a file, for findings whose line means nothing.
const FIRST_LINE: Region = Region { start_line: 1, start_column: 1, end_line: 1, end_column: 1 };

/// The artifacts that places have named so far.
pub(super) struct Artifacts<'r> {
    report: &'r Report,
    index: BTreeMap<String, usize>,
    all: Vec<Artifact>,
}

impl<'r> Artifacts<'r> {
    pub(super) fn new(report: &'r Report) -> Self {
        Self { report, index: BTreeMap::new(), all: Vec::new() }
    }

    pub(super) fn into_all(self) -> Vec<Artifact> {
        self.all
    }

    /// A place in a file; `None` for what is in no file.
    pub(super) fn in_file(&mut self, place: Place) -> Option<PhysicalLocation> {
        let address = of_place(place, &self.report.sources, &self.report.run.tree);
        let artifact_location = self.artifact(&address)?;
        Some(PhysicalLocation { artifact_location, region: region(self.report, place) })
    }

    /// Where a finding is shown. Consumers want a file: for what is in none, the policy line that decided, else the
    /// policy, else an address that stands for the source and is always the same.
    pub(super) fn of_finding(&mut self, finding: &Finding) -> PhysicalLocation {
        let places = std::iter::once(finding.place).chain(finding.related.iter().filter_map(|related| related.place));
        for place in places {
            if let Some(location) = self.in_file(place) {
                return location;
            }
        }
        self.stand_in(self.report.sources.get(finding.place.source).name())
    }

    /// A location for something that is in no file: the policy, or an address that stands for the source.
    pub(super) fn stand_in(&mut self, name: &str) -> PhysicalLocation {
        let policy = address(&self.report.policy.path, &self.report.run.tree);
        let artifact_location = self.artifact(&policy).unwrap_or_else(|| {
            let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
            self.add(&format!("zscope/{}", words.join("-")), true, Some("stands for what is in no file"))
        });
        PhysicalLocation { artifact_location, region: FIRST_LINE }
    }

    fn artifact(&mut self, address: &Address) -> Option<ArtifactLocation> {
        match address {
            Address::Relative(path) => Some(self.add(path, true, None)),
            Address::Absolute(path) => Some(self.add(path, false, None)),
            Address::Nowhere => None,
        }
    }

    fn add(&mut self, path: &str, relative: bool, about: Option<&'static str>) -> ArtifactLocation {
        let encoded = percent::encode_path(&verbatim(path));
        let uri = match (relative, encoded.starts_with('/')) {
            (true, _) => encoded,
            (false, true) => format!("file://{encoded}"),
            (false, false) => format!("file:///{encoded}"),
        };
        let next = self.all.len();
        let index = *self.index.entry(uri.clone()).or_insert(next);
        let location = ArtifactLocation { uri, uri_base_id: relative.then_some(ROOT), index, description: None };
        if index == next {
            let description = about.map(|text| StaticMessage { text });
            let policy = address(&self.report.policy.path, &self.report.run.tree);
            let role = if policy.path() == Some(path) { "policy" } else { "analysisTarget" };
            let location = ArtifactLocation { description, ..location.clone() };
            self.all.push(Artifact { location, roles: [role] });
        }
        location
    }
}

pub(super) fn region(report: &Report, place: Place) -> Region {
    let source = report.sources.get(place.source);
    let (start, end) = (source.position(place.span.start), source.position(place.span.end));
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
}

/// What GitHub calls the first line of each finding that is in a file, by source and line.
pub(super) struct LineNames(BTreeMap<(SourceId, usize), String>);

impl LineNames {
    pub(super) fn new<'f>(report: &Report, findings: impl Iterator<Item = &'f Finding>) -> Self {
        let mut wanted: BTreeMap<SourceId, BTreeSet<usize>> = BTreeMap::new();
        for finding in findings {
            if of_place(finding.place, &report.sources, &report.run.tree) != Address::Nowhere {
                wanted.entry(finding.place.source).or_default().insert(region(report, finding.place).start_line);
            }
        }
        let named = wanted.into_iter().flat_map(|(source, lines)| {
            let names = line_hashes(report.sources.get(source).text(), &lines);
            names.into_iter().map(move |(line, name)| ((source, line), name))
        });
        Self(named.collect())
    }

    /// The line's name, for a finding that is in a file.
    pub(super) fn get(&self, report: &Report, finding: &Finding) -> Option<&str> {
        let line = region(report, finding.place).start_line;
        self.0.get(&(finding.place.source, line)).map(String::as_str)
    }
}
