#!/usr/bin/env python3
"""Prints the Homebrew formula of a release: its archives, each with its checksum.

    formula.py ADDRESS FOLDER

ADDRESS is where the archives lie; FOLDER holds them.
"""
import hashlib
import re
import sys
from pathlib import Path

# What Homebrew calls the platforms.
PLATFORMS = [
    ("on_macos", "on_arm", "aarch64-apple-darwin"),
    ("on_macos", "on_intel", "x86_64-apple-darwin"),
    ("on_linux", "on_arm", "aarch64-unknown-linux-musl"),
    ("on_linux", "on_intel", "x86_64-unknown-linux-musl"),
]


def main(address: str, folder: Path) -> None:
    manifest = (Path(__file__).parent.parent / "Cargo.toml").read_text()
    version = re.search(r'^version = "(.*)"$', manifest, re.MULTILINE).group(1)
    print("class Zscope < Formula")
    print('  desc "Least-privilege linter and auditor for Zoho OAuth scopes"')
    print(f'  homepage "{address.split("/releases/")[0]}"')
    print(f'  version "{version}"')
    print('  license any_of: ["MIT", "Apache-2.0"]')
    for system in ("on_macos", "on_linux"):
        there = [(cpu, target) for of, cpu, target in PLATFORMS if of == system and (folder / f"zscope-{target}.tar.gz").exists()]
        if not there:
            continue
        print(f"\n  {system} do")
        for cpu, target in there:
            archive = f"zscope-{target}.tar.gz"
            print(f"    {cpu} do")
            print(f'      url "{address.rstrip("/")}/{archive}"')
            print(f'      sha256 "{hashlib.sha256((folder / archive).read_bytes()).hexdigest()}"')
            print("    end")
        print("  end")
    print("""
  def install
    bin.install "zscope"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/zscope.bash" => "zscope"
    zsh_completion.install "completions/zscope.zsh" => "_zscope"
    fish_completion.install "completions/zscope.fish"
  end

  test do
    assert_match "ZS201", shell_output("#{bin}/zscope check ZohoBooks.fullaccess.all", 1)
  end
end""")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
