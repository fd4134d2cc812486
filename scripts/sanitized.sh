#!/usr/bin/env bash
# Coverage-guided fuzzing of the compiled build under AddressSanitizer and UBSan.
#
#   sanitized.sh PYTHON TARGET [ARGS...]     ARGS go to tests.fuzz.guided
#   sanitized.sh PYTHON                      compiles only
#
# The modules are compiled by clang into build/sanitized, beside copies of all other files; atheris brings the runtime of
# libFuzzer with AddressSanitizer, which has to be in the process before Python is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=$1
shift
clang=$(scripts/prerequisites.sh clang)
sanitizers="-fsanitize=fuzzer-no-link,address,undefined"
mkdir -p build/sanitized
# Copied only where it is newer, so that a second run compiles nothing.
(cd bridge && find . -type f ! -name '*.so' ! -name '*.c' ! -path '*/__pycache__/*') |
    while read -r file; do
        mkdir -p "build/sanitized/bridge/$(dirname "$file")"
        cp -u "bridge/$file" "build/sanitized/bridge/$file"
    done
CC=$clang LDSHARED="$clang -shared $sanitizers" \
    CFLAGS="-g -O1 -fno-omit-frame-pointer -fno-sanitize-recover=undefined $sanitizers" \
    BRIDGE_REQUIRE_COMPILED=1 "$python" setup.py --quiet build_ext --build-lib build/sanitized --build-temp build/sanitized/temp
[ $# -gt 0 ] || exit 0
runtime=$("$python" -c 'import atheris; print(atheris.path())')/asan_with_fuzzer.so
# Python's own allocator would hide what is read behind the end of an object.
PYTHONPATH="build/sanitized:." PYTHONMALLOC=malloc LD_PRELOAD=$runtime \
    ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=4096 \
    exec "$python" -P -m tests.fuzz.guided "$@"
