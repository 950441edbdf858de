# The two commands for a new machine (Python 3.11+ and make are enough):
#   make demo    environment, install, run: prints the address of the page
#   make test    environment, install, every check
# PYTHON=python3.12 make …  uses another interpreter for a new environment.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
PIP := $(RUN)/python -m pip --disable-pip-version-check
EXACT := .ci/constraints.txt

.PHONY: help install install-dev demo test quick lint types imports compiled unit bench explore chaos package-check docs reference pictures format clean

help:
	@sed -n '2,4s/^# *//p' $(MAKEFILE_LIST)
	@echo "also: make quick | install | lint | types | imports | unit | bench | chaos | explore | package-check | docs | reference | pictures | format | clean"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Standfirst needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "The environment could not be made; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PIP) install --quiet --upgrade pip

$(VENV)/.installed: pyproject.toml $(EXACT) | $(VENV)/bin/python
	@echo "Installing Standfirst into $(VENV) (once, about a minute) …"
	@$(PIP) install --quiet -c $(EXACT) -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml $(EXACT) | $(VENV)/bin/python
	@echo "Installing Standfirst and what its tests need into $(VENV) (once) …"
	@$(PIP) install --quiet -c $(EXACT) -e '.[dev]'
	@touch $@ $(VENV)/.installed

install: $(VENV)/.installed

install-dev: $(VENV)/.installed-dev

demo: install
	@exec $(RUN)/standfirst demo

# The checks at once: mypy takes a core for a minute.
test: install-dev
	@$(MAKE) --no-print-directory -j 4 lint types imports compiled
	@$(MAKE) --no-print-directory unit

# What changed since the last commit, in under a minute.
quick: install-dev
	$(RUN)/python -m tests.quick

lint: install-dev
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .

types: install-dev
	$(RUN)/mypy

imports: install-dev
	$(RUN)/lint-imports

# Where Python may not keep what it compiles, each process that a test starts would do
# it again.
compiled: install-dev
	@$(RUN)/python -m compileall -q bot digests tests

# One test more at once than there are cores, four at the most. Each process takes tests
# of the same module one after the other, which share a browser or a server.
unit: compiled
	$(RUN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

bench: install-dev
	$(RUN)/python -m tests.bench

# Half an hour: everything is broken that can be. CHAOS=--quick takes a small part.
chaos: install-dev
	$(RUN)/python -m tests.chaos $(CHAOS)

# An hour: random inputs for every property. MINUTES=5 is shorter.
explore: install-dev
	$(RUN)/python -m tests.explore $(MINUTES)

# What a release consists of: builds wheel and sdist into dist/, installs the wheel into a
# new environment and tries it there. Needs a package index; two minutes.
package-check: install-dev
	$(RUN)/python -m tests.package_check

# The documentation as a site, in site/: from docs/*.md, which can be read without it.
docs: install-dev
	$(RUN)/zensical build --clean --strict

# Writes the pages of docs/ that are made from the code.
reference: install-dev
	$(RUN)/python -m tests.docs.reference

# Takes the pictures of docs/pictures from the demo. Needs Chromium.
pictures: install-dev
	$(RUN)/python -m tests.docs.pictures

format: install-dev
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage dist build site
