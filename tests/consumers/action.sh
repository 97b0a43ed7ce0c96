#!/usr/bin/env bash
# Runs the steps of action.yml, as the runner would, against a sample repository.
#
#   tests/consumers/action.sh ZSCOPE
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
zscope=$(realpath "$1")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/repository/oauth" "$work/temp"
ln -s "$zscope" "$work/bin/zscope"
printf 'ZohoBooks.invoices.READ\nZohoBooks.contacts.READ\n' >"$work/repository/oauth/narrow scopes.txt"
printf 'ZohoBooks.fullaccess.all\n' >"$work/repository/oauth/wide.txt"

printf '{"scope": "ZohoBooks.fullaccess.all", "api_domain": "https://www.zohoapis.eu"}\n' >"$work/repository/token.json"
git=(git -C "$work/repository" -c user.name=x -c user.email=x@example.com -c commit.gpgsign=false)
"${git[@]}" init --quiet
"${git[@]}" add 'oauth/narrow scopes.txt' token.json
"${git[@]}" commit --quiet -m 'reads invoices'
"${git[@]}" add -A
"${git[@]}" commit --quiet -m 'takes everything'

# What the runner sets; nothing else of the caller's environment.
step() {
  local script=$1
  shift
  : >"$work/output" && : >"$work/path"
  code=0
  (cd "$work/repository" && env -i HOME="$work" PATH="$work/bin:/usr/bin:/bin" RUNNER_TEMP="$work/temp" RUNNER_OS=Linux \
    RUNNER_ARCH=X64 GITHUB_OUTPUT="$work/output" GITHUB_PATH="$work/path" GITHUB_ACTION_PATH="$root" "$@" \
    bash -c "\"\$GITHUB_ACTION_PATH/.ci/action/$script\"") >"$work/log" 2>&1 || code=$?
}
expect() {
  if [ "$code" != "$1" ]; then
    printf 'action: exit %s instead of %s: %s\n' "$code" "$1" "$2"
    cat "$work/log"
    exit 1
  fi
}
defaults=(INPUT_COMMAND=scan INPUT_PATHS=oauth INPUT_POLICY= INPUT_POLICY_FROM= INPUT_STRICT=false INPUT_SINCE= INPUT_APP= INPUT_FAIL_ON=error
  INPUT_FORMAT=text INPUT_REPORTS= INPUT_SARIF=false)

step install INPUT_SHA256= INPUT_INSTALL=none INPUT_VERSION= INPUT_REPOSITORY= INPUT_SOURCE="$root"
expect 0 'zscope is there'
step install INPUT_SHA256= INPUT_INSTALL=release INPUT_VERSION=main INPUT_REPOSITORY= INPUT_SOURCE="$root"
expect 3 'a branch has no release'
step install INPUT_SHA256= 'INPUT_INSTALL=$(touch injected)' INPUT_VERSION= INPUT_REPOSITORY= INPUT_SOURCE="$root"
expect 2 'no such way to install'

# A release as the workflow makes it, and the program of GitHub that fetches it.
mkdir -p "$work/release/zscope-x86_64-unknown-linux-musl"
printf '#!/bin/sh\necho zscope\n' >"$work/release/zscope-x86_64-unknown-linux-musl/zscope"
chmod +x "$work/release/zscope-x86_64-unknown-linux-musl/zscope"
tar -czf "$work/release/zscope-x86_64-unknown-linux-musl.tar.gz" -C "$work/release" zscope-x86_64-unknown-linux-musl
(cd "$work/release" && sha256sum zscope-x86_64-unknown-linux-musl.tar.gz >SHA256SUMS)
cat >"$work/bin/gh" <<'GH'
#!/bin/sh
case "$1 $2" in
  'release download') cp "$HOME/release/zscope-x86_64-unknown-linux-musl.tar.gz" "$HOME/release/SHA256SUMS" "$RUNNER_TEMP" ;;
  'attestation verify') [ ! -e "$HOME/unattested" ] ;;
esac
GH
chmod +x "$work/bin/gh"
release=(INPUT_INSTALL=release INPUT_VERSION=v0.1.0 INPUT_REPOSITORY=acme/zscope INPUT_SOURCE="$root")
step install INPUT_SHA256= "${release[@]}"
expect 0 'a release is taken'
[ "$("$work/temp/zscope-bin/zscope")" = zscope ] && grep -qx "$work/temp/zscope-bin" "$work/path"
step install INPUT_SHA256="$(sha256sum "$work/release/zscope-x86_64-unknown-linux-musl/zscope" | cut -d ' ' -f 1)" "${release[@]}"
expect 0 'the program that is named'
step install INPUT_SHA256="$(printf x | sha256sum | cut -d ' ' -f 1)" "${release[@]}"
expect 3 'another program than the one that is named'
touch "$work/unattested"
step install INPUT_SHA256= "${release[@]}"
expect 3 'nothing attests the release'
rm "$work/unattested"
printf 'more' >>"$work/release/zscope-x86_64-unknown-linux-musl.tar.gz"
step install INPUT_SHA256= "${release[@]}"
expect 3 'an archive of another checksum'

step run "${defaults[@]}"
expect 1 'full access fails'
grep -q ZS201 "$work/log"
grep -qx exit-code=1 "$work/output"
step run "${defaults[@]}" INPUT_SINCE=HEAD
expect 0 'nothing differs from the last commit'
step run "${defaults[@]}" INPUT_SINCE=HEAD~1
expect 1 'the last commit took everything'
step run "${defaults[@]}" INPUT_COMMAND=check INPUT_SINCE=HEAD
expect 2 'only scan knows of revisions'
step run "${defaults[@]}" INPUT_COMMAND=check INPUT_PATHS=oauth/wide.txt
expect 1 'a list is checked, too'
step run "${defaults[@]}" INPUT_COMMAND=audit INPUT_PATHS=token.json
expect 1 'a token that holds everything'
grep -q ZS201 "$work/log"
step run "${defaults[@]}" 'INPUT_PATHS=oauth/narrow scopes.txt' INPUT_POLICY=builtin:read-only
expect 0 'reading is allowed; a blank in a path is none of its end'
step run "${defaults[@]}" INPUT_FAIL_ON=never $'INPUT_PATHS=oauth/wide.txt\noauth/narrow scopes.txt' \
  $'INPUT_REPORTS=json=out report.json\nhtml=report.html'
expect 0 'reports beside the log'
[ -s "$work/repository/out report.json" ] && grep -q '<h1>Zoho scope report</h1>' "$work/repository/report.html"
step run "${defaults[@]}" INPUT_COMMAND=explain
expect 2 'only commands that judge'
step run "${defaults[@]}" 'INPUT_PATHS=$(touch injected); touch injected; `touch injected`' 'INPUT_APP=$(touch injected)' \
  'INPUT_POLICY=x; touch injected'
[ "$code" != 0 ] || expect 2 'hostile inputs'
step run "${defaults[@]}" INPUT_PATHS=--policy=oauth/wide.txt
expect 3 'a path that looks like an option is a path'
[ ! -e "$work/repository/injected" ] || { echo 'action: an input ran as code'; exit 1; }

step run "${defaults[@]}" INPUT_SARIF=true
expect 1 'findings fail the step, and the report is there all the same'
grep -qx "sarif=$work/temp/zscope.sarif" "$work/output"
grep -q '"2.1.0"' "$work/temp/zscope.sarif"
echo 'action: a release is installed by its checksum and attestation, else refused'
echo 'action: its steps judge a sample repository, and inputs stay inputs'
