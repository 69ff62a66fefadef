# Everything happens in .venv, from the hash-locked lists; nothing is installed anywhere else.
# `make test`, `make demo`, … each install what they need first; what is there already costs nothing.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check -qq
PYTEST_ARGS ?=
BENCH_ARGS  ?=
LINE_ARGS   ?=
SOAK_ARGS   ?=
SOAK_LINE_ARGS ?= --seeds 10000
LOCK_ARGS   ?=
BUNDLE_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install dev demo test soak soak-line check bench bench-line bundle bundle-twice bundle-tools lock clean

help:
	@echo 'make install   the client, as $(BIN)/clerk'
	@echo 'make demo      a whole city on this machine, then the client'
	@echo 'make test      the tests            (PYTEST_ARGS="tests/domain -k notice")'
	@echo 'make soak      thousands of kills, power cuts and disk faults; Linux, gcc (SOAK_ARGS="--kills 500 --seed 7")'
	@echo 'make soak-line 10,000 seeds of the simulated line, thousands of steps of the real one; part of the soak (SOAK_LINE_ARGS="--seeds 500")'
	@echo 'make check     format, lint, types, import rules'
	@echo 'make bench     the figures of the store, the search and the start (BENCH_ARGS="store search")'
	@echo 'make bench-line the line: pushing, the catalogue, the storm, a cut scan; PostgreSQL (LINE_ARGS="push storm")'
	@echo 'make bundle    the client for machines without Python, in dist/: archive, Debian package, components, sums'
	@echo 'make bundle-twice builds it in two folders and compares them byte by byte'
	@echo 'make lock      requirements*.lock anew from pyproject.toml (LOCK_ARGS=--upgrade for newer versions)'
	@echo 'make clean     removes what the targets above made'
	@echo 'PYTHON=…       the interpreter, 3.11 or newer (now: $(PYTHON))'

install: $(VENV)/.installed ; @:
dev: $(VENV)/.dev ; @:

$(VENV)/.python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo '$(PYTHON) is not here. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3 …' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) -V). Name another: make PYTHON=/path/to/python3 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo '$(PYTHON) has no venv or ensurepip. On Debian, Ubuntu, UOS and Kylin: apt-get install python3-venv' >&2; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.python requirements.lock pyproject.toml
	@echo 'Installing into $(VENV) …'
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed requirements-dev.lock
	@echo 'Installing the tools for tests and checks …'
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

demo: install
	@$(BIN)/clerk demo --full

test: dev
	@$(BIN)/python -m pytest -n 3 --dist worksteal $(PYTEST_ARGS)

soak: dev
	@$(BIN)/python -m tests.faults $(SOAK_ARGS)
	@$(MAKE) --no-print-directory soak-line

soak-line: dev
	@$(BIN)/python -m tests.simulation $(SOAK_LINE_ARGS)
	@CLERK_MACHINE_EXAMPLES=400 $(BIN)/python -m pytest -q -s tests/sync/test_state_machine.py

check: dev
	@$(BIN)/ruff format --check --quiet . || { echo 'Not formatted as the house formats: $(BIN)/ruff format .' >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: dev
	@$(BIN)/python -m tests.bench $(BENCH_ARGS)

bench-line: dev
	@$(BIN)/python -m tests.bench.bench_line $(LINE_ARGS)

# Built in an environment of its own, made anew when the lists change: what is installed is what can get into the bundle.
BUNDLE_VENV := .bundle/venv

bundle:
	@$(MAKE) --no-print-directory VENV=$(BUNDLE_VENV) bundle-tools
	@$(BUNDLE_VENV)/bin/python build/bundle.py $(BUNDLE_ARGS)

bundle-twice:
	@$(MAKE) --no-print-directory VENV=$(BUNDLE_VENV) bundle-tools
	@$(BUNDLE_VENV)/bin/python build/reproduce.py

bundle-tools: $(VENV)/.tools ; @:

$(VENV)/.tools: requirements-bundle.lock
	@rm -rf $(VENV)
	@$(MAKE) --no-print-directory VENV=$(VENV) $(VENV)/.python
	@echo 'Installing into $(VENV) …'
	@$(PIP) install --no-deps --require-hashes -r requirements-bundle.lock
	@touch $@

# The one step that needs uv; it lives beside the environment, never in it.
lock:
	@test -x .lock/bin/uv || { $(PYTHON) -m venv .lock && .lock/bin/python -m pip --disable-pip-version-check -qq install uv; }
	@$(call compile,--group install,requirements.lock)
	@$(call compile,--group install --group dev --constraint requirements.lock,requirements-dev.lock)
	@$(call compile,--group install --group bundle --constraint requirements.lock,requirements-bundle.lock)

define compile
.lock/bin/uv pip compile pyproject.toml $(1) --quiet --universal --python-version 3.11 --generate-hashes \
  --no-annotate --no-header --no-emit-index-url --no-emit-find-links $(LOCK_ARGS) --output-file $(2)
endef

clean:
	rm -rf $(VENV) .bundle dist .lock .pyi .demo .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
