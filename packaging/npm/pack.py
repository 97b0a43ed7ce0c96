#!/usr/bin/env python3
"""Packs a program that is there as npm packages: that of its platform, and the one that people install, which names all of them.

    pack.py FOLDER TARGET OUT

The tarballs are made without npm, so that they are the same bytes every time.
"""
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from archive import tarball  # noqa: E402

HERE = Path(__file__).parent
# What Node.js calls the platforms.
PLATFORMS = {
    "x86_64-unknown-linux-musl": ("linux", "x64"),
    "aarch64-unknown-linux-musl": ("linux", "arm64"),
    "x86_64-unknown-linux-gnu": ("linux", "x64"),
    "x86_64-apple-darwin": ("darwin", "x64"),
    "aarch64-apple-darwin": ("darwin", "arm64"),
}


def main(folder: Path, target: str, out: Path) -> None:
    manifest = (HERE.parent.parent / "Cargo.toml").read_text().split("\n[features]")[0]
    cargo = dict(re.findall(r'^([a-z-]+) = "(.*)"$', manifest, re.MULTILINE))
    common = {"version": cargo["version"], "license": cargo["license"]}
    if "repository" in cargo:
        common["repository"] = cargo["repository"]
    licences = [(name, (folder / name).read_bytes(), 0o644) for name in ("LICENSE-APACHE", "LICENSE-MIT")]
    described = lambda fields: ("package.json", (json.dumps(fields, indent=2) + "\n").encode(), 0o644)

    system, cpu = PLATFORMS[target]
    name = f"zscope-cli-{system}-{cpu}"
    own = {"name": name, **common, "description": f"The program of zscope-cli for {system} on {cpu}", "os": [system], "cpu": [cpu],
           "files": ["bin/zscope"]}
    tarball(out / f"{name}-{cargo['version']}.tgz", "package", [described(own), ("bin/zscope", (folder / "zscope").read_bytes(), 0o755), *licences])

    whole = {
        "name": "zscope-cli", **common, "description": cargo["description"], "keywords": ["zoho", "oauth", "scopes", "linter"],
        "bin": {"zscope": "zscope.js"}, "files": ["zscope.js"], "engines": {"node": ">=18"},
        "optionalDependencies": {f"zscope-cli-{s}-{c}": cargo["version"] for s, c in PLATFORMS.values()},
    }
    readme = ("README.md", (folder / "README.md").read_bytes(), 0o644)
    script = ("zscope.js", (HERE / "zscope.js").read_bytes(), 0o755)
    tarball(out / f"zscope-cli-{cargo['version']}.tgz", "package", [described(whole), script, readme, *licences])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
