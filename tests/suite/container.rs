//! The Dockerfile against the repository: what a build in a container would find there.

use std::fs;
use std::path::{Component, Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// The patterns of `.dockerignore` that let something in.
fn kept() -> Vec<globset::GlobMatcher> {
    let ignored = text(".dockerignore");
    let mut lines = ignored.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    assert_eq!(lines.next(), Some("*"), "everything is left out unless a later line lets it in");
    let patterns = lines.map(|line| line.strip_prefix('!').unwrap_or_else(|| panic!("{line} leaves out more")));
    patterns.map(|pattern| globset::Glob::new(pattern).unwrap().compile_matcher()).collect()
}

/// The first part of a path below the root, with `..` resolved.
fn top(path: &Path) -> String {
    let mut parts: Vec<&std::ffi::OsStr> = Vec::new();
    for part in path.strip_prefix(root()).unwrap().components() {
        match part {
            Component::ParentDir => drop(parts.pop()),
            Component::Normal(name) => parts.push(name),
            _ => {}
        }
    }
    parts[0].to_str().unwrap().to_owned()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn everything_that_the_build_reads_is_sent_to_it() {
    let kept = kept();
    let is_sent = |name: &str| kept.iter().any(|pattern| pattern.is_match(name));
    for pattern in &kept {
        let entries = fs::read_dir(root()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        assert!(names.into_iter().any(|name| pattern.is_match(name)), "nothing is called {}", pattern.glob());
    }

    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let package = manifest["package"].as_table().unwrap();
    let mut read = vec!["Cargo.toml".to_owned(), "Cargo.lock".to_owned(), "src".to_owned(), "scope-catalog".to_owned()];
    read.extend(["build", "readme"].map(|key| package[key].as_str().unwrap().to_owned()));
    // Cargo looks for the files of all targets, whichever of them it builds.
    read.extend(manifest.get("bench").map(|_| "benches".to_owned()));
    let mut files = vec![root().join("build.rs")];
    rust_files(&root().join("src"), &mut files);
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        for mark in ["include_str!(\"", "include_bytes!(\"", "#[path = \""] {
            let paths = source.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap());
            read.extend(paths.map(|path| top(&file.parent().unwrap().join(path))));
        }
    }
    // Tests are not built there.
    read.retain(|name| name != "tests");
    assert!(read.contains(&"policies".to_owned()) && read.contains(&"schemas".to_owned()), "{read:?}");
    for name in read {
        assert!(is_sent(&name), "`{name}` is missing in .dockerignore");
    }
}

#[test]
fn the_image_is_made_of_what_the_build_leaves() {
    let (file, kept) = (text("Dockerfile"), kept());
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let lines: Vec<&str> = file.lines().filter(|line| !line.starts_with('#')).collect();
    let with = |start: &str| -> Vec<&str> { lines.iter().filter_map(|line| line.strip_prefix(start)).collect() };
    let compiler = manifest["package"]["rust-version"].as_str().unwrap();
    assert_eq!(with("FROM "), [&*format!("docker.io/library/rust:{compiler}-alpine AS build"), "scratch"]);
    assert_eq!(with("RUN cargo "), ["build --locked --release && ./target/release/zscope --version \\"]);
    let mut binary = None;
    for copied in with("COPY --from=build ") {
        let mut words: Vec<&str> = copied.split(' ').collect();
        let goal = words.pop().unwrap();
        for word in words {
            let path = word.strip_prefix("/zscope/").unwrap();
            if path == "target/release/zscope" {
                binary = Some(goal);
            } else {
                assert!(root().join(path).exists() && kept.iter().any(|kept| kept.is_match(path)), "{path}");
            }
        }
    }
    assert_eq!(with("ENTRYPOINT "), [format!("[\"{}\"]", binary.unwrap())]);
    let user: Vec<u32> = with("USER ")[0].split(':').map(|id| id.parse().unwrap()).collect();
    assert!(user.iter().all(|id| *id > 0), "{user:?}");
    let version = env!("CARGO_PKG_LICENSE");
    assert_eq!(with("      org.opencontainers.image.licenses="), [format!("\"{version}\"")]);
}

#[test]
fn the_hooks_install_the_wheel_of_this_version() {
    let hooks: toml::Table = text("pyproject.toml").parse().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(hooks["project"]["version"].as_str(), Some(version));
    assert_eq!(hooks["project"]["dependencies"][0].as_str(), Some(format!("zscope=={version}").as_str()));
    let hooks: serde_json::Value = serde_yaml::from_str(&text(".pre-commit-hooks.yaml")).unwrap();
    let hooks = hooks.as_array().unwrap();
    assert!(!hooks.is_empty() && hooks.iter().all(|hook| hook["language"] == "python"), "{hooks:?}");
}

#[test]
fn every_action_of_others_is_pinned_by_commit() {
    let job = root().join("src/cli/init/github.yml");
    for path in [root().join("action.yml"), root().join(".github/workflows/release.yml"), job] {
        let text = fs::read_to_string(&path).unwrap();
        let used: Vec<&str> = text.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, used)| used).collect();
        assert!(!used.is_empty(), "{}", path.display());
        for used in used {
            let commit = used.split_once('@').and_then(|(_, rest)| rest.split(' ').next()).unwrap();
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{used}");
            assert!(used.contains(" # v"), "the version beside the commit: {used}");
        }
    }
}
