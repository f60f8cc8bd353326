# The whole of it: `make run` starts the box, `make test` proves it. A bare `make` lists the targets.
SHELL := /bin/bash
PYTHON := .venv/bin/python
SETUP := image-build/setup/setup.sh
NAME ?=

.DEFAULT_GOAL := help
.PHONY: help run demo test lint bench chaos lock setup setup-test setup-bench

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

run: setup ## set up what is missing and start the box in the foreground
	@exec $(PYTHON) -m appliance run

demo: ## the same, with a simulated caller and a robot agent
	@$(SETUP) demo
	@exec $(PYTHON) -m appliance demo

# Tests mostly wait, so three share two cores; those that measure sound or seconds come after, two at a time.
WORKERS ?= 3
REALTIME_WORKERS ?= 2
EVERY := not chaos and not hardware

test: setup-test lint ## lint, types, room contracts and all tests
	image-build/setup/tests.sh $(WORKERS) "$(EVERY) and not realtime"
	image-build/setup/tests.sh $(REALTIME_WORKERS) "$(EVERY) and realtime"

lint: setup-test ## ruff, mypy, import-linter, the sizes we hold, shellcheck
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) image-build/setup/house_rules.py
	shellcheck --severity=warning image-build/*/*.sh

bench: setup-bench ## every benchmark, or one family: make bench NAME=acd
	$(PYTHON) -m bench $(NAME)

chaos: setup-test ## the long runs: 50 unplugged modems, 200 kills, ten times the random cases
	$(PYTHON) -m pytest -m chaos --timeout 3600
	CALLBOX_KILL_POINTS=200 $(PYTHON) -m pytest -q -n 2 --dist load tests/store/test_kill_points.py
	CALLBOX_EXAMPLES=10 $(PYTHON) -m pytest -q -n 2 --dist loadfile -m hypothesis --timeout 3600

lock: setup-test ## resolve the dependencies anew into the lock files
	image-build/setup/lock.sh

setup: ## Debian packages, pjsua2 and .venv, and nothing more
	@$(SETUP) run

setup-test:
	@$(SETUP) test

setup-bench:
	@$(SETUP) bench
