#!/usr/bin/env bash
# Runs the hooks of .pre-commit-hooks.yaml through pre-commit on a sample repository. Skips, and says why, where Python
# or pre-commit cannot be had.
#
#   tests/consumers/pre-commit.sh ZSCOPE
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
zscope=$(realpath "$1")

skip() { printf 'pre-commit: skipped: %s\n' "$*"; exit 0; }
for program in git python3; do
  command -v "$program" >/dev/null || skip "$program is missing"
done
venv="${CARGO_TARGET_DIR:-$root/target}/consumers/venv"
if ! [ -x "$venv/bin/pre-commit" ]; then
  mkdir -p "$(dirname "$venv")"
  python3 -m venv "$venv" || skip 'python3 has no venv'
  "$venv/bin/pip" install --quiet --disable-pip-version-check 'pre-commit>=4,<5' || skip 'pip cannot install pre-commit'
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH="$work/bin:$venv/bin:$PATH" HOME="$work" PRE_COMMIT_HOME="$work/cache" PRE_COMMIT_COLOR=never
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@example.com GIT_COMMITTER_NAME=x \
  GIT_COMMITTER_EMAIL=x@example.com
unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE
mkdir -p "$work/bin" "$work/hooks" "$work/sample"
ln -s "$zscope" "$work/bin/zscope"

# The hooks as a repository of their own. The hooks' own language builds zscope first; here it is on the PATH.
cp .pre-commit-hooks.yaml "$work/hooks"
git -C "$work/hooks" init --quiet
git -C "$work/hooks" add -A
git -C "$work/hooks" commit --quiet -m hooks
cd "$work/sample"
git init --quiet
cat >.pre-commit-config.yaml <<YAML
repos:
  - repo: $work/hooks
    rev: $(git -C "$work/hooks" rev-parse HEAD)
    hooks:
      - id: zscope-check
        language: system
      - id: zscope-scan
        language: system
YAML
pre-commit install >/dev/null

printf 'ZohoBooks.invoices.READ\n' >scopes.txt
git add -A
git commit --quiet -m 'reads invoices' 2>"$work/log" || { cat "$work/log"; echo 'pre-commit: a narrow list was refused'; exit 1; }
printf 'ZohoBooks.fullaccess.all\n' >>scopes.txt
git add -A
if git commit --quiet -m 'takes everything' 2>"$work/log"; then
  echo 'pre-commit: full access was let in'
  exit 1
fi
grep -q 'ZS201' "$work/log" || { cat "$work/log"; exit 1; }
git checkout --quiet HEAD -- scopes.txt
printf 'SCOPES = "ZohoBooks.fullaccess.all"\n' >auth.py
git add -A
if git commit --quiet -m 'takes everything in code' 2>"$work/log"; then
  echo 'pre-commit: full access in a source file was let in'
  exit 1
fi
grep -q 'auth.py:1' "$work/log" && grep -q 'ZS201' "$work/log" || { cat "$work/log"; exit 1; }
echo 'pre-commit: a narrow list is let in, full access is kept out, in lists and in code'
