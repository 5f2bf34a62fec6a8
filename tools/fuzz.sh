#!/usr/bin/env bash
# Everything that is read from outside, fed with what nobody would think of; stops at the first fault and shows its input.
#   tools/fuzz.sh SECONDS CASES      for each reader, and for each address of the API
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60} cases=${2:-200} found=$(mktemp -d)
for target in command entry log plan follow frames; do
    printf '\n=== %s\n' "$target"
    PYTHONPATH=$PWD .venv/bin/python tools/fuzz_parsers.py "$target" "-max_total_time=$seconds" "-artifact_prefix=$found/" -print_final_stats=1 2>&1 |
        grep -E '^(Done|stat::number_of_executed_units|==|Traceback|  File|[A-Za-z.]*(Error|Exception)|artifact)' || exit 1
    [ -z "$(ls -A "$found")" ] || { echo "the input that did it: $found"; exit 1; }
done
printf '\n=== the API\n'
.venv/bin/python tools/fuzz_api.py "$cases"
printf '\n=== properties\n'
URUT_HYPOTHESIS=long .venv/bin/pytest -q tests/store/test_entries.py tests/store/test_commands.py tests/store/test_plan_file.py tests/hub/test_parsing.py
