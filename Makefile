# Two commands matter, `make run` and `make test`; each installs what it needs. `make` alone lists the others.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
BEGIN := $(shell date +%s)
export PORT
# Some shells forbid it: then each of some forty processes of a run compiles every module again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test quick mutants demo bench guide same fmt pins clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | \
		awk -F ':.*## ' '{ printf "make %-8s %s\n", $$1, $$2 }'

# Without a database of its own the run is a demonstration, unless it was set up for production.
run: export DEMO := $(or $(DEMO),$(if $(DATABASE_URL)$(ALLOWED_HOSTS),,1))
run: install pango ## web, worker and beat on http://127.0.0.1:8000 (PORT changes it); Ctrl-C stops all
	@$(BIN)/python manage.py prepare
	@echo "Starting on http://127.0.0.1:$(PORT) after $$(( $$(date +%s) - $(BEGIN) )) s; Ctrl-C stops everything."
	@$(BIN)/python -m cqpm.start

test: install-dev pango ## every check and every test, on PostgreSQL, SQLite and in a browser
	@.ci/need chromium -- test -x /usr/bin/chromium
	@.ci/need postgresql -- sh -c 'ls /usr/lib/postgresql/*/bin/initdb'
	@.ci/need redis-server -- sh -c 'command -v redis-server redis-cli'
	@.ci/test

quick: install-dev pango ## what one runs while working: format, lint, types, tests without database; a minute at most
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/pytest -q -n 2 -m "not django_db and not browser"

mutants: install-dev pango ## changes the rules one place at a time: does a test notice? twenty minutes, before a landing
	@$(BIN)/python -m cqpm.mutants

demo: export DEMO := 1
demo: install pango ## throws the demonstration away and builds it again
	@$(BIN)/python manage.py prepare
	@$(BIN)/python manage.py demo --rebuild

bench: install-dev pango ## measures what the README says, as ratios within one run
	@$(BIN)/python -m cqpm.bench

guide: install-dev pango ## takes the pictures of docs/guide-utilisateur.md again
	@.ci/need chromium -- test -x /usr/bin/chromium
	@$(BIN)/python -m cqpm.guide

same: BASE ?= $(shell git rev-parse --verify --quiet origin/main || echo HEAD~1)
same: install pango ## shows what differs in any text since the commit BASE (origin/main)
	@$(BIN)/python -m cqpm.same $(BASE)

fmt: install-dev ## formats the code and puts right what can be
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

pins: install ## compiles requirements.in and requirements-dev.in again
	@$(BIN)/python -m pip install -q uv
	@for name in requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header $$name.in -o $$name.txt || exit 1; \
	done

clean: ## forgets the virtual environment and what a run without DATABASE_URL wrote
	rm -rf .venv var

# --- What the commands above stand on -----------------------------------------------------------------------
.PHONY: install install-dev pango
install: $(BIN)/.installed
install-dev: $(BIN)/.installed-dev

$(BIN)/.installed: requirements.txt
	@.ci/need python3 python3-venv -- $(PYTHON) -c 'import ensurepip, venv'
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or later is needed.")'
	@test -x $(BIN)/pip || .ci/timed "virtual environment" $(PYTHON) -m venv .venv
	@.ci/timed "requirements.txt" $(BIN)/python -m pip install -qq --no-compile -r requirements.txt
	@touch $@

$(BIN)/.installed-dev: $(BIN)/.installed requirements-dev.txt
	@.ci/timed "requirements-dev.txt" $(BIN)/python -m pip install -qq --no-compile -r requirements-dev.txt
	@touch $@

# Without HarfBuzz-subset papers come out right but ten times as slowly: it is asked for as well.
pango:
	@.ci/need libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 -- $(PYTHON) -c 'from ctypes import CDLL; \
		[CDLL(name) for name in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")]'
