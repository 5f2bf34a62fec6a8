#!/usr/bin/env bash
# Asks the Python advisory database, by pip-audit, about every package of the locks; fails when one is known to be bad.
# pip-audit stands in an environment of its own: it is nothing that urut runs or is tested with.
set -euo pipefail
cd "$(dirname "$0")/.."

auditor=$(mktemp -d)
trap 'rm -rf "$auditor"' EXIT
python3 -m venv "$auditor"
"$auditor/bin/pip" install --quiet --disable-pip-version-check 'pip-audit>=2.10,<3'
for lock in requirements.lock requirements-dev.lock requirements-fuzz.lock; do
    "$auditor/bin/pip-audit" --require-hashes --disable-pip --requirement "$lock"
done
