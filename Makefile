# Two commands set a bare machine up: `make demo` and `make test`.
# Needs Python 3.11 to 3.13, make, and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo-brand
WORKERS := 3 # of tests: browser and disk leave a third of two cores idle to two of them
UV := $(BIN)/uv sync --frozen --inexact --quiet --compile-bytecode

.PHONY: setup demo test prove bench lint format messages docs clean

setup: $(VENV)/.core
dev: $(VENV)/.dev

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Valence needs Python 3.11 to 3.13; $(PYTHON) is `$(PYTHON) -V`. Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "Python cannot make virtual environments here (Debian: apt-get install python3-venv)."; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.core: pyproject.toml uv.lock | $(BIN)/uv
	@echo "Setting up $(VENV) …"
	@$(UV) --no-dev
	@touch $@

$(VENV)/.dev: pyproject.toml uv.lock | $(BIN)/uv
	@echo "Setting up $(VENV) with all extras and development tools …"
	@$(UV) --all-extras
	@touch $@ $(VENV)/.core

# Simulates the demo brand, imports it, builds, says what it found, and serves on 127.0.0.1:8000.
demo: setup
	@$(BIN)/valence demo --folder $(DEMO)

test: dev lint
	$(BIN)/pytest -q -n $(WORKERS) --dist loadgroup -rsfE

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Long proofs: many seeds, kills, fuzz, large files. Resumable; results in benchmarks/PROOF.md.
prove: dev
	$(BIN)/python -m benchmarks.prove

# Speeds as ratios to peers in the same run; results in benchmarks/RESULTS.md.
bench: dev
	$(BIN)/python -m benchmarks.bench

# Extract sentences for translation, update the catalogues, and list what is not yet translated.
messages: dev
	$(BIN)/python scripts/messages.py update

# Generated pages: one per canonical table and mart, the commands, the house in one picture.
docs: dev
	$(BIN)/python scripts/docs.py

clean:
	rm -rf $(DEMO) .work .pytest_cache .mypy_cache .ruff_cache .hypothesis
