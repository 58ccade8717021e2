# Two commands set everything up on a fresh machine: `make demo` and `make test`.

PYTHON ?= python3
PORT ?= 8024
VENV := .venv
BIN := $(VENV)/bin
# The tests wait for processes and clocks more than they compute.
WORKERS ?= $(shell expr 2 \* $$(nproc 2>/dev/null || echo 2))
# Where it is set, as in some images, each of the tests' hundreds of processes would compile all there is, every time.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: demo test lint docs bench soak senders lock picture clean

demo: $(VENV)/run.stamp  ## the bridge against a Slack and a Bitrix24 sandbox on this machine
	$(BIN)/slack-bitrix24 demo --port $(PORT)

test: $(VENV)/dev.stamp  ## the whole test suite
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

lint: $(VENV)/dev.stamp  ## ruff, mypy and the floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp  ## the tables of docs/explanation, measured again
	$(BIN)/python -m benchmarks $(ARGS)

soak: $(VENV)/dev.stamp  ## the fault tests at full length
	SOAK=1 $(BIN)/python -m pytest -s tests/soak $(ARGS)

senders: $(VENV)/dev.stamp  ## programs of PyPI and npm that post to Slack, installed beside and tried
	SENDERS=1 $(BIN)/python -m pytest -s tests/web/test_real_senders.py $(ARGS)

picture: $(VENV)/dev.stamp  ## docs/demo.png again (needs Chromium)
	$(BIN)/python scripts/picture.py docs/demo.png

lock: $(VENV)/dev.stamp  ## the two lock files again
	$(INSTALL) uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.11 --extra postgres --group build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.11 --extra postgres --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

$(VENV)/run.stamp: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "slack-bitrix24 needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.lock
	$(INSTALL) --require-hashes -r requirements-dev.lock
	touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
