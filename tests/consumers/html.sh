#!/usr/bin/env bash
# Opens HTML reports in Chromium. Skips, and says why, where a program is missing.
#
#   tests/consumers/html.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() { printf 'html: skipped: %s\n' "$*"; exit 0; }
for program in node npm; do
  command -v "$program" >/dev/null || skip "$program is missing"
done
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip 'no Chromium: apt-get install chromium'

work="${CARGO_TARGET_DIR:-$PWD/target}/consumers"
mkdir -p "$work"
if ! [ -d "$work/node_modules/playwright-core" ] || ! [ -d "$work/node_modules/axe-core" ]; then
  npm install --silent --no-audit --no-fund --prefix "$work" playwright-core@1.65 axe-core@4.14 \
    || skip 'npm cannot install playwright-core and axe-core'
fi
ZSCOPE_PAGES="$work/pages" cargo test --quiet --test suite pages_for_a_browser -- --ignored
node tests/consumers/html.mjs "$work/node_modules" "$work/pages" "$browser"
