#!/usr/bin/env bash
# Lets a Neovim without a screen work with `zscope lsp`. Skips, and says why, where there is none.
#
#   tests/consumers/neovim.sh ZSCOPE
set -euo pipefail
cd "$(dirname "$0")/../.."
zscope=$(realpath "$1")
script=$(realpath tests/consumers/neovim.lua)

skip() { printf 'neovim: skipped: %s\n' "$*"; exit 0; }
command -v nvim >/dev/null || skip 'nvim is missing: apt-get install neovim'
nvim --headless -u NONE -c 'lua os.exit(vim.lsp and vim.lsp.start_client and vim.diagnostic and 0 or 1)' \
  || skip 'this Neovim has no client of language servers'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work" XDG_CONFIG_HOME="$work/config" XDG_DATA_HOME="$work/data" XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache"
mkdir "$work/project"
cd "$work/project"
printf 'version: 1\ndefault: allow\ndeny: [ZohoCRM.modules.leads.DELETE]\n' >zscope.yaml
printf -- '-- 🦀\nlocal scopes = { "🦀", "zohobooks.invoices.ALL" }\n' >auth.lua
ZSCOPE="$zscope" timeout 60 nvim --headless -u NONE -S "$script" auth.lua 2>"$work/log" || { cat "$work/log"; exit 1; }
echo 'neovim: findings, hover and a fix in a Neovim, and a policy that changes under it'
