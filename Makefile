# Everything a person does with this repository. `make` alone lists it.
# Needs Python 3.11, 3.12 or 3.13; `make run PYTHON=/path/to/python3.12` names one.
# Options of the command go into ARGS: `make run ARGS="--scenario tiny"`.

.DEFAULT_GOAL := help
.PHONY: help install run status down test proofs soak year lint bench truth train card clean

PYTHON ?= $(shell for each in python3.11 python3.12 python3.13 python3 python; do \
	command -v $$each >/dev/null 2>&1 \
	&& $$each -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	&& command -v $$each && break; done)
BIN := .venv/bin
STAMP := .venv/installed
ARGS ?=
# A file's tests stay in one process, because they share servers and stories. Files go in the order
# in which they are found: the nights of tests/e2e, the longest, first.
TWO_AT_ONCE := --numprocesses 2 --dist loadfile --no-loadscope-reorder
# One thread and one set of kernels, so that sums run in one order whatever cores there are.
SAME_ARITHMETIC := OPENBLAS_NUM_THREADS=1 OPENBLAS_CORETYPE=Haswell

help: ## List what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

install: $(STAMP) ## Make .venv from the lock; run and test do it by themselves

run: $(STAMP) ## Start everything, run one night, show what it found
	@$(BIN)/kindred run $(ARGS)

status: $(STAMP) ## What runs, how fresh the data are, what is held
	@$(BIN)/kindred status $(ARGS)

down: ## Stop everything; the data are kept
	@if [ -x $(BIN)/kindred ]; then $(BIN)/kindred down; else echo "Nothing is installed here."; fi

test: lint ## Lint, then all tests but the proofs
	@$(BIN)/pytest -m "not proof" $(TWO_AT_ONCE) $(ARGS)

proofs: $(STAMP) ## The long tests whose kind `make test` shows once: more organisations, rules, real data
	@$(BIN)/pytest -m proof $(TWO_AT_ONCE) $(ARGS)

soak: $(STAMP) ## Kill at every point three times, and try many long paths of nights: half an hour and more
	@KINDRED_SOAK=$${KINDRED_SOAK:-3} $(BIN)/pytest tests/crashes $(ARGS)
	@KINDRED_SOAK=$${KINDRED_SOAK:-60} $(BIN)/pytest -s tests/integration/test_any_path.py $(ARGS)

year: $(STAMP) ## Live through 365 nights with faults in three of ten, beside a year without: hours
	@$(BIN)/python -m bench year $(ARGS)

lint: $(STAMP) ## Formatting, types, import rules, SQL style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint dbt_project

bench: $(STAMP) ## List the measurements; ARGS=first_result runs one
	@$(BIN)/python -m bench $(ARGS)

truth: $(STAMP) ## Hold the marts against the sandbox's hidden truth, many seeds: docs/truth.md
	@$(BIN)/python -m bench.truth $(ARGS)

train: $(STAMP) ## Train the scorer's weights from ../shared/data, in minutes
	@$(SAME_ARITHMETIC) $(BIN)/python -m training $(ARGS)

card: $(STAMP) ## Write the scorer's figures into docs/model_card.md
	@$(SAME_ARITHMETIC) $(BIN)/python -m training.card

clean: ## Stop everything and delete the data, .venv and caches
	@if [ -x $(BIN)/kindred ]; then $(BIN)/kindred down --erase; fi
	@rm -rf .venv .kindred .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@rm -rf dbt_project/target dbt_project/logs
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv comes out of the lock itself, so nothing is installed whose hash is not written there. It trusts
# the certificates that this machine trusts, as pip does: behind a company proxy both work or neither.
$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "No Python 3.11, 3.12 or 3.13 on PATH: install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; exit 1; fi
	@echo "Installing into .venv with $(PYTHON)"
	@[ -x $(BIN)/python ] || "$(PYTHON)" -m venv .venv || { echo "This Python cannot make environments: install its venv package (Debian: python3-venv)" >&2; rm -rf .venv; exit 1; }
	@awk '/^uv==/ {found = 1} found {print} found && !/\\$$/ {exit}' requirements.lock > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv pip install --quiet --system-certs --require-hashes --only-binary :all: -r requirements.lock
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv pip install --quiet --system-certs --no-deps --no-build-isolation -e .
	@touch $@
