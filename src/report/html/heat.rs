//! Heat maps of access: services and kinds of data by operation.

use std::collections::BTreeMap;

use super::population::{Access, Population};
use super::shown::Shown;
use crate::catalog::DataClass;
use crate::judge::Judged;

/// The most rows; services that nobody knows could be any number.
const ROWS: usize = 60;

/// The shades, the palest first.
const SHADES: usize = 5;

/// A heat map: a table whose cells are shaded, so that the picture and its text are one.
pub(super) struct Heat {
    pub(super) key: &'static str,
    pub(super) title: &'static str,
    pub(super) rows_are: &'static str,
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<HeatRow>,
    /// How many more rows there would be.
    pub(super) more: usize,
}

/// A row of a heat map.
pub(super) struct HeatRow {
    /// What the catalog and the JSON report call it.
    pub(super) key: Shown,
    pub(super) label: Shown,
    /// The service, where the label is the product that it belongs to.
    pub(super) service: Option<Shown>,
    pub(super) cells: Vec<Cell>,
    pub(super) total: usize,
}

/// How many scopes, and how many of them go beyond the policy.
#[derive(Clone, Copy, Default)]
pub(super) struct Cell {
    pub(super) count: usize,
    pub(super) beyond: usize,
    /// The shade, from 1; 0 for nothing.
    pub(super) shade: usize,
}

/// What a scope lets an application do, by the word that ends it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Read,
    Create,
    Update,
    Delete,
    Write,
    All,
    FullAccess,
    Other,
}

impl Deed {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Read, "Read"),
        (Self::Create, "Create"),
        (Self::Update, "Update"),
        (Self::Delete, "Delete"),
        (Self::Write, "Write"),
        (Self::All, "All"),
        (Self::FullAccess, "Full access"),
        (Self::Other, "Other"),
    ];

    fn of(judged: &Judged) -> Self {
        let Ok(scope) = &judged.scope else { return Self::Other };
        if scope.is_full_access() {
            return Self::FullAccess;
        }
        match scope.operation().map(str::to_ascii_uppercase).as_deref() {
            Some("READ" | "VIEW" | "GET") => Self::Read,
            Some("CREATE") => Self::Create,
            Some("UPDATE") => Self::Update,
            Some("DELETE") => Self::Delete,
            Some("WRITE") => Self::Write,
            Some("ALL") => Self::All,
            _ => Self::Other,
        }
    }
}

type Counts = [Cell; Deed::ALL.len()];

/// Both maps. A scope counts once for each application that has it, however often it stands somewhere.
pub(super) fn maps(population: &Population<'_>, products: &BTreeMap<String, String>) -> Vec<Heat> {
    let mut by_service: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut by_class: BTreeMap<DataClass, Counts> = BTreeMap::new();
    for access in population.apps.iter().flat_map(|app| &app.scopes) {
        let Ok(scope) = &access.judged.scope else { continue };
        let service = scope.service().unwrap_or("OpenID Connect");
        count(by_service.entry(service).or_default(), access);
        for class in &access.judged.data {
            count(by_class.entry(*class).or_default(), access);
        }
    }
    let by_service =
        by_service.into_iter().map(|(name, counts)| (name, products.get(name).map(String::as_str), counts));
    let by_class = by_class.into_iter().map(|(class, counts)| (class.as_str(), None, counts));
    let maps = [
        heat("service", "Access by product and operation", "Product", by_service.collect()),
        heat("data", "Access by kind of data and operation", "Kind of data", by_class.collect()),
    ];
    // One column is a list of sums, which the sums tell already.
    maps.into_iter().filter(|map| !map.rows.is_empty() && map.columns.len() > 1).collect()
}

fn count(counts: &mut Counts, access: &Access<'_>) {
    let deed = Deed::of(access.judged);
    let cells = counts.iter_mut().zip(Deed::ALL);
    for (cell, _) in cells.filter(|(_, (column, _))| *column == deed) {
        cell.count += 1;
        cell.beyond += usize::from(access.is_beyond());
    }
}

/// What a row is called, the product that it belongs to where it is a service's, and its cells.
type Counted<'a> = (&'a str, Option<&'a str>, Counts);

fn heat(key: &'static str, title: &'static str, rows_are: &'static str, mut counted: Vec<Counted<'_>>) -> Heat {
    let total = |counts: &Counts| counts.iter().map(|cell| cell.count).sum::<usize>();
    counted.sort_by_cached_key(|(_, _, counts)| std::cmp::Reverse(total(counts)));
    let most = counted.iter().flat_map(|(_, _, counts)| counts).map(|cell| cell.count).max().unwrap_or(0);
    let used: Vec<bool> = (0..Deed::ALL.len())
        .map(|n| counted.iter().any(|(_, _, counts)| counts.get(n).is_some_and(|c| c.count > 0)))
        .collect();
    let keep = |(n, _): &(usize, Cell)| used.get(*n).copied().unwrap_or_default();
    let more = counted.len().saturating_sub(ROWS);
    let rows = counted.into_iter().take(ROWS).map(|(name, product, counts)| {
        let total = total(&counts);
        let cells = counts.into_iter().enumerate().filter(keep);
        let cells = cells.map(|(_, cell)| Cell { shade: shade(cell.count, most), ..cell }).collect();
        let service = product.filter(|product| *product != name).map(|_| Shown::name(name));
        HeatRow { key: Shown::name(name), label: Shown::name(product.unwrap_or(name)), service, cells, total }
    });
    let rows = rows.collect();
    let columns = Deed::ALL.iter().zip(&used).filter(|(_, used)| **used).map(|((_, name), _)| *name).collect();
    Heat { key, title, rows_are, columns, rows, more }
}

/// The shade of a number: its share of the largest, by the square root, so that few against many can be told from none.
fn shade(count: usize, most: usize) -> usize {
    if count == 0 || most == 0 {
        return 0;
    }
    let step = (count * SHADES * SHADES).div_ceil(most).isqrt();
    step.clamp(1, SHADES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_run_from_few_to_most() {
        let shades: Vec<usize> = [0, 1, 4, 16, 50, 80, 100].iter().map(|count| shade(*count, 100)).collect();
        assert_eq!(shades, [0, 1, 1, 2, 3, 4, 5]);
        assert_eq!(shade(1, 1), SHADES);
    }
}
