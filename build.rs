//! Checks every file of `scope-catalog/` and packs it: one blob for a service's facts, one for its calls and one for what
//! these need, so that a run decodes only what it uses. An error stops the build and names file, line and column.

#![allow(dead_code, reason = "the modules are the library's own; the build uses a part of each")]
#![allow(unused_imports, unreachable_pub, reason = "same")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/catalog/decode.rs"]
mod decode;
#[path = "src/catalog/decode_calls.rs"]
mod decode_calls;
#[path = "src/catalog/decode_remarks.rs"]
mod decode_remarks;
#[path = "src/catalog/fields.rs"]
mod fields;
#[path = "src/catalog/kinds.rs"]
mod kinds;
#[path = "src/catalog/model.rs"]
mod model;
#[path = "src/catalog/needed.rs"]
mod needed;
#[path = "src/catalog/calls/packed.rs"]
mod packed;
#[path = "src/scope/mod.rs"]
mod scope;
#[path = "src/catalog/calls/template.rs"]
mod template;
#[path = "src/text"]
mod text {
    pub mod digest;
    mod source;

    pub use source::{Problem, Source, Span};
}
#[path = "src/yaml/mod.rs"]
mod yaml;

use model::{Endpoints, Service};

const FOLDER: &str = "scope-catalog";

fn main() {
    println!("cargo::rerun-if-changed={FOLDER}");
    println!("cargo::rerun-if-changed=build.rs");
    if let Err(errors) = pack() {
        for error in errors {
            println!("cargo::error={error}");
        }
    }
}

struct File {
    name: String,
    service: Service,
    endpoints: Endpoints,
}

fn pack() -> Result<(), Vec<String>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| vec!["OUT_DIR is not set".to_owned()])?);
    let mut paths = Vec::new();
    for entry in fs::read_dir(FOLDER).map_err(|error| vec![format!("{FOLDER}: {error}")])? {
        let path = entry.map_err(|error| vec![format!("{FOLDER}: {error}")])?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            paths.push(path);
        }
    }
    // Sorted by name without case, which is the order in which services are looked up.
    paths.sort_by_key(|path| path.to_string_lossy().to_ascii_lowercase());
    let mut errors = Vec::new();
    let mut digest = text::digest::Digest::default();
    let mut files = Vec::new();
    for path in &paths {
        match read(path, &mut digest) {
            Ok(file) => files.push(file),
            Err(mut found) => errors.append(&mut found),
        }
    }
    if errors.is_empty() {
        errors = across_files(&files);
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    write(&out, &files, &digest.hex()).map_err(|error| vec![format!("{}: {error}", out.display())])
}

fn read(path: &Path, digest: &mut text::digest::Digest) -> Result<File, Vec<String>> {
    let name = path.to_string_lossy().into_owned();
    let text = fs::read_to_string(path).map_err(|error| vec![format!("{name}: {error}")])?;
    digest.add(&text);
    let file = text::Source::new(name.clone(), text);
    let decoded = decode::decode(&file).map_err(|problems| {
        let tell = |problem: &text::Problem| {
            let at = file.position(problem.span.start);
            let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            format!("{name}:{}:{}: {}{help}", at.line, at.column, problem.message)
        };
        problems.iter().map(tell).collect::<Vec<_>>()
    });
    let (service, endpoints) = decoded?;
    let expected = format!("{}.yaml", service.name);
    if path.file_name().is_none_or(|file| file.to_string_lossy() != expected) {
        return Err(vec![format!("{name}:1:1: the file of the service `{}` is `{expected}`", service.name)]);
    }
    Ok(File { name, service, endpoints })
}

/// What a file alone cannot tell: needs that name another service's scopes, and names used twice.
fn across_files(files: &[File]) -> Vec<String> {
    let mut errors = Vec::new();
    for file in files {
        for endpoint in &file.endpoints.calls {
            for scope in endpoint.needs.scopes() {
                let other = files.iter().find(|other| Some(other.service.name.as_str()) == scope.service());
                let known = other.is_some_and(|other| {
                    let operation = scope.operation().unwrap_or_default();
                    scope.is_full_access()
                        || other.service.resource(scope.resource()).is_some_and(|r| r.operation(operation).is_some())
                });
                if !known {
                    errors.push(format!("{}:{}:1: `{scope}` is in no catalog file", file.name, endpoint.line));
                }
            }
        }
        let key = file.service.name.to_ascii_lowercase();
        if files.iter().filter(|other| other.service.name.eq_ignore_ascii_case(&key)).count() > 1 {
            errors.push(format!("{}:1:1: the service `{}` has several files", file.name, file.service.name));
        }
    }
    errors.dedup();
    errors
}

fn write(out: &Path, files: &[File], digest: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut table = String::from("pub(super) static SERVICES: &[Packed] = &[\n");
    let mut rows = Vec::new();
    let mut hosts = String::new();
    for (n, file) in files.iter().enumerate() {
        fs::write(out.join(format!("{n}.facts")), postcard::to_stdvec(&file.service)?)?;
        // The list is its length and its entries one after the other, so that each can be decoded by itself.
        let mut calls = postcard::to_stdvec(&file.endpoints.calls.len())?;
        let mut places = Vec::new();
        for (number, call) in file.endpoints.calls.iter().enumerate() {
            places.push(calls.len());
            let row = packed::Row { service: n, number, at: calls.len(), method: &call.method, path: &call.path };
            rows.push(row);
            calls.extend(postcard::to_stdvec(call)?);
        }
        fs::write(out.join(format!("{n}.calls")), calls)?;
        let needed = needed::Needed::of(file.endpoints.calls.iter().zip(places));
        fs::write(out.join(format!("{n}.needs")), postcard::to_stdvec(&needed)?)?;
        hosts.push_str(&file.service.host_lines(n));
        writeln!(
            table,
            "    Packed {{ name: {:?}, aliases: &{:?}, words: &{:?}, count: {}, facts: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{n}.facts\")), \
             calls: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{n}.calls\")), needs: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{n}.needs\")) }},",
            file.service.name,
            file.service.aliases,
            file.service.words.iter().map(|word| &word.name).collect::<Vec<_>>(),
            file.endpoints.calls.len(),
        )?;
    }
    let index = packed::Packed::of(&rows);
    fs::write(out.join("templates"), &*index.templates)?;
    fs::write(out.join("places"), &*index.places)?;
    fs::write(out.join("templates.txt"), &*index.text)?;
    fs::write(out.join("hosts.txt"), hosts)?;
    let seen = files.iter().flat_map(|file| &file.service.sources).map(|source| source.seen.as_str()).max();
    writeln!(table, "];\npub(super) static DIGEST: &str = {digest:?};")?;
    let include = |kind: &str, name: &str| format!("include_{kind}!(concat!(env!(\"OUT_DIR\"), \"/{name}\"))");
    writeln!(
        table,
        "pub(super) static INDEX: Index = Index {{ templates: Cow::Borrowed({}), places: Cow::Borrowed({}), text: Cow::Borrowed({}) }};",
        include("bytes", "templates"),
        include("bytes", "places"),
        include("str", "templates.txt"),
    )?;
    writeln!(table, "pub(super) static HOSTS: &str = {};", include("str", "hosts.txt"))?;
    writeln!(table, "pub(super) static DATE: &str = {:?};", seen.unwrap_or_default())?;
    fs::write(out.join("catalog.rs"), table)?;
    Ok(())
}
