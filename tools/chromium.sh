#!/usr/bin/env bash
# Prints the path of the Chromium that the browser tests drive. CHROMIUM=PATH names one; as root it is installed when there is none.
set -euo pipefail
. "$(dirname "$0")/debian.sh"

# Ubuntu's chromium-browser may be a mere pointer to a snap: one that cannot tell its version is none.
find_chromium() {
    local name
    for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
        if "$name" --version >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    return 1
}

if [ -n "${CHROMIUM:-}" ]; then
    command -v "$CHROMIUM" || { say "CHROMIUM=$CHROMIUM is no program"; exit 1; }
else
    find_chromium || { need "Chromium (for the browser tests)" chromium chromium-headless-shell libatomic1; find_chromium; }
fi
