#!/usr/bin/env bash
# Everything `make test` checks, the quick answers first; the first failure ends it.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/debian.sh

CHROMIUM=$(bash tools/chromium.sh)
# Playwright drives it with a Node of its own, which a bare Debian lacks one library for.
.venv/bin/playwright --version >/dev/null 2>&1 || need "A library that Playwright needs" libatomic1
# The tests of the voice hear the synthesiser itself; whoever runs urut may do without it.
command -v espeak-ng >/dev/null || need "espeak-ng (for the tests of the voice)" espeak-ng
# The bundled server does without TLS; this package brings one that has it, and starts nothing.
command -v redis-check-rdb >/dev/null || command -v redis-server >/dev/null || need "A store with TLS (for the tests)" redis-tools
PATH=$PWD/.venv/bin:$PATH
export CHROMIUM PATH

step() {
    printf '\n=== %s: %s\n' "$1" "${*:2}"
    "${@:2}"
}

step style ruff check --quiet
step format ruff format --check --quiet
step types mypy
step contracts lint-imports --no-logo
step rules pytest -q tests/core tests/house
step parts pytest -q -n 2 -m "not faults" --ignore=tests/core --ignore=tests/house
step faults pytest -q -m faults
