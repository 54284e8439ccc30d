# Everything a developer or an operator types. Every target begins from nothing and can be repeated.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PACKAGES := shared/kit/assay_kit shared/contracts/assay_contracts gateway/gateway services/directory/directory services/dps-admission/dps_admission \
  services/assessment/assessment services/risk/risk services/portal/portal infra/demonstration/demonstration infra/assay/assay
MEMBERS := $(patsubst %/,%,$(dir $(PACKAGES)))
PORTAL := services/portal
BIN := .venv/bin
PYTHON ?= python3
# Debian's node where there is one, else the one that comes as a Python wheel.
NODE_PATH := $(CURDIR)/$(BIN)
export ASSAY_MODE ?= demonstration

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# ---------------------------------------------------------------- set up

.PHONY: setup web lock
setup: .venv/.ready ## Make .venv from the hashed requirements and install every member

.venv/.ready: requirements.txt $(MEMBERS:%=%/pyproject.toml)
	@test -x $(BIN)/python || { echo "Making .venv with $$($(PYTHON) --version)"; $(PYTHON) -m venv .venv; }
	@infra/install .venv requirements.txt $(MEMBERS)
	@touch $@

web: $(PORTAL)/node_modules/.ready ## Fetch and build the portal's style sheet and assets

$(PORTAL)/node_modules/.ready: $(PORTAL)/package.json $(PORTAL)/package-lock.json $(wildcard $(PORTAL)/styles/*.scss) | setup
	@echo "Building the portal's web assets"
	@cd $(PORTAL) && PATH="$$PATH:$(NODE_PATH)" npm ci --no-audit --no-fund --silent && PATH="$$PATH:$(NODE_PATH)" npm run --silent build
	@touch $@

# A member without web assets has nothing to build.
READY := setup $(if $(wildcard $(PORTAL)/package.json),web)

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header
lock: setup ## Write requirements.txt (with hashes) from what every member declares, and the image's part of it
	@ours=$$(sed -n 's/^name = "\(assay-[a-z-]*\)"/--no-emit-package \1/p' $(MEMBERS:%=%/pyproject.toml)); \
	  for m in $(MEMBERS); do echo "-e ./$$m"; done > .lock.in; \
	  $(COMPILE) $$ours .lock.in requirements-dev.in -o requirements.txt; \
	  $(COMPILE) $$ours --constraint requirements.txt .lock.in -o infra/requirements-run.txt; \
	  rm .lock.in

# ---------------------------------------------------------------- run

.PHONY: up journey reset openapi
up: $(READY) ## Set up and run everything; Ctrl-C stops it and keeps the data (ASSAY_PORT, ASSAY_HOME, ASSAY_MODE)
	@exec $(BIN)/assay up

journey: $(READY) ## Walk the main job over HTTP against what `make up` runs (CONTAINERS=1: what compose runs)
	@$(if $(CONTAINERS),source infra/container-secrets;) exec $(BIN)/assay journey

reset: $(READY) ## Delete the data in ASSAY_HOME (asks; YES=1 does not)
	@exec $(BIN)/assay reset $(if $(YES),--yes)

openapi: $(READY) ## Write docs/api, docs/states, pages made from data and the gateway's role table
	@exec $(BIN)/assay openapi

# ---------------------------------------------------------------- check

.PHONY: test contract e2e bench lint
test: $(READY) ## Run all tests
	@infra/run-tests

contract: $(READY) ## Run only the contract tests (schemathesis over every service)
	@$(BIN)/pytest -n 0 tests/contract

e2e: $(READY) ## Run only what needs a running system: journeys, faults, security, browser
	@$(BIN)/pytest -n 0 $(wildcard tests/journeys tests/faults tests/security tests/browser)

bench: $(READY) ## Measure; prints a table and writes bench/results.json (ONLY=gateway)
	@PYTHONPATH=tests $(BIN)/python tests/bench $(if $(ONLY),--only $(ONLY))

lint: setup ## Style, types, layers, templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo
	@infra/check-types $(PACKAGES)
	@templates=$$(git ls-files '$(PORTAL)/**/*.html' '$(PORTAL)/**/*.jinja' | head -1); \
	  if [ -n "$$templates" ]; then $(BIN)/djlint --lint --quiet $(PORTAL)/portal; fi
