# Everything a developer or an operator types. `make up` and `make test` begin from nothing and can be repeated.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MEMBERS := shared/kit shared/contracts gateway services/directory services/dps-admission services/assessment services/risk services/portal infra/demonstration infra/assay
BIN := .venv/bin
PYTHON ?= python3

.PHONY: setup lock
setup: .venv/.ready

.venv/.ready: requirements.txt $(MEMBERS:%=%/pyproject.toml)
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps "$$(grep -oE '^uv==[0-9.]+' requirements.txt)"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(MEMBERS:%=-e %)
	@touch $@

lock:
	@for m in $(MEMBERS); do echo "-e ./$$m"; done > .lock.in; cat requirements-dev.in >> .lock.in
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-package $$(sed -n 's/^name = "\(assay-[a-z-]*\)"/\1/p' $(MEMBERS:%=%/pyproject.toml) | paste -sd' ' | sed 's/ / --no-emit-package /g') --no-annotate --no-header .lock.in -o requirements.txt
	@rm .lock.in
