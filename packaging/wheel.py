#!/usr/bin/env python3
"""Packs a program that is there as a wheel: no compiler, no clock, the same bytes every time.

    wheel.py FOLDER TARGET OUT

FOLDER holds the program, licences, the README and the bill of materials; the program's bytes are those of the archive, so one
checksum serves every way to install it. `pip install` puts the program on the path; nothing of the wheel runs meanwhile.
"""
import base64
import hashlib
import os
import re
import sys
import time
import zipfile
from pathlib import Path

# A program that needs no loader and no library starts on any system of these, whatever their C library.
TAGS = {
    "x86_64-unknown-linux-musl": ["manylinux_2_17_x86_64", "manylinux2014_x86_64", "musllinux_1_1_x86_64"],
    "aarch64-unknown-linux-musl": ["manylinux_2_17_aarch64", "manylinux2014_aarch64", "musllinux_1_1_aarch64"],
    # For trying it out: a program that was built here and belongs on no index.
    "x86_64-unknown-linux-gnu": ["linux_x86_64"],
    "x86_64-apple-darwin": ["macosx_10_12_x86_64"],
    "aarch64-apple-darwin": ["macosx_11_0_arm64"],
}


def manifest() -> dict:
    """The fields of the package in Cargo.toml that the wheel repeats."""
    text = (Path(__file__).parent.parent / "Cargo.toml").read_text().split("\n[features]")[0]
    return dict(re.findall(r'^([a-z-]+) = "(.*)"$', text, re.MULTILINE))


def main(folder: Path, target: str, out: Path) -> None:
    package = manifest()
    version = package["version"]
    info = f"zscope-{version}.dist-info"
    tags = TAGS[target]
    metadata = "\n".join([
        "Metadata-Version: 2.4",
        "Name: zscope",
        f"Version: {version}",
        f"Summary: {package['description']}",
        f"License-Expression: {package['license']}",
        "License-File: LICENSE-APACHE",
        "License-File: LICENSE-MIT",
        "Keywords: zoho,oauth,scopes,least-privilege,linter",
        *(f"Project-URL: {key.capitalize()}, {package[key]}" for key in ("homepage", "repository") if key in package),
        "Requires-Python: >=3.8",
        "Description-Content-Type: text/markdown",
        "",
        (folder / "README.md").read_text(),
    ])
    wheel = "\n".join(["Wheel-Version: 1.0", "Generator: zscope", "Root-Is-Purelib: false", *(f"Tag: py3-none-{tag}" for tag in tags), ""])
    files = [
        (f"zscope-{version}.data/scripts/zscope", (folder / "zscope").read_bytes(), 0o755),
        (f"{info}/licenses/LICENSE-APACHE", (folder / "LICENSE-APACHE").read_bytes(), 0o644),
        (f"{info}/licenses/LICENSE-MIT", (folder / "LICENSE-MIT").read_bytes(), 0o644),
        (f"{info}/METADATA", metadata.encode(), 0o644),
        (f"{info}/WHEEL", wheel.encode(), 0o644),
    ]
    materials = folder / "zscope.cdx.json"
    if materials.exists():
        files.append((f"{info}/sboms/zscope.cdx.json", materials.read_bytes(), 0o644))
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()},{len(content)}\n"
        for name, content, _ in files
    )
    files.append((f"{info}/RECORD", f"{record}{info}/RECORD,,\n".encode(), 0o644))

    # The zip format counts time from 1980 and in steps of two seconds.
    when = time.gmtime(max(int(os.environ["SOURCE_DATE_EPOCH"]), 315532800))[:6]
    path = out / f"zscope-{version}-py3-none-{'.'.join(tags)}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content, mode in files:
            entry = zipfile.ZipInfo(name, when)
            entry.external_attr = (0o100000 | mode) << 16
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    print(path.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
