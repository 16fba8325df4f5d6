# `make` alone prints the targets. Everything is installed into .venv in this folder, nothing outside it.
.DEFAULT_GOAL := help
export PYTHON

VENV := .venv
BIN := $(VENV)/bin
CODE := rasa_twin24 actions tests benchmarks payloads
# Libraries that need newer versions of what Rasa pins.
PAYLOADS := .venv-payloads

.PHONY: help
help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.run ## set up, train if the data changed, start the bot
	@exec $(BIN)/rasa-twin24 run

.PHONY: train
train: $(VENV)/.run ## train the language model if the data changed
	@$(BIN)/rasa-twin24 train

.PHONY: test
test: $(VENV)/.dev ## set up, then every test
	@$(BIN)/rasa-twin24 train
	@$(BIN)/python -m pytest -n 3 --dist loadfile

.PHONY: test-quick
test-quick: $(VENV)/.dev ## the tests that need neither Rasa nor a browser nor PostgreSQL, without the random histories
	@$(BIN)/python -m pytest -m "not rasa and not browser and not postgres and not history"

.PHONY: check
check: $(VENV)/.dev ## format, lint, types, imports
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/mypy
	@$(BIN)/python -m pytest tests/test_imports.py
	@$(BIN)/python -W ignore -m rasa data validate > $(VENV)/validate.log 2>&1 || { cat $(VENV)/validate.log; exit 1; }

.PHONY: payloads
payloads: $(VENV)/.dev $(PAYLOADS)/.installed ## what the stand-ins bring and the bot sends, read by the libraries of others
	@$(BIN)/python -W ignore -m payloads.record
	@$(PAYLOADS)/bin/python -m pytest -c payloads/pytest.ini payloads

.PHONY: format
format: $(VENV)/.dev ## put the code into its form
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)

.PHONY: bench
bench: $(VENV)/.dev ## benchmarks, this bot beside stock Rasa in one run
	@$(BIN)/rasa-twin24 train
	@$(BIN)/python -m benchmarks

.PHONY: nlu-report
nlu-report: $(VENV)/.dev ## how well the model understands: per intent, confusions, cross-validation
	@$(BIN)/rasa-twin24 train
	@$(BIN)/python -m benchmarks.nlu_report

.PHONY: requirements
requirements: ## pin again what requirements/*.in name (needs uv)
	@cd requirements && for name in run dev payloads; do \
	  uv pip compile --universal --python-version 3.10 --generate-hashes --no-emit-index-url -q $$name.in -o $$name.txt; \
	done

$(VENV)/bin/python:
	@python=$$(scripts/find-python) && "$$python" -m venv $(VENV)

# The pinned versions with their hashes; the project itself in place, without asking an index.
$(VENV)/.run: $(VENV)/bin/python requirements/run.txt pyproject.toml
	@echo "Installing into $(VENV) (some minutes the first time)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(PAYLOADS)/.installed: requirements/payloads.txt
	@python=$$(scripts/find-python) && "$$python" -m venv $(PAYLOADS)
	@$(PAYLOADS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/payloads.txt
	@touch $@
