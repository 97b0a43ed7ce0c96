#!/usr/bin/env bash
# Talks to `zscope mcp` with the client of the protocol's official SDK for Python. Skips, and says why, where Python or the
# SDK cannot be had.
#
#   tests/consumers/mcp.sh ZSCOPE
set -euo pipefail
cd "$(dirname "$0")/../.."
zscope=$(realpath "$1")

skip() { printf 'mcp: skipped: %s\n' "$*"; exit 0; }
command -v python3 >/dev/null || skip 'python3 is missing'
venv="${CARGO_TARGET_DIR:-$PWD/target}/consumers/mcp"
if ! "$venv/bin/python" -c 'import mcp' 2>/dev/null; then
  mkdir -p "$(dirname "$venv")"
  python3 -m venv "$venv" || skip 'python3 has no venv'
  "$venv/bin/pip" install --quiet --disable-pip-version-check 'mcp>=1.12,<2' || skip 'pip cannot install mcp'
fi
"$venv/bin/python" tests/consumers/mcp_client.py "$zscope"
