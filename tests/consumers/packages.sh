#!/usr/bin/env bash
# Packs a program as `packaging/build` does, and installs each package where nothing else of zscope is. Skips, and says
# why, what cannot be had.
#
#   tests/consumers/packages.sh ZSCOPE [--debian]
#
# `--debian` starts a static program in Debian 11, too, which debootstrap fetches; it needs root.
set -euo pipefail
zscope=$(realpath "$1")
debian=${2:-}
cd "$(dirname "$0")/../.."
root=$PWD

told() { printf 'packages: %s\n' "$*"; }
fails() { told "$*"; exit 1; }
command -v python3 >/dev/null || { told 'skipped: python3 is missing'; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
target=x86_64-unknown-linux-gnu
readelf --program-headers --wide "$zscope" | grep -q INTERP || target=x86_64-unknown-linux-musl

# A day of its own, so that whatever else is the time cannot show.
export SOURCE_DATE_EPOCH=1795000000
packaging/build --binary "$zscope" --target "$target" --out "$work/one" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
TZ=Asia/Tokyo packaging/build --binary "$zscope" --target "$target" --out "$work/two" >/dev/null
diff -r "$work/one" "$work/two" || fails 'packages of one program differ'
(cd "$work/one" && sha256sum --check --strict --quiet "SHA256SUMS.$target")
told "the packages of one program are the same bytes; their sums are right ($target)"

# README's first command, by whatever starts the program.
runs() {
  local code=0
  "$@" check ZohoBooks.fullaccess.all >"$work/out" 2>&1 || code=$?
  [ "$code" = 1 ] && grep -q '^error\[ZS201 full-access\]' "$work/out" || { cat "$work/out"; fails "exit $code: $*"; }
}

mkdir "$work/archive"
tar -xzf "$work/one/zscope-$target.tar.gz" -C "$work/archive"
archive=$work/archive/zscope-$target
runs "$archive/zscope"
for file in LICENSE-APACHE LICENSE-MIT README.md completions/zscope.bash completions/zscope.zsh completions/zscope.fish man/zscope.1; do
  [ -s "$archive/$file" ] || fails "the archive has no $file"
done
told 'the archive holds the program, completions, manual pages, licences'

wheel=$(echo "$work/one"/zscope-*.whl)
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-index "$wheel"
runs "$work/venv/bin/zscope"
cmp "$work/venv/bin/zscope" "$zscope"
told 'the wheel runs in a fresh virtual environment'

if command -v npm >/dev/null; then
  mkdir "$work/npm"
  npm install --silent --no-audit --no-fund --offline --omit=optional --prefix "$work/npm" "$work/one"/zscope-cli-linux-x64-*.tgz \
    "$work/one"/zscope-cli-[0-9]*.tgz
  runs "$work/npm/node_modules/.bin/zscope"
  rm -r "$work/npm/node_modules/zscope-cli-linux-x64"
  code=0
  "$work/npm/node_modules/.bin/zscope" --version >"$work/out" 2>&1 || code=$?
  [ "$code" = 2 ] && grep -q 'zscope-cli-linux-x64 is missing' "$work/out" || fails 'a platform that is missing is not told'
  told 'the npm packages run in a fresh folder, and tell a platform that is missing'
else
  told 'npm: skipped: npm is missing'
fi

# The job that `init ci` prints, as far as it installs: from the wheel, and never another program under its name.
job() {
  "$zscope" init ci gitlab --sha256 "$1" | sed -n '/before_script:/,/script:$/ s/^    - //p' | grep -v '^export' | sed "s#/tmp/zscope#$work/job#g" >"$work/job.sh"
  rm -rf "$work/job"
  PIP_NO_INDEX=1 PIP_FIND_LINKS="$work/one" PIP_DISABLE_PIP_VERSION_CHECK=1 bash -e "$work/job.sh" >"$work/out" 2>&1
}
job "$(sha256sum "$zscope" | cut -d ' ' -f 1)" || { cat "$work/out"; fails 'the job does not install the wheel'; }
runs "$work/job/bin/zscope"
if job "$(printf 'x' | sha256sum | cut -d ' ' -f 1)"; then fails 'the job takes another program'; fi
told 'the job of init ci installs the wheel, and refuses another program under its name'

if "$work/venv/bin/pip" install --quiet --disable-pip-version-check 'cyclonedx-python-lib[json-validation]>=11,<12'; then
  "$work/venv/bin/python" - "$archive/zscope.cdx.json" "$wheel" <<'P'
import json, sys, zipfile
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
text = open(sys.argv[1]).read()
assert (fault := JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)) is None, fault
inside = [name for name in zipfile.ZipFile(sys.argv[2]).namelist() if "/sboms/" in name]
assert len(inside) == 1 and zipfile.ZipFile(sys.argv[2]).read(inside[0]).decode() == text, inside
print(f"packages: the bill of materials is CycloneDX 1.5, of {len(json.loads(text)['components'])} crates, and stands in the wheel, too")
P
else
  told 'bill of materials: not validated: pip cannot install cyclonedx-python-lib'
fi

python3 packaging/formula.py https://example.org/acme/zscope/releases/download/v0.1.0 "$work/one" >"$work/zscope.rb"
if command -v ruby >/dev/null; then ruby -c "$work/zscope.rb" >/dev/null; else told 'formula: not parsed: ruby is missing'; fi

# What the program is made of, as `cargo audit bin` reads it.
if objcopy --dump-section ".dep-v0=$work/dep" "$zscope" /dev/null 2>/dev/null && [ -s "$work/dep" ]; then
  python3 - "$work/dep" <<'P'
import json, sys, zlib
packages = json.loads(zlib.decompress(open(sys.argv[1], "rb").read()))["packages"]
names = {package["name"] for package in packages}
assert {"zscope", "clap", "serde"} <= names, names
print(f"packages: the program names the {len(packages)} crates that it is made of")
P
else
  told 'auditable: not looked at: the program was built without cargo-auditable'
fi

[ "$target" = x86_64-unknown-linux-musl ] || exit 0
if "$work/venv/bin/pip" install --quiet --disable-pip-version-check auditwheel; then
  "$work/venv/bin/auditwheel" show "$wheel" >"$work/out" 2>&1 || true
  grep -q 'consistent with the following platform tag' "$work/out" && grep -q 'requires no external shared libraries' "$work/out" \
    || { cat "$work/out"; fails 'auditwheel does not bear the tags of the wheel out'; }
  told "auditwheel: $(grep -o '"[a-z0-9_]*"' "$work/out" | head -n 1) and later, no library from outside"
fi
if [ "$(id -u)" = 0 ]; then
  mkdir "$work/empty"
  cp "$zscope" "$work/empty/zscope"
  runs chroot "$work/empty" /zscope
  told 'the program starts where there is nothing else'
  if [ "$debian" = --debian ] && command -v debootstrap >/dev/null; then
    debootstrap --variant=minbase bullseye "$work/debian" http://deb.debian.org/debian >"$work/log" 2>&1 || { tail -n 3 "$work/log"; fails 'no Debian 11'; }
    tar -xzf "$work/one/zscope-$target.tar.gz" -C "$work/debian/opt"
    runs chroot "$work/debian" "/opt/zscope-$target/zscope"
    told "the program starts in Debian $(cat "$work/debian/etc/debian_version")"
  fi
fi
