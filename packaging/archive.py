#!/usr/bin/env python3
"""Packs a folder as a tar.gz that is the same bytes every time, on every system.

    archive.py FOLDER FILE
"""
import gzip
import io
import os
import sys
import tarfile
from pathlib import Path


def tarball(path: Path, top: str, files: list) -> None:
    """Files, each a name, its content and its mode, below one folder."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content, mode in files:
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size, entry.mode, entry.mtime = len(content), mode, int(os.environ["SOURCE_DATE_EPOCH"])
            archive.addfile(entry, io.BytesIO(content))
    path.write_bytes(gzip.compress(packed.getvalue(), 9, mtime=0))
    print(path.name)


def main(folder: Path, path: Path) -> None:
    names = sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())
    tarball(path, folder.name, [(name, (folder / name).read_bytes(), 0o755 if name == "zscope" else 0o644) for name in names])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
