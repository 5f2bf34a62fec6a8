#!/usr/bin/env bash
# Gets espeak-ng for a demo that is to speak, as root. Without it the hall only rings its chime, which is no reason to stop.
set -euo pipefail
. "$(dirname "$0")/debian.sh"

command -v espeak-ng >/dev/null || (need "espeak-ng (calls are spoken with it)" espeak-ng) || say "going on without a voice"
