# `make help` lists the targets. Nothing has to be installed by hand before `make setup`, `make demo` or `make test`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
JAVA_CLASSES := java/build/classes
JAR := bridge/java-object-bridge.jar
PREREQUISITES := scripts/prerequisites.sh

# More words for a tool: make test PYTEST_ARGS='-x -k decoder', make bench ARGS='…', make fuzz ARGS='…'.
PYTEST_ARGS ?=
ARGS ?=
# Another interpreter for the virtual environment: make setup PYTHON=python3.13
export PYTHON ?=

# What the extension modules are compiled from: each .pxd, and the .py beside it.
PXD := $(sort $(wildcard bridge/*.pxd bridge/*/*.pxd))
COMPILED := $(PXD) $(wildcard $(PXD:.pxd=.py)) bridge/_build.py
JAVA := $(sort $(shell find java/src -name '*.java'))

.PHONY: help
help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- setup: each step only when something it depends on has changed ----

# Two makes in one checkout (tests here, lint there) must not build into each other: the Makefile is the lock.
.PHONY: setup
setup:  ## virtual environment in .venv, compiled build in place, Java classes
	@$(if $(shell command -v flock),flock Makefile) $(MAKE) --no-print-directory built

.PHONY: built
built: $(STAMPS)/compiled $(STAMPS)/java $(JAR)

$(STAMPS)/venv:
	python=$$($(PREREQUISITES) python); \
	echo "setup: $(VENV) with $$python"; \
	"$$python" -m venv --clear $(VENV)
	mkdir -p $(STAMPS)
	touch $@

# Editable, so the package runs from the checkout; the modules are compiled by the next step, which is quick to repeat.
$(STAMPS)/installed: $(STAMPS)/venv pyproject.toml bridge/_version.py
	$(BIN)/python -m pip install --quiet 'setuptools>=77' 'cython>=3.1'
	BRIDGE_PURE_BUILD=1 $(BIN)/python -m pip install --quiet --no-build-isolation --editable '.[dev]'
	touch $@

# The lists change only when a file comes or goes, so a deleted file makes its product stale too.
$(STAMPS)/%.list: FORCE | $(STAMPS)/venv
	@printf '%s\n' $($*_LIST) | cmp -s - $@ || printf '%s\n' $($*_LIST) > $@
compiled_LIST = $(COMPILED)
java_LIST = $(JAVA)

# Where a compiler is, a module that does not compile is an error and not a silent pure build.
$(STAMPS)/compiled: $(STAMPS)/installed $(STAMPS)/compiled.list setup.py $(COMPILED)
	if $(PREREQUISITES) compiler $(BIN)/python; then export BRIDGE_REQUIRE_COMPILED=1; fi; \
	$(BIN)/python setup.py --quiet build_ext --inplace
	touch $@

$(STAMPS)/java: $(STAMPS)/java.list $(JAVA)
	javac=$$($(PREREQUISITES) javac); \
	rm -rf $(JAVA_CLASSES).new; \
	"$$javac" --release 17 -Xlint:all -Werror -encoding UTF-8 -d $(JAVA_CLASSES).new @$(STAMPS)/java.list
	rm -rf $(JAVA_CLASSES)
	mv $(JAVA_CLASSES).new $(JAVA_CLASSES)
	touch $@

# What the wheel carries, and what `java-bridge demo` runs.
$(JAR): $(STAMPS)/java scripts/jar.py
	$(BIN)/python scripts/jar.py $(JAVA_CLASSES) $@

.PHONY: FORCE
FORCE:

# ---- running it ----

.PHONY: demo
demo: setup  ## a Java server and Python exchange objects, both ways, and what goes over the wire is shown
	$(BIN)/java-bridge demo $(ARGS)

.PHONY: test
test: setup  ## unit tests on the compiled and on the pure build, Python and Java together; as many at once as processors
	$(BIN)/python scripts/suites.py $(PYTEST_ARGS)

.PHONY: interop
interop: setup  ## Python and Java together only
	$(BIN)/python -m pytest interop --ignore=interop/weka --ignore=interop/redis $(PYTEST_ARGS)

.PHONY: interop-weka
interop-weka: setup  ## a model trained by Weka, read and written back; installs Debian's weka package
	[ -e /usr/share/java/weka.jar ] || { \
		[ "$$(id -u)" = 0 ] || { echo "install weka first: sudo apt-get install weka" >&2; exit 1; }; \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends weka; }
	$(BIN)/python -m pytest interop/weka $(PYTEST_ARGS)

.PHONY: interop-redis
interop-redis: setup  ## the protocol of Redis, declared here, against redis-server; installs Debian's package
	command -v redis-server > /dev/null || { \
		[ "$$(id -u)" = 0 ] || { echo "install redis-server first: sudo apt-get install redis-server" >&2; exit 1; }; \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends redis-server; }
	$(BIN)/python -m pytest interop/redis $(PYTEST_ARGS)

.PHONY: bench
bench: setup  ## measure ours beside the JDK, pickle and the peers, the wire, and how the cost grows; JSON in build/bench
	$(BIN)/python -m bench $(ARGS)
	$(BIN)/python -m bench.wire
	$(BIN)/python -m bench.growth

.PHONY: bench-docs
bench-docs: setup  ## write the figures of the last `make bench` into docs/performance.md
	$(BIN)/python scripts/performance.py

.PHONY: wheel
wheel: setup  ## sdist and wheel in dist/, with the compiled modules and the jar; tried in an empty environment
	rm -rf dist
	BRIDGE_REQUIRE_COMPILED=1 $(BIN)/python -m build --outdir dist .
	scripts/try-wheel.sh $(BIN)/python dist

.PHONY: soak
soak: setup  ## bad conversations for ten minutes: memory and file descriptors stay flat; SOAK_SECONDS=3600 for longer
	$(BIN)/python -m tests.soak $(ARGS)

.PHONY: simulate
simulate: setup  ## conversations over a simulated network, each by its seed: what arrived whole is given once
	$(BIN)/python -m tests.simulation $(ARGS)

.PHONY: fuzz-smoke
fuzz-smoke: setup  ## broken streams and patterns, class files, messages, for 60 s: only documented errors; ARGS='--seed 7'
	$(BIN)/python -m tests.fuzz $(ARGS)

# Some of the targets only: make fuzz FUZZ_TARGETS='streams patterns' FUZZ_SECONDS=600
FUZZ_TARGETS ?=
export FUZZ_SECONDS ?= 60

.PHONY: fuzz
fuzz: fuzz-smoke $(STAMPS)/fuzz  ## the same led by coverage, each target FUZZ_SECONDS on the pure build and under sanitizers
	$(BIN)/python -m tests.fuzz.campaign $(FUZZ_TARGETS) $(ARGS)

$(STAMPS)/fuzz: pyproject.toml
	$(BIN)/python -m pip install --quiet 'atheris>=3.0'
	touch $@

.PHONY: safety
safety: setup  ## measure what hostile streams cost, and write the figures into docs/safety.md; ten minutes
	$(BIN)/python -m bench.safety --markdown docs/safety.md $(ARGS)

.PHONY: docs
docs: setup  ## rewrite docs/values.md from the registry
	$(BIN)/python scripts/values.py

# ---- judging it ----

.PHONY: lint
lint: setup types  ## style, format and types (javac's own lint is part of setup)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: setup  ## mypy --strict on the package, its tests and its benchmarks
	$(BIN)/mypy

.PHONY: format
format: setup  ## rewrite the Python files in the format that lint asks for
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: coverage
coverage: setup  ## branch coverage of the unit tests, on the pure build; build/coverage/html
	rm -rf build/coverage
	mkdir -p build/coverage
	BRIDGE_PURE=1 BRIDGE_EXPECT=pure $(BIN)/coverage run -m pytest tests $(PYTEST_ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage html --quiet
	$(BIN)/coverage report

.PHONY: clean
clean:  ## remove everything that was made here, the virtual environment too
	rm -rf $(VENV) build dist java/build ./*.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage*
	find bridge -name '*.so' -delete
	rm -f $(JAR)
	find bench bridge interop scripts tests -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
