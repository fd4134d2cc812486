#!/usr/bin/env bash
# Installs a wheel in an empty environment outside of the checkout and uses what it carries.
#
#   try-wheel.sh PYTHON DIST      the interpreter for the environment; the folder with one wheel and its sdist
set -euo pipefail

python=$(realpath -s "$1") dist=$(realpath "$2")
say() { printf 'wheel: %s\n' "$*"; }

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$python" -m venv "$place/venv"
"$place/venv/bin/python" -m pip install --quiet "$dist"/*.whl
cd "$place"
export PATH="$place/venv/bin:$PATH"
unset PYTHONPATH BRIDGE_PURE

python - "$dist" <<'PYTHON'
import sys, sysconfig, tarfile, zipfile
from pathlib import Path

import bridge
from bridge._build import compiled_modules, is_compiled
from importlib import import_module

package = Path(bridge.__file__).parent
assert Path(sys.prefix) in package.parents, package
pure = [name for name in compiled_modules(package) if not is_compiled(import_module(f"bridge.{name}"))]
assert bridge.compiled and not pure, pure
flags = sysconfig.get_config_var("CFLAGS") or ""
assert "-march" not in flags and "-mtune" not in flags, f"made for this very processor: {flags}"
(wheel,), (sdist,) = Path(sys.argv[1]).glob("*.whl"), Path(sys.argv[1]).glob("*.tar.gz")
names = zipfile.ZipFile(wheel).namelist()
assert {"bridge/py.typed", "bridge/java-object-bridge.jar"} <= set(names)
assert not [name for name in names if name.endswith((".c", ".pyc")) or not name.startswith(("bridge/", "java_object_bridge-"))]
inside = {name.partition("/")[2] for name in tarfile.open(sdist).getnames()}
missing = {"Makefile", "setup.py", "java/src/bridge/Channel.java", "tests/conftest.py", "bench/creation.pyx"} - inside
assert not missing, missing
print(f"wheel: {wheel.name}: {len(names)} files, {wheel.stat().st_size / 1e6:.1f} MB, {len(compiled_modules(package))} modules compiled")
PYTHON

say "java-bridge $(java-bridge version | head -1)"
python -c 'import sys, bridge; sys.stdout.buffer.write(bridge.dumps({"from": ["the", "wheel"]}))' > value.ser
java-bridge dump value.ser > dump.txt
grep -q 'java.util.LinkedHashMap' dump.txt
[ "$(java-bridge json value.ser)" = '{"from": ["the", "wheel"]}' ]
java-bridge gen "$(java-bridge jar)" 'bridge.cases.Beans$Point' > point.py
python -c 'import point; print("gen:", point.BeansPoint(1, 2))'
java-bridge sockets > sockets.txt
java-bridge demo > demo.txt || { cat demo.txt; exit 1; }
tail -1 demo.txt
say "everything above ran in $place, from the wheel alone"
