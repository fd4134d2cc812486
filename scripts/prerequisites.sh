#!/usr/bin/env bash
# Finds what the build needs from the machine, and installs it where that is possible (as root, with apt-get).
#
#   prerequisites.sh python            prints a Python interpreter, 3.11 or newer, that can make virtual environments
#   prerequisites.sh compiler PYTHON   succeeds if extension modules can be compiled for PYTHON
#   prerequisites.sh javac             prints a Java compiler, 17 or newer
#   prerequisites.sh clang             prints a clang that has the sanitizers
#
# Everything but the answer goes to stderr.
set -euo pipefail

say() { printf 'setup: %s\n' "$*" >&2; }

can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

install() {
    say "installing with apt-get: $*"
    # A package source that cannot be reached must not stop the others; the install tells what is really missing.
    apt-get update >&2 || say "apt-get update failed; going on with the package lists there are"
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2
}

# ---- python ----

python_is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
python_has_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# An interpreter with `venv` goes before one without, and then the order of the names counts.
find_python() {
    local name path without_venv=""
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        while read -r path; do
            python_is_new_enough "$path" || continue
            if python_has_venv "$path"; then
                printf '%s\n' "$path"
                return 0
            fi
            : "${without_venv:=$path}"
        done < <(type -aP "$name")
    done
    printf '%s\n' "$without_venv"
}

python() {
    local found old version
    found=$(find_python)
    if [ -z "$found" ] && [ -z "${PYTHON:-}" ] && can_install; then
        install python3 python3-venv python3-dev || true
        found=$(find_python)
    fi
    if [ -z "$found" ]; then
        old=$(command -v "${PYTHON:-python3}" || true)
        if [ -n "$old" ]; then
            version=$("$old" -c 'import platform; print(platform.python_version())' 2>/dev/null || echo "no version")
            say "$old is Python $version, and the bridge needs 3.11 or newer"
        else
            say "there is no ${PYTHON:-python3} on PATH; the bridge needs Python 3.11 or newer"
        fi
        say "install one, or name it: make setup PYTHON=/path/to/python3.11"
        return 1
    fi
    if ! python_has_venv "$found"; then
        version=$("$found" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
        if ! can_install || ! install "$version-venv" || ! python_has_venv "$found"; then
            say "$found cannot make virtual environments; install that part with: sudo apt-get install $version-venv"
            return 1
        fi
    fi
    printf '%s\n' "$found"
}

# ---- compiler ----

can_compile() {
    local include
    include=$("$1" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    printf '#include <Python.h>\n' | "${CC:-cc}" -I "$include" -fsyntax-only -x c - >/dev/null 2>&1
}

compiler() {
    can_compile "$1" && return 0
    local version
    version=$("$1" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    if can_install && install gcc libc6-dev "$version-dev" && can_compile "$1"; then return 0; fi
    say "no C compiler with the headers of $1: the bridge will run as pure Python, slower"
    say "for the compiled build: sudo apt-get install gcc libc6-dev $version-dev"
    return 1
}

# ---- javac ----

find_javac() {
    local path major
    for path in "${JAVA_HOME:+$JAVA_HOME/bin/javac}" "$(command -v javac || true)" /usr/lib/jvm/*/bin/javac; do
        [ -n "$path" ] && [ -x "$path" ] || continue
        major=$("$path" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
        if [ "${major:-0}" -ge 17 ]; then
            printf '%s\n' "$path"
            return 0
        fi
    done
    return 1
}

javac() {
    find_javac && return 0
    # Releases without 17 have a newer one as their default.
    if can_install && { install openjdk-17-jdk-headless || install default-jdk-headless; } && find_javac; then return 0; fi
    say "there is no javac 17 or newer; install one with: sudo apt-get install openjdk-17-jdk-headless"
    return 1
}

# ---- clang ----

find_clang() {
    local path
    while read -r path; do
        if printf 'int main(void) { return 0; }\n' | "$path" -fsanitize=address,undefined -x c - -o /dev/null 2>/dev/null; then
            printf '%s\n' "$path"
            return 0
        fi
    done < <(type -aP clang clang-20 clang-19 clang-18 clang-17 clang-16 clang-15 clang-14)
    return 1
}

clang() {
    find_clang && return 0
    # The runtime of the sanitizers is a package of its own, named for the version.
    if can_install && install clang; then
        local version
        version=$(command clang -dumpversion | cut -d. -f1)
        find_clang && return 0
        if install "libclang-rt-$version-dev" && find_clang; then return 0; fi
    fi
    say "there is no clang with AddressSanitizer; install one with: sudo apt-get install clang libclang-rt-14-dev"
    return 1
}

case "${1:-}" in
    python | compiler | javac | clang) "$@" ;;
    *) say "usage: $0 python | compiler PYTHON | javac | clang"; exit 2 ;;
esac
