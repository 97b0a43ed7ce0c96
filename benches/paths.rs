//! Lookups of calls, against a set of regular expressions made of the same templates.
//!
//! One lookup of every template of the embedded catalog, with made-up values, is one iteration. The peer tells which
//! templates match and stops there; the index also ranks them by closeness, service and host.

#![allow(missing_docs, reason = "the macros write functions without")]
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use regex::Regex;
use zscope::catalog::Catalog;
use zscope::catalog::calls::{Call, Index};

/// The placeholders of all services.
const PLACEHOLDER: &str = r"\(\\d\+\)|\{[^}]*\}|<[^>]*>|\[[^\]]*\]|:\w+";

fn paths(criterion: &mut Criterion) {
    let catalog = Catalog::embedded();
    let endpoints: Vec<_> = catalog.services().flat_map(|service| catalog.endpoints(&service.name)).collect();
    let endpoints: Vec<_> = endpoints.into_iter().filter(|endpoint| endpoint.path.starts_with('/')).collect();
    let placeholder = Regex::new(PLACEHOLDER).unwrap();
    let lines: Vec<String> = endpoints
        .iter()
        .map(|endpoint| {
            let path = endpoint.path.split('?').next().unwrap_or_default();
            format!("{} {}", endpoint.method.replace("UNSTATED", "GET"), placeholder.replace_all(path, "70071"))
        })
        .collect();
    let calls: Vec<Call> = lines.iter().map(|line| line.parse().unwrap()).collect();

    let mut group = criterion.benchmark_group("paths");
    group.throughput(Throughput::Elements(calls.len() as u64)).sample_size(10);
    let index = Index::build(&catalog);
    group.bench_function("index", |bencher| {
        bencher.iter(|| calls.iter().map(|call| index.find(black_box(call)).matches.len()).sum::<usize>());
    });
    group.bench_function("index, parsing included", |bencher| {
        bencher.iter(|| {
            let found = lines.iter().map(|line| index.find(&black_box(line).parse().unwrap()).matches.len());
            found.sum::<usize>()
        });
    });
    let patterns: Vec<String> = endpoints
        .iter()
        .map(|endpoint| {
            let path = endpoint.path.split('?').next().unwrap_or_default();
            let pieces: Vec<String> = placeholder.split(path).map(regex::escape).collect();
            format!("^{} {}$", endpoint.method.replace("UNSTATED", "[A-Z]+"), pieces.join("[!-.0-~]+"))
        })
        .collect();
    // With limits so wide that the set keeps its fastest engine.
    let compiled = || {
        let mut builder = regex::RegexSetBuilder::new(&patterns);
        builder.unicode(false).size_limit(1 << 30).dfa_size_limit(1 << 28).build().unwrap()
    };
    let set = compiled();
    group.bench_function("regex set", |bencher| {
        bencher.iter(|| lines.iter().map(|line| set.matches(black_box(line)).iter().count()).sum::<usize>());
    });
    group.finish();

    let mut build = criterion.benchmark_group("build");
    build.sample_size(10);
    build.bench_function("index", |bencher| bencher.iter(|| Index::build(black_box(&catalog)).len()));
    build.bench_function("catalog and index", |bencher| {
        bencher.iter(|| Index::build(black_box(&Catalog::embedded())).len());
    });
    build.bench_function("regex set", |bencher| bencher.iter(|| compiled().len()));
    build.finish();
}

criterion_group!(benches, paths);
criterion_main!(benches);
