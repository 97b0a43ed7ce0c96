#!/usr/bin/env bash
# Runs exported policies on the engines they are for, and holds every row against what zscope's audit says: DuckDB,
# PostgreSQL, ClickHouse, Spark; BigQuery's SQL is parsed. Skips, and says why, what cannot be had.
#
#   tests/consumers/export.sh [POLICIES]
set -euo pipefail
cd "$(dirname "$0")/../.."

skipped() { printf 'export: skipped: %s\n' "$*"; }
tools="${CARGO_TARGET_DIR:-$PWD/target}/consumers"
venv="$tools/venv"
mkdir -p "$tools"
work=$(mktemp -d)
server=
stop() {
  [ -z "$server" ] || kill -INT "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT

# Each policy has applications with entries of their own: a set of entries for each of them.
policies=${1:-2}
mkdir "$work/material"
ZSCOPE_EXPORT_DIR="$work/material" ZSCOPE_EXPORT_POLICIES="$policies" ZSCOPE_EXPORT_APPS=5 \
  cargo test --quiet --test suite -- --ignored --exact export::material_for_engines_is_written >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
echo "export: $policies policies of 5 apps, $((policies * 5)) sets of entries, with 2000 lists for each policy"

if ! command -v python3 >/dev/null; then
  skipped 'no python3'
  exit 0
fi
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
installed() {
  "$venv/bin/python" -c "import $1" 2>/dev/null || "$venv/bin/pip" install --quiet --disable-pip-version-check "$2"
}
run() { "$venv/bin/python" tests/consumers/export.py "$1" "$work/material" "${2:-$policies}"; }

if installed duckdb 'duckdb>=1.1'; then run duckdb; else skipped 'pip cannot install duckdb'; fi
if installed chdb 'chdb>=3'; then run clickhouse; else skipped 'pip cannot install chdb, which is ClickHouse'; fi
if installed sqlglot 'sqlglot>=26'; then run bigquery 1; else skipped 'pip cannot install sqlglot, which parses SQL of BigQuery'; fi

# PostgreSQL, on a socket in a folder of its own, as a user who is not root.
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1 || true)
if [ -z "$bin" ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  { apt-get update && apt-get install -y --no-install-recommends postgresql; } >"$work/apt" 2>&1 || tail -n 3 "$work/apt"
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1 || true)
fi
if [ -n "$bin" ] && command -v psql >/dev/null; then
  as=()
  if [ "$(id -u)" = 0 ]; then
    # The package brings this user.
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    mkdir "$work/postgres"
    chown postgres "$work/postgres"
    chmod 711 "$work"
  else
    mkdir "$work/postgres"
  fi
  "${as[@]}" "$bin/initdb" --no-sync --auth=trust --username=zscope -E UTF8 -D "$work/postgres/data" >"$work/initdb"
  "${as[@]}" "$bin/postgres" -D "$work/postgres/data" -k "$work/postgres" -c listen_addresses= -c fsync=off >"$work/server" 2>&1 &
  server=$!
  export PGHOST="$work/postgres" PGUSER=zscope PGDATABASE=postgres
  for _ in $(seq 100); do
    if psql -Xqc 'SELECT 1' >/dev/null 2>&1; then break; fi
    sleep 0.1
  done
  run postgres
else
  skipped 'no PostgreSQL, and apt-get cannot install it'
fi

if ! command -v java >/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  { apt-get update && apt-get install -y --no-install-recommends openjdk-17-jre-headless; } >"$work/apt" 2>&1 || tail -n 3 "$work/apt"
fi
if ! command -v java >/dev/null; then
  skipped 'no java, and apt-get cannot install it: Spark needs it'
elif installed pyspark 'pyspark>=4.1'; then
  run spark 1 2>"$work/spark" || { tail -n 20 "$work/spark"; exit 1; }
else
  skipped 'pip cannot install pyspark'
fi

if command -v opa >/dev/null; then run opa 2; else skipped 'no opa here; the module runs on regorus in the suite'; fi
