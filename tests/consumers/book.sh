#!/usr/bin/env bash
# Builds the book, follows its links, and opens it in Chromium. Skips, and says why, where a program is missing.
#
#   tests/consumers/book.sh ZSCOPE
set -euo pipefail
zscope=$(realpath "$1")
cd "$(dirname "$0")/../.."

skip() { printf 'book: skipped: %s\n' "$*"; exit 0; }
target="${CARGO_TARGET_DIR:-$PWD/target}"
export PATH="$target/tools/bin:$PATH"
command -v python3 >/dev/null || skip 'python3 is missing'
if ! command -v mdbook >/dev/null; then
  # Without optimisation it is built in half the time; of its features the search alone is needed.
  cargo install --quiet --locked --debug mdbook@0.5 --no-default-features --features search --root "$target/tools" \
    || skip 'cargo cannot install mdbook'
fi
docs/build "$zscope" "$target/book"

for program in node npm; do
  command -v "$program" >/dev/null || skip "the look in a browser: $program is missing"
done
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip 'the look in a browser: no Chromium'
work="$target/consumers"
mkdir -p "$work"
if ! [ -d "$work/node_modules/playwright-core" ] || ! [ -d "$work/node_modules/axe-core" ]; then
  npm install --silent --no-audit --no-fund --prefix "$work" playwright-core@1.65 axe-core@4.14 \
    || skip 'the look in a browser: npm cannot install playwright-core and axe-core'
fi
node tests/consumers/book.mjs "$work/node_modules" "$target/book/html" "$browser"
