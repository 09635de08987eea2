# make run      serve on http://localhost:5000
# make quick    lint, types, unit and API tests: for every small step, two minutes at most
# make test     the whole suite, a real browser included
# make coverage the suite with coverage, branches and server processes included
# make torture  clients at random while all breaks, the record checked: make torture SECONDS=600 SEED=7
# make bench    how fast it is beside what this machine can do, into docs/performance.md
# make lint     style, security, types, and who imports whom
# make clean    away with what these made (instance/, where the data lives, stays)

PYTHON ?= python3
export CHROMIUM ?= chromium
TESTS ?= tests
# Part of the measuring, not kept: BENCH="--sizes 1000 --parts http"
BENCH ?= --keep
# Two at a time, file by file: many tests wait for a server, not for the processor. In the order of their folders, so
# that the short files of unit/ come last, and nobody waits for the one long test of a file.
PYTEST_ARGS ?= -n 2 --dist loadfile --no-loadscope-reorder

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

.PHONY: run quick test coverage torture bench lint clean browser
.DELETE_ON_ERROR:

run: .venv/run.done
	@exec $(BIN)/python app.py

quick: lint
	@$(BIN)/python -m pytest -q $(PYTEST_ARGS) tests/unit tests/api

test: .venv/dev.done browser
	@$(BIN)/python -m pytest -q $(PYTEST_ARGS) $(TESTS)

coverage: .venv/dev.done browser
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q $(PYTEST_ARGS) $(TESTS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

torture: .venv/dev.done
	@PYTHONPATH=.:tests $(BIN)/python -m torture $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED)) $(TORTURE_ARGS)

lint: .venv/dev.done
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml .
	@$(BIN)/lint-imports --no-cache --no-logo >.venv/imports.log || { cat .venv/imports.log; exit 1; }
	@$(BIN)/mypy --no-error-summary

bench: .venv/dev.done
	@$(BIN)/python bench/run.py $(BENCH)

clean:
	@rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage .coverage.* build dist test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 10) and "LoadZone needs Python 3.10 or later; $(PYTHON) is %d.%d. Name another: make PYTHON=python3.12" % v[:2])'
	@$(PYTHON) -m venv --clear .venv

.venv/run.done: requirements.txt | $(BIN)/pip
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev.done: requirements-dev.txt .venv/run.done
	@$(PIP) -r requirements-dev.txt
	@touch $@

# The tests drive a real Chromium. Where root may, it is installed; elsewhere a person is told what to install.
browser:
	@command -v $(CHROMIUM) >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	  else \
	    echo "The tests need Chromium as '$(CHROMIUM)': install it (Debian, Ubuntu: apt-get install chromium), or name yours: make test CHROMIUM=google-chrome" >&2; exit 1; \
	  fi; }
