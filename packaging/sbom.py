#!/usr/bin/env python3
"""Prints what the program is made of on a platform, as CycloneDX 1.5: each crate with its checksum, licence and what it uses.

    sbom.py TARGET EPOCH

It reads what cargo says of the locked dependencies, and nothing else; the same commit gives the same document.
"""
import json
import re
import subprocess
import sys
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).parent.parent


def checksums() -> dict:
    """The SHA-256 of each crate's archive, from the lock file."""
    text = (ROOT / "Cargo.lock").read_text()
    found = re.findall(r'name = "(.*?)"\nversion = "(.*?)"\nsource = ".*?"\nchecksum = "(.*?)"', text)
    return {(name, version): checksum for name, version, checksum in found}


def main(target: str, epoch: int) -> None:
    said = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target],
        check=True, capture_output=True, text=True, cwd=ROOT,
    ).stdout
    metadata = json.loads(said)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = metadata["resolve"]["root"]

    def used(identity: str) -> list:
        """What goes into a crate or builds it; what only its tests use does not."""
        return sorted({each["pkg"] for each in nodes[identity]["deps"] if any(kind["kind"] in (None, "build") for kind in each["dep_kinds"])})

    reached, open_ends = set(), [root]
    while open_ends:
        identity = open_ends.pop()
        if identity not in reached:
            reached.add(identity)
            open_ends += used(identity)

    def address(identity: str) -> str:
        return f"pkg:cargo/{packages[identity]['name']}@{packages[identity]['version']}"

    sums = checksums()

    def component(identity: str) -> dict:
        package = packages[identity]
        fields = {"type": "application" if identity == root else "library", "bom-ref": address(identity), "name": package["name"],
                  "version": package["version"], "purl": address(identity)}
        if package["license"]:
            # Older manifests write a slash where SPDX has `OR`.
            fields["licenses"] = [{"expression": re.sub(r"\s*/\s*", " OR ", package["license"])}]
        checksum = sums.get((package["name"], package["version"]))
        if checksum:
            fields["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        return fields

    parts = sorted(reached - {root}, key=address)
    document = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch)), "component": component(root),
                     "properties": [{"name": "cdx:rustc:sbom:target:triple", "value": target}]},
        "components": [component(identity) for identity in parts],
        "dependencies": [{"ref": address(identity), "dependsOn": [address(other) for other in used(identity)]} for identity in [root, *parts]],
    }
    document["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document, sort_keys=True)).urn
    print(json.dumps(document, indent=1, sort_keys=True))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
