# make run      serve on http://localhost:5000
# make run-cluster  three nodes on a PostgreSQL of their own behind nginx, on http://localhost:5000, to try it out
# make quick    lint, types, unit and API tests; for every small step
# make test     the whole suite, real browsers included
# make coverage the suite with coverage, branches and server processes included
# make torture  random clients while everything breaks, and a check of the history: make torture SECONDS=600 SEED=7
# make bench    speed beside what this machine can do at best, into docs/performance.md
# make lint     style, security, types, and who imports whom
# make clean    remove what these made; instance/, where the data lives, stays

PYTHON ?= python3
export PATH := $(PATH):/usr/sbin
export CHROMIUM ?=
export FIREFOX ?= firefox-esr
export POSTGRES_BIN ?= $(lastword $(sort $(wildcard /usr/lib/postgresql/*/bin)))
TESTS ?= tests
# To measure a part without keeping it: BENCH="--sizes 1000 --parts http". Several nodes: BENCH=--postgres
BENCH ?= --keep
# Three workers keep two cores busy, since many tests wait for a server and not for the processor. Each takes a file at a
# time, in the order of tests/conftest.py, which has files of all folders in turn.
PYTEST_ARGS ?= -n 3 --dist loadfile --no-loadscope-reorder

BIN := .venv/bin
COMPAT := tests/browser/compat
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

.PHONY: run run-cluster quick test coverage torture bench lint clean browser balancer postgres pooler
.DELETE_ON_ERROR:

run: .venv/run.done
	@exec $(BIN)/python app.py

run-cluster: .venv/postgres.done postgres balancer
	@exec $(BIN)/python deploy/cluster

quick: lint
	@$(BIN)/python -m pytest -q $(PYTEST_ARGS) tests/unit tests/api

test: .venv/dev.done browser postgres pooler
	@$(BIN)/python -m pytest -q $(PYTEST_ARGS) $(TESTS)

coverage: .venv/dev.done browser postgres pooler
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q $(PYTEST_ARGS) $(TESTS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

torture: .venv/dev.done $(if $(NODES)$(CUTS),postgres balancer)
	@PYTHONPATH=.:tests $(BIN)/python -m torture $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED)) $(if $(NODES),--nodes $(NODES)) $(if $(CUTS),--cuts $(CUTS)) $(TORTURE_ARGS)

lint: .venv/dev.done
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml .
	@$(BIN)/lint-imports --no-cache --no-logo >.venv/imports.log || { cat .venv/imports.log; exit 1; }
	@$(BIN)/mypy --no-error-summary

bench: .venv/dev.done
	@$(BIN)/python bench/run.py $(BENCH)

clean:
	@rm -rf .venv $(COMPAT)/node_modules $(COMPAT)/chromium .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage .coverage.* build dist test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 10) and "LoadZone needs Python 3.10 or later; $(PYTHON) is %d.%d. Name another: make PYTHON=python3.12" % v[:2])'
	@$(PYTHON) -m venv --clear .venv

.venv/run.done: requirements.txt | $(BIN)/pip
	@$(PIP) -r requirements.txt
	@touch $@

.venv/postgres.done: requirements-postgres.txt .venv/run.done
	@$(PIP) -r requirements-postgres.txt
	@touch $@

.venv/dev.done: requirements-dev.txt requirements-postgres.txt .venv/run.done
	@$(PIP) -r requirements-dev.txt
	@touch $@

# The tests drive real browsers, and nginx (in /usr/sbin on Debian). Root there gets what is missing installed; others
# are told what to install.
browser: $(COMPAT)/chromium/chromium balancer
	$(call needs,$(or $(CHROMIUM),chromium),chromium,Chromium,; or name yours: make test CHROMIUM=google-chrome)
	$(if $(CHROMIUM),,$(call wants,chromium-headless-shell))
	$(call needs,$(FIREFOX),firefox-esr,Firefox,; or name yours: make test FIREFOX=firefox)

balancer:
	$(call needs,nginx,nginx,nginx)

# A cluster of the tests' own; its programs are not on the PATH on Debian.
postgres:
	$(call needs,$(if $(POSTGRES_BIN),$(POSTGRES_BIN)/)initdb,postgresql,PostgreSQL,; or name the folder of its programs: make $(MAKECMDGOALS) POSTGRES_BIN=/opt/postgresql/bin)

pooler:
	$(call needs,pgbouncer,pgbouncer,pgbouncer)

# Chromium 109, and what the lint of test_compat.py needs
$(COMPAT)/chromium/chromium: $(COMPAT)/package-lock.json $(COMPAT)/unpack.mjs
	$(call needs,node,nodejs,Node.js 18 or later)
	$(call needs,npm,npm,npm)
	@cd $(COMPAT) && npm ci --silent && node unpack.mjs

# $(call needs,command,package,name,what else helps)
define needs
	@command -v $(1) >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(2) >/dev/null; \
	  else \
	    echo "This needs $(3) as '$(1)': install it (Debian, Ubuntu: apt-get install $(2))$(4)" >&2; exit 1; \
	  fi; }
endef

# $(call wants,command): install it too, or else go on without it
define wants
	@command -v $(1) >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) >/dev/null; } || \
	  echo "The tests of the page take less time with '$(1)' (Debian: apt-get install $(1))" >&2
endef
