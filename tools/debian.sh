# Sourced by the other tools: words to the person at the terminal, and packages of the system.

say() { printf 'urut: %s\n' "$*" >&2; }

# need WHAT PACKAGE… – installs Debian packages as root; anybody else is told what is missing and how to get it, exit 1.
need() {
    local what=$1
    shift
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        say "$what is missing. On Debian or Ubuntu an administrator installs it with:"
        say "    sudo apt-get install --no-install-recommends $*"
        exit 1
    fi
    say "$what is missing: installing $*"
    # dpkg refuses to work when PATH does not lead to the system's own tools.
    local path=$PATH:/usr/local/sbin:/usr/sbin:/sbin
    PATH=$path apt-get update -qq >&2 || say "apt-get update failed; trying with the package lists that are here"
    PATH=$path DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" </dev/null >&2
}
