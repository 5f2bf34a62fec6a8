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
    local output
    output=$(apt_install "$@" 2>&1 </dev/null) || { printf '%s\n' "$output" >&2; exit 1; }
}

# dpkg refuses to work when PATH does not lead to the system's own tools, as in a service's or a cron job's environment.
apt_install() {
    export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || say "apt-get update failed; trying with the package lists that are here"
    apt-get install -qq -y --no-install-recommends "$@"
}
