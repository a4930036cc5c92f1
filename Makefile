# Needs only git, make and Python 3.11 or newer. Every target makes what it needs; uv is used where it is installed.
VENV ?= .venv
BIN := $(VENV)/bin
SEED ?= $(shell date +%s)
COMPILE := uv pip compile pyproject.toml --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command 'make pins' -q

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types contracts fmt bench soak pins clean

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 12

demo: $(VENV)/.run ## the demo company, on screen
	@$(BIN)/salesops demo $(ARGS)

test: $(VENV)/.dev ## all tests, in any order; SEED=n repeats an order, ARGS='-k name' picks
	$(BIN)/python -m pytest -q -n auto --maxprocesses 8 --dist worksteal \
		--randomly-seed=$(SEED) $(ARGS)

check: lint types contracts test ## everything that CI asks

lint: $(VENV)/.dev ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

contracts: $(VENV)/.dev ## which floor may import which
	$(BIN)/lint-imports --no-cache --no-logo

fmt: $(VENV)/.dev ## put the code in form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.dev ## the budgets, measured against public yardsticks
	$(BIN)/python -m tests.benchmarks $(ARGS)

soak: $(VENV)/.dev ## the long versions of crowd, kills and fuzzing; some minutes
	SALESOPS_CROWD=50x40 SALESOPS_KILLS=200 SALESOPS_FUZZ=long $(BIN)/python -m pytest -q -p no:randomly \
		tests/end_to_end/test_crowd.py tests/end_to_end/test_kill.py $(wildcard tests/fuzz) $(ARGS)

pins: ## the newest versions that pyproject.toml allows, for every Python (needs uv)
	@command -v uv >/dev/null || { echo 'make pins needs uv on PATH' >&2; exit 1; }
	$(COMPILE) --group build -o requirements/run.txt
	$(COMPILE) --group build --group dev -c requirements/run.txt -o requirements/dev.txt

clean: ## away with what was made
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find salesops_tui fixtures tests -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.run: requirements/run.txt pyproject.toml scripts/environment
	@scripts/environment $(VENV) run

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@scripts/environment $(VENV) dev
