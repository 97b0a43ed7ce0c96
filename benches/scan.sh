#!/usr/bin/env bash
# `zscope scan` against ripgrep on the same trees, warm, with the same number of threads.
#
# usage: benches/scan.sh ZSCOPE FOLDER…
#
# ripgrep looks for the names of the same services with one expression, and does nothing else; zscope also parses, judges
# and reports. Each runs five times; the fastest counts. A ratio over 1 means that zscope is faster.
set -euo pipefail
zscope=$1
shift
threads=${THREADS:-2}
names=$(sed -n 's/^service: *//p' "$(dirname "$0")"/../scope-catalog/*.yaml | paste -sd'|')
pattern="(?-u)\\b(?:$names)(?:\\.[A-Za-z0-9_{}\$]+){1,4}\\b"

fastest() {
  local best=
  for _ in 1 2 3 4 5; do
    local start end
    start=$(date +%s%N)
    "$@" >/dev/null 2>&1 || true
    end=$(date +%s%N)
    if [ -z "$best" ] || [ $((end - start)) -lt "$best" ]; then best=$((end - start)); fi
  done
  echo "$best"
}

for folder in "$@"; do
  bytes=$(find "$folder" -type f -not -path '*/.git/*' -printf '%s\n' | awk '{ sum += $1 } END { printf "%d", sum }')
  files=$(find "$folder" -type f -not -path '*/.git/*' | wc -l)
  rg=$(fastest rg --no-config "-j$threads" -i -uu -o -n "$pattern" "$folder")
  ours=$(fastest "$zscope" scan "$folder" "-j$threads" --hidden --no-ignore --fail-on never --format json)
  awk -v f="$folder" -v b="$bytes" -v n="$files" -v r="$rg" -v o="$ours" 'BEGIN {
    printf "%s: %d files, %.0f MB; rg %.2f s; zscope %.2f s: %.0f MB/s, %.0f files/s; ratio %.2f\n",
      f, n, b / 1e6, r / 1e9, o / 1e9, b / 1e6 / (o / 1e9), n / (o / 1e9), r / o }'
done
