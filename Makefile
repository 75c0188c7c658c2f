# Two commands do all the set-up: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SOURCES := bot storage tests

.DEFAULT_GOAL := help

help:  ## print this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# A stamp file per lock file: a second run finds it fresh and starts at once.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info[:2] <= (3, 13), f"Palier needs Python 3.11 to 3.13, found {sys.version.split()[0]}: try make PYTHON=python3.12 ..."'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || sh deploy/install-venv.sh
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-ready: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.test-ready: requirements/test.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements/test.txt
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@ $(VENV)/.run-ready

run: $(VENV)/.run-ready  ## set up everything, then start Palier, which migrates its database (a console when no token is set)
	@$(BIN)/palier run

test: $(VENV)/.test-ready  ## the same set-up with the test extras, then the whole suite
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.test-ready  ## style, types and import contracts
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test  ## everything that CI runs
	$(BIN)/palier knowledge check

KILLS ?= 200
crash-test: $(VENV)/.test-ready  ## kill Palier 200 times on each engine while it works, and look for anything lost or doubled (15 minutes)
	$(BIN)/python -m tests.crash --engine sqlite --kills $(KILLS)
	$(BIN)/python -m tests.crash --engine postgresql --kills $(KILLS)

# An environment of its own: what searches does not run, and is not needed by the tests.
.fuzz/.ready: requirements/fuzz.txt
	$(PYTHON) -m venv .fuzz
	.fuzz/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/fuzz.txt
	@touch $@

SECONDS ?= 60
fuzz: .fuzz/.ready  ## search every door for bytes that break or slow it, led by coverage (SECONDS=60 for each of the twelve)
	.fuzz/bin/python -m tests.fuzzing --seconds $(SECONDS) --folder .fuzz/found

format: $(VENV)/.test-ready  ## let ruff rewrite what it can
	$(BIN)/ruff check --fix-only $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

# An environment of its own: what learns is not what runs.
.knowledge/.ready: requirements/knowledge.txt
	$(PYTHON) -m venv .knowledge
	.knowledge/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/knowledge.txt
	@touch $@

knowledge: .knowledge/.ready  ## learn again from the example messages: danger signs (bot/knowledge/*/signs) and intents (*/sayings)
	.knowledge/bin/python -m bot.understanding.danger_training
	.knowledge/bin/python -m bot.understanding.intent_training

.knowledge/.network-ready: requirements/network.txt | .knowledge/.ready
	.knowledge/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/network.txt
	@touch $@

knowledge-network: .knowledge/.network-ready  ## teach the network again from the same messages (an hour or two; KEEP=--keep-bars leaves its bars)
	.knowledge/bin/python -m bot.understanding.network_training $(KEEP)

lock: $(VENV)/bin/python  ## pin every dependency again (needs uv, which this target installs)
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra build pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra build --extra test pyproject.toml -o requirements/test.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra knowledge pyproject.toml -o requirements/knowledge.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra network pyproject.toml -o requirements/network.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra fuzz pyproject.toml -o requirements/fuzz.txt

clean:  ## remove the virtual environment and the caches; never the database
	rm -rf $(VENV) .knowledge .fuzz .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.PHONY: help run test lint check crash-test fuzz format knowledge knowledge-network lock clean
