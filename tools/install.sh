#!/usr/bin/env bash
# Makes .venv and puts the locked packages and urut itself into it; done in a moment when all is in place.
#   tools/install.sh        what running urut needs
#   tools/install.sh dev    and what checking it needs
#   tools/install.sh fuzz   and what feeds it with nonsense
# Everything it says goes to stderr: stdout belongs to the program that is started after it.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/debian.sh

# A copy in .venv of each file that was installed from tells whether it has changed since.
installed() { cmp -s "$1" ".venv/$1"; }

pip_install() { .venv/bin/python -m pip install --quiet --no-input --disable-pip-version-check "$@" >&2; }

# Debian's python3 comes without ensurepip, and a pyenv shim may stand for no Python at all: each is asked, not looked at.
find_python() {
    local name
    for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python3.14; do
        if "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

# A .venv that was moved with its folder would go on running the code of the old place.
venv_is_sound() { [ "$(cat .venv/place 2>/dev/null)" = "$PWD" ] && .venv/bin/python -c '' 2>/dev/null; }

make_venv() {
    local python
    python=$(find_python) || { need "Python 3.11 or newer with venv" python3 python3-venv; python=$(find_python); } || {
        say "no Python 3.11 or newer found; name one with PYTHON=/path/to/python3"
        exit 1
    }
    say "making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
    echo "$PWD" >.venv/place
}

install_lock() {
    installed "$1" && return
    say "installing the packages of $1"
    pip_install --require-hashes --only-binary :all: -r "$1"
    cp "$1" .venv/
}

install_urut() {
    installed pyproject.toml && return
    pip_install --no-deps --no-build-isolation --editable .
    cp pyproject.toml .venv/
}

venv_is_sound || make_venv
install_lock requirements.lock
install_urut
[ "${1:-}" != dev ] && [ "${1:-}" != fuzz ] || install_lock requirements-dev.lock
[ "${1:-}" != fuzz ] || install_lock requirements-fuzz.lock
