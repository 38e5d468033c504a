# Everything runs from here; "make help" lists it. Needs Python 3.11 or newer, nothing else.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

.PHONY: help install product demo test lint simulate soak bench audit fuzz mutate lock
.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/.development ## make .venv with everything that requirements-dev.txt pins

product: .venv/.product ## make .venv with what the bot alone needs, as on a server

demo: .venv/.product ## the whole idea in a browser, no Telegram account needed
	@$(BIN)/python -m bot demo

test: .venv/.development ## the test suite; ARGS=--whole: all cases of what is exhaustive
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest $(ARGS)

lint: .venv/.development ## ruff, mypy --strict, import-linter
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache

simulate: .venv/.development ## reproduce the method's table in docs/method.md (about 20 minutes)
	@$(BIN)/python -m tests.simulate --diaries 3000 --write docs/method.md

soak: .venv/.development ## many more seeds of the simulation: SEEDS=1000..20000
	@$(BIN)/python -m tests.simulation --seeds $(or $(SEEDS),1000..20000)

bench: .venv/.development ## measure; never part of the tests
	@$(BIN)/python -m tests.bench

audit: .venv/.development ## what is known against the pinned packages (asks the network)
	@$(BIN)/python -m tests.audit

fuzz: .venv/.development ## the parsers under atheris, SECONDS=60 each; says how to get it
	@$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),60)

mutate: .venv/.development ## small faults in the pure modules, and which of them no test notices (ONLY=jobs/cycle.py)
	@$(BIN)/python -m tests.mutation $(ONLY)

lock: .venv/.development ## write requirements*.txt anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-header --no-emit-index-url --output-file requirements.txt
	@$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
		--group dev --constraint requirements.txt --no-header --no-emit-index-url --output-file requirements-dev.txt

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Infusion Diary needs Python 3.11 or newer; none was found on the PATH." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "This Python has no venv module; on Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }

.venv/.product: requirements.txt | .venv/bin/python
	@echo "Installing what the product needs into .venv ..."
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.development: requirements-dev.txt | .venv/bin/python
	@echo "Installing what the product and its tests need into .venv ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@ .venv/.product
