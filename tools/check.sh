#!/usr/bin/env bash
# Everything `make test` checks, the quick answers first; the first failure ends it.
set -euo pipefail
cd "$(dirname "$0")/.."
CHROMIUM=$(bash tools/chromium.sh)
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
step parts pytest -q -n 2 --ignore=tests/core --ignore=tests/house
