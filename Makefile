# Everything a newcomer or CI types. The environment lies in .venv; tools that tests fetch lie in .tools.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test test-fast lint format requirements vscode e2e-vscode clean

help:            ## what can be typed
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 16

$(BIN)/moorage: pyproject.toml requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

.venv/dev: $(BIN)/moorage requirements-dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

demo: $(BIN)/moorage ## install, and run the main job on examples/ with no network
	@$(BIN)/moorage demo examples/shop

test: .venv/dev  ## install what the tests need, and run them all
	@sh tests/system-packages
	$(BIN)/python -m pytest --slow

test-fast: .venv/dev ## the tests that take no time
	$(BIN)/python -m pytest

lint: .venv/dev  ## ruff, pyright, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

format: .venv/dev ## put the code into its format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

vscode:          ## test the VS Code extension, and package it
	cd editors/vscode && npm ci --no-audit --no-fund && npm test && npm run package

e2e-vscode: .venv/dev vscode ## VS Code in a real browser (needs Chromium; fetches 330 MB once)
	$(BIN)/python tests/e2e/vscode/fetch.py
	$(BIN)/python -m pytest tests/e2e/vscode/drive.py

requirements: .venv/dev ## pin anew what was tested
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --universal pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --group dev pyproject.toml -o requirements-dev.txt

clean:           ## remove what was installed and built here
	rm -rf .venv .tools build dist editors/vscode/node_modules editors/vscode/out
