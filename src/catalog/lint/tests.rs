use super::*;
use crate::catalog::Endpoints;

/// A file without a fault but for what the cases plant.
const SOUND: &str = "\
service: Mine
product: Mine
category: own
resources:
  a:
    grants: as
    data: [files]
    operations: { READ: documented }
    source: us
  m.{module}: { grants: ms, data: [files], operations: { READ: documented }, source: us/page }
  m.all: { grants: all ms, data: [files], operations: { READ: documented }, source: us }
groups:
  - { parent: m.all, children: m.*, status: documented, source: us }
endpoints:
  - call: GET /a
    needs: a.READ
    source: us
  - { call: GET /m/all, needs: m.all.READ, source: us }
  - { call: \"GET /m/{module}\", needs: [\"m.all.READ & m.{module}.READ\", a.READ], source: us }
deprecated:
  - { scope: old.*, use: [a, a.READ, ZohoBooks/invoices.READ], source: us }
sources:
  us: { kind: own, where: here, seen: 2026-11 }
";

/// One service of the embedded catalog: all of it is decoded in half a second, and these tests ask often.
fn books() -> Catalog {
    let mut books = Catalog::empty();
    books.overlay(Catalog::embedded().service("ZohoBooks").unwrap().clone(), Endpoints::default(), "");
    books
}

fn faults_of(text: &str) -> Vec<Fault> {
    files(&[Source::new("Mine.yaml", text)], books())
}

#[test]
fn a_sound_file_has_no_faults() {
    assert_eq!(faults_of(SOUND), []);
}

#[test]
fn each_kind_of_fault_is_found_at_its_place_and_nothing_else() {
    const READ: &str = "data: [files], operations: { READ: documented }, source: us }";
    let resource = |name: &str| format!("  {name}: {{ grants: xs, {READ}\n  m.all: {{");
    let call = |call: &str, needs: &str| format!("  - {{ call: {call}, needs: {needs}, source: us }}\ndeprecated:");
    let mut found = Vec::new();
    let mut check = |kind: Kind, changes: &[(&str, &str)]| {
        let mut marked = SOUND.to_owned();
        for (from, to) in changes {
            assert_eq!(marked.matches(from).count(), 1, "{from}");
            marked = marked.replace(from, to);
        }
        let place = Source::new("x", marked.clone()).position(marked.find('§').unwrap());
        let faults = faults_of(&marked.replace('§', ""));
        let told: Vec<_> = faults.iter().map(|fault| (fault.kind, fault.line, fault.column)).collect();
        assert_eq!(told, [(kind, place.line, Some(place.column))], "{marked}\n{faults:?}");
        found.push(kind);
    };
    let (operations, needs) = ("    operations: { READ: documented }", "    needs: a.READ");
    check(Kind::Schema, &[("category: own\n", "category: own\n§colour: red\n")]);
    check(Kind::Schema, &[("children: m.*, status: documented", "children: m.*, status: §sure")]);
    check(Kind::DuplicateCall, &[("deprecated:", &call("§GET /a", "a.READ"))]);
    check(Kind::DuplicateScope, &[(operations, "    operations: { READ: documented, §read: observed }")]);
    check(Kind::DuplicateScope, &[("  m.all: {", &resource("§A"))]);
    check(Kind::UnknownScope, &[(needs, "    needs: §a.DELETE")]);
    check(Kind::UnknownScope, &[(needs, "    needs:\n      - a.READ\n      - §ZohoBooks/dreams.READ")]);
    check(Kind::UnknownScope, &[(needs, "    needs: [a.READ, §ZohoBook/invoices.READ & a.READ]")]);
    check(Kind::UnknownReplacement, &[("ZohoBooks/invoices.READ]", "§ZohoBooks/dreams]")]);
    check(
        Kind::MissingSource,
        &[("- { call: GET /m/all, needs: m.all.READ, source: us }", "- §{ call: GET /m/all, needs: m.all.READ }")],
    );
    check(Kind::UnknownSource, &[("source: us/page", "source: §them/page")]);
    check(Kind::UnusedSource, &[("\nsources:\n", "\nsources:\n  §idle: { kind: own, where: there, seen: 2026-11 }\n")]);
    check(Kind::DeadGroup, &[("parent: m.all", "parent: §none")]);
    check(Kind::DeadGroup, &[("children: m.*", "children: §n.**")]);
    check(Kind::StrayPlaceholder, &[(needs, "    needs: §\"a.READ & ZohoBooks/{module}.READ\"")]);
    check(Kind::PlaceholderNames, &[("[\"m.all.READ & m.{module}.READ\"", "[§\"m.all.READ & m.{name}.READ\"")]);
    check(
        Kind::PlaceholderNames,
        &[("  m.all: {", &resource("§m.{name}.x")), ("deprecated:", &call("GET /x", "\"m.{name}.x.READ\""))],
    );
    check(Kind::OperationPlaceholder, &[(needs, "    needs: §\"a.{operation_type}\"")]);
    check(
        Kind::OperationPlaceholder,
        &[(operations, "    operations: { READ: documented, §\"{operation}\": documented }")],
    );
    check(
        Kind::OperationPlaceholder,
        &[("  m.all: {", &resource("§a.{operation}")), ("deprecated:", &call("GET /x", "\"a.{operation}.READ\""))],
    );
    check(Kind::ShadowedPath, &[("deprecated:", &call("§GET /m/some", "a.READ"))]);
    check(Kind::EqualTemplates, &[("deprecated:", &call("§\"GET /m/{id}\"", "a.READ"))]);
    check(Kind::ReadingScopes, &[("deprecated:", &call("§DELETE /a", "[a.READ, m.all.READ]"))]);
    check(Kind::DataClasses, &[("  a:\n", "  §a:\n"), ("    data: [files]\n", "    data: []\n")]);
    check(Kind::NoEndpoints, &[("  m.all: {", &resource("§b"))]);
    let missing: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| !found.contains(kind)).collect();
    assert_eq!(missing, []);
}

#[test]
fn several_faults_are_told_at_once_and_what_follows_from_them_is_not() {
    let text = SOUND.replace("data: [files]\n", "data: [secrets]\n").replace("- call: GET /a", "- call: GET /m/all");
    let told: Vec<_> = faults_of(&text).into_iter().map(|fault| (fault.kind, fault.line)).collect();
    assert_eq!(told, [(Kind::DataClasses, 7), (Kind::DuplicateCall, 18)]);
}

#[test]
fn files_may_name_what_stands_in_one_another() {
    let other = "service: Other\nproduct: Other\ncategory: own\nendpoints:\n  - { call: GET /o, needs: Mine/a.READ, source: us }\n\
                 sources:\n  us: { kind: own, where: here, seen: 2026-11 }\n";
    let mine = Source::new("Mine.yaml", SOUND);
    let both = files(&[Source::new("Other.yaml", other), mine], books());
    assert_eq!(both, []);
    let alone = faults_of(other);
    assert_eq!(
        alone.iter().map(|fault| (fault.kind, fault.line, fault.column)).collect::<Vec<_>>(),
        [(Kind::UnknownScope, 5, Some(28))]
    );
}

#[test]
fn the_embedded_catalog_has_no_errors() {
    let faults = embedded(&Catalog::embedded());
    let errors: Vec<&Fault> = faults.iter().filter(|fault| fault.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(faults.iter().all(|fault| fault.line > 0 && fault.column.is_none()));
}

#[test]
fn the_files_say_the_same_as_what_is_embedded() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let embedded = embedded(&Catalog::embedded());
    let sources: Vec<Source> = Catalog::embedded()
        .names()
        .map(|name| format!("{FOLDER}/{name}.yaml"))
        .map(|path| Source::new(path.clone(), std::fs::read_to_string(root.join(path)).unwrap()))
        .collect();
    let of_files = files(&sources, Catalog::empty());
    let told = |fault: &Fault| (fault.path.clone(), fault.kind, fault.message.clone());
    let (mut one, mut two): (Vec<_>, Vec<_>) =
        (embedded.iter().map(told).collect(), of_files.iter().map(told).collect());
    one.sort();
    two.sort();
    assert_eq!(one, two);
    // A block that begins with another key has its text further down.
    let lines = embedded
        .iter()
        .filter(|fault| !of_files.iter().any(|other| (&other.path, other.line) == (&fault.path, fault.line)));
    assert_eq!(lines.count(), 0);
}
