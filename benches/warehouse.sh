#!/usr/bin/env bash
# An exported policy on DuckDB and on Spark, beside `zscope audit`, over the same ten million grants: rows a second as
# ratios, and memory. NDJSON, and Parquet where the engine reads that.
#
#   benches/warehouse.sh path/to/zscope [GRANTS]
set -euo pipefail
zscope=$(realpath "$1")
grants=${2:-10000000}
cd "$(dirname "$0")/.."
venv="${CARGO_TARGET_DIR:-$PWD/target}/consumers/venv"
mkdir -p "$(dirname "$venv")"
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check 'duckdb>=1.1' 'pyspark>=4.1'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ZSCOPE_EXPORT_DIR="$work" ZSCOPE_BENCH_GRANTS="$grants" \
  cargo test --quiet --test suite -- --ignored --exact export::grants_of_the_benchmark_are_written >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
"$venv/bin/python" benches/support/warehouse.py "$zscope" "$work" "$grants"
