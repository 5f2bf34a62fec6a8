#!/usr/bin/env bash
# Resolves pyproject.toml anew into the three locks: one answer for every Python from 3.11 on, with the hash of every file.
# `build` is in the first because urut itself is installed without build isolation, whose downloads nothing would check.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/debian.sh

bash tools/install.sh
resolver=$(mktemp -d)
trap 'rm -rf "$resolver"' EXIT
.venv/bin/python -m venv "$resolver"
"$resolver/bin/pip" install --quiet --disable-pip-version-check 'uv>=0.13,<1'

resolve() {
    local lock=$1
    shift
    say "resolving $lock"
    "$resolver/bin/uv" pip compile --quiet --system-certs --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
        --output-file "$resolver/$lock" "$@" pyproject.toml >/dev/null
    { echo "# Made by \`make lock\` from pyproject.toml; not edited by hand."; cat "$resolver/$lock"; } >"$lock"
}

resolve requirements.lock --group build
resolve requirements-dev.lock --group build --group dev --constraints requirements.lock
resolve requirements-fuzz.lock --group build --group fuzz --constraints requirements-dev.lock
