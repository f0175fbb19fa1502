# Everything one types here. `make` alone prints the list.

PYTHON ?= python3
BIN := .venv/bin
TEST_ARGS ?=
SIZE ?= small
# Half as many again as processors: some always wait for a browser, a disk or the database.
WORKERS ?= $(or $(shell getconf _NPROCESSORS_ONLN 2>/dev/null | awk '{ print int($$1 * 3 / 2) }'),auto)
# Compiled files are kept: without them every pytest worker would compile its plugins anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup assets run test drill scanners histories lint jobs demo bench load docs clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.installed assets ## make .venv with everything in it; instant when nothing changed

.venv/.installed: setup.cfg setup.py pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo not here)."; \
		echo "Name another one, for example: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv module is incomplete here. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -c 'import pip' 2>/dev/null || { echo "setup: making .venv"; $(PYTHON) -m venv --clear .venv; }
	@echo "setup: installing the packages that setup.cfg names"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

assets: .venv/.installed ## put the third-party front-end files into app/static/vendor
	@$(BIN)/python tools/vendor_assets.py

run: setup ## start the site on http://127.0.0.1:8000, with demonstration data the first time
	@$(BIN)/zhitongche serve --first-run-demo

test: setup ## run the tests, on SQLite and on PostgreSQL (TEST_ARGS="-k name" for some; TURN=1 the next part)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TEST_ARGS)

drill: setup ## every test with nothing left out or tried in turn, and the drills (SIZE=small, nightly, release; only those: TEST_ARGS=tests/drills)
	@DRILLS=1 SIZE=$(SIZE) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TEST_ARGS)

scanners: setup ## install the scanners of the drill in tests/drills/test_scanners.py, apart from everything else
	@for one in $$(grep -v '^#' tests/drills/scanners.txt); do \
		place=.venv/scanners/$${one%%==*}; echo "scanners: $$one"; \
		[ -d $$place ] || $(PYTHON) -m venv $$place; \
		$$place/bin/python -m pip install --quiet --disable-pip-version-check $$one || exit 1; done

histories: setup ## 5,000 random histories of 50 acts that try to gain time; an hour or so
	@HISTORIES=5000 $(BIN)/python -m pytest -n 0 tests/operations/tickets/test_gaming.py $(TEST_ARGS)

lint: setup ## check style, order of imports and types
	@$(BIN)/python -m flake8
	@$(BIN)/python -m isort --check-only --quiet .
	@$(BIN)/python -m mypy

jobs: setup ## list the recurring jobs
	@$(BIN)/zhitongche jobs

demo: setup ## put the demonstration data into the database
	@$(BIN)/zhitongche demo

bench: setup ## measure against the floors; JSON lines
	@$(BIN)/zhitongche bench

load: setup ## a working day of a whole city at once, by locust (SIZE=small, LOAD_ARGS=--faults); JSON lines
	@$(BIN)/python -m benchmarks.load --size $(or $(SIZE),nightly) $(LOAD_ARGS)

docs: setup ## write the generated documents anew
	@$(BIN)/zhitongche docs

clean: ## remove what can be made again; var/ is kept
	rm -rf .venv build dist *.egg-info app/static/vendor .pytest_cache .mypy_cache .hypothesis .coverage .coverage.*
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
