#!/bin/sh
# Pictures of every page of every role, on desktop and phone, light and dark, with a contact sheet (index.html).
#   scripts/screenshots.sh [folder] [role… or empty]        the folder is ./screenshots when none is given
# INFIRMARY_BIN names a binary that is there already; otherwise one is built.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
if [ -z "${INFIRMARY_BIN:-}" ]; then
    cargo build --locked --manifest-path "$root/Cargo.toml"
    INFIRMARY_BIN=${CARGO_TARGET_DIR:-$root/target}/debug/infirmary
fi
export INFIRMARY_BIN
[ -d "$root/tests/browser/node_modules" ] || npm ci --ignore-scripts --prefix "$root/tests/browser"
exec node "$root/tests/browser/screenshots.mjs" "$@"
