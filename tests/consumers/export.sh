#!/usr/bin/env bash
# Runs exported policies on the engines they are for, and holds every row against what `zscope audit` says: DuckDB and
# PostgreSQL all of them, ClickHouse and Spark as many as are told; BigQuery's SQL is parsed. Rego runs on regorus in the
# suite, and on OPA where that is here. Skips, and says why, what cannot be had.
#
#   tests/consumers/export.sh path/to/zscope [FILES]
#
# A file has nine applications with entries of their own beside the shared ones, and judges those that no application owns:
# ten sets of entries, each with 2,000 lists of scopes. 100 files are 1,000 policies.
set -euo pipefail
zscope=$(realpath "$1")
files=${2:-100}
cd "$(dirname "$0")/../.."

# What takes long on an engine, and is held on fewer files.
clickhouse=$((files < 20 ? files : 20))
spark=1
bigquery=$((files < 5 ? files : 5))

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

if ! command -v python3 >/dev/null; then
  skipped 'no python3'
  exit 0
fi
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv" || { skipped 'python3 has no venv'; exit 0; }
installed() {
  "$venv/bin/python" -c "import $1" 2>/dev/null || "$venv/bin/pip" install --quiet --disable-pip-version-check "$2" >"$work/pip" 2>&1
}
package() {
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then return 1; fi
  { apt-get update && apt-get install -y --no-install-recommends "$1"; } >"$work/apt" 2>&1 || { tail -n 3 "$work/apt"; return 1; }
}

material="$work/material"
mkdir "$material"
ZSCOPE_EXPORT_DIR="$material" ZSCOPE_EXPORT_POLICIES="$files" ZSCOPE_EXPORT_APPS=9 ZSCOPE_EXPORT_TEXTS=120 \
  cargo test --quiet --test suite -- --ignored --exact export::material_for_engines_is_written >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
echo "export: $files files, $((files * 10)) policies: 10 sets of entries in a file, 2000 lists of scopes for each"
engines=("duckdb:$files" "postgres:$files" "clickhouse:$clickhouse" "spark:$spark" "bigquery:$bigquery")
if command -v opa >/dev/null; then engines+=("rego:2"); fi
python3 tests/consumers/export.py write "$material" "$zscope" "${engines[@]}"

run() { "$venv/bin/python" tests/consumers/export.py "$1" "$material" "$2"; }

# Two engines at a time: each has a core.
in_python() {
  if installed duckdb 'duckdb>=1.1'; then run duckdb "$files"; else skipped 'pip cannot install duckdb'; fi
  if installed sqlglot 'sqlglot>=26'; then run bigquery "$bigquery"; else skipped 'pip cannot install sqlglot, which parses SQL of BigQuery'; fi
  if installed chdb 'chdb>=3'; then run clickhouse "$clickhouse"; else skipped 'pip cannot install chdb, which is ClickHouse'; fi
  if command -v opa >/dev/null; then run rego 2; else skipped 'no opa here: Rego runs on regorus in the suite'; fi
}
in_python >"$work/in-python" 2>&1 &
python=$!

# PostgreSQL, on a socket in a folder of its own, as a user who is not root.
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1 || true)
if [ -z "$bin" ] && package postgresql; then
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1 || true)
fi
if [ -n "$bin" ] && command -v psql >/dev/null; then
  as=()
  mkdir "$work/postgres"
  if [ "$(id -u)" = 0 ]; then
    # The package brings this user.
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    chown postgres "$work/postgres"
    chmod 711 "$work"
  fi
  "${as[@]}" "$bin/initdb" --no-sync --auth=trust --username=zscope -E UTF8 -D "$work/postgres/data" >"$work/initdb"
  "${as[@]}" "$bin/postgres" -D "$work/postgres/data" -k "$work/postgres" -c listen_addresses= -c fsync=off >"$work/server" 2>&1 &
  server=$!
  export PGHOST="$work/postgres" PGUSER=zscope PGDATABASE=postgres
  for _ in $(seq 100); do
    if psql -Xqc 'SELECT 1' >/dev/null 2>&1; then break; fi
    sleep 0.1
  done
  run postgres "$files"
else
  skipped 'no PostgreSQL, and apt-get cannot install it'
fi

if ! command -v java >/dev/null && ! package openjdk-17-jre-headless; then
  skipped 'no java, and apt-get cannot install it: Spark needs it'
elif installed pyspark 'pyspark>=4.1'; then
  run spark "$spark" 2>"$work/spark" || { tail -n 20 "$work/spark"; exit 1; }
else
  skipped 'pip cannot install pyspark'
fi
failed=0
wait "$python" || failed=$?
cat "$work/in-python"
exit "$failed"
