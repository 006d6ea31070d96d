# Every target is a line of `make help`. All that is made lies in .venv/ and build/.

PYTHON ?= python3.11
PYTEST_ARGS ?= --numprocesses=$(shell expr $$(nproc) \* 3 / 2)  # for tests that wait for wires, half the time
PACKAGES := provisioning/debian-packages

VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/setup.stamp
SETUP_TEST := $(VENV)/setup-test.stamp

.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo dock test check fast sheet scenarios bench torture guest clean

help:  ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(SETUP)  ## what the terminal, the gateway and the simulated devices need to run

setup-test: $(SETUP_TEST)  ## the same, and what the tests need

demo: $(SETUP)  ## a whole terminal with simulated devices and a gateway, on this machine
	$(BIN)/python -m terminal.demo

dock: $(SETUP_TEST)  ## the whole machine in a browser: screen, cards, papers, faults, wires, scenarios
	$(BIN)/kiosk-sim dock --open

test: check  ## check, and every test
	$(BIN)/pytest $(PYTEST_ARGS)

check: $(SETUP_TEST)  ## format, lint, types, rings, QML, and the rules of the house
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir build/import-linter
	$(BIN)/python tests/house/qml_lint.py
	$(BIN)/pytest --quiet tests/unit/house

fast: $(SETUP_TEST)  ## the tests that need neither a screen nor a second process
	$(BIN)/pytest tests/unit tests/journeys $(PYTEST_ARGS)

sheet: $(SETUP)  ## a picture of every page, in build/sheet/index.html
	QT_QPA_PLATFORM=offscreen QT_QUICK_BACKEND=software $(BIN)/python -m ui.sheet build/sheet

scenarios: $(SETUP)  ## every fault and way on a whole terminal, with pictures, in build/scenarios/index.html
	$(BIN)/kiosk-sim scenario run --out build/scenarios

bench: $(SETUP_TEST)  ## measure what docs/benchmarks.md claims
	$(BIN)/python -m benchmarks

torture: $(SETUP_TEST)  ## nothing lost, no parser breaks, nothing grows: worlds, power cuts, kills, fuzzing, a day of use, scenarios (hours)
	$(BIN)/python -m tests.model.torture --operations 1000000
	$(BIN)/python -m tests.power.torture --cuts 100000
	$(BIN)/python -m tests.system.kill_torture --kills 200
	$(BIN)/python -m tests.fuzz.torture --seconds 60
	$(BIN)/python -m tests.system.day_of_use --hours 24
	$(BIN)/kiosk-sim scenario run --out build/scenarios

guest: $(SETUP_TEST)  ## what needs another kernel: real power cuts and shaped lines, in an emulated machine
	tests/guest/run

clean:  ## remove what was made
	rm -rf build $(VENV) *.egg-info

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not here: install it, or name another with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(SETUP): pyproject.toml constraints.txt $(PACKAGES)/run.txt
	$(PACKAGES)/install $(PACKAGES)/run.txt
	@$(MAKE) --no-print-directory $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[gateway,sim]'
	@touch $@

$(SETUP_TEST): $(SETUP) $(PACKAGES)/test.txt tests/interop/package-lock.json
	$(PACKAGES)/install $(PACKAGES)/run.txt $(PACKAGES)/test.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[gateway,sim,test]'
	tests/interop/set-up $(BIN)/python $(VENV)/interop
	@touch $@
