# The whole of it: `make run` starts the box, `make test` proves it. A bare `make` lists the targets.
SHELL := /bin/bash
PYTHON := .venv/bin/python
SETUP := image-build/setup/setup.sh
NAME ?=
IMAGE := image-build/out/callbox.img

.DEFAULT_GOAL := help
.PHONY: help run demo test lint bench chaos simulate gate lock install install-test uninstall image image-test image-test-pi3 setup setup-test setup-bench

help: ## this list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

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

simulate: setup-test ## 10,000 seeded days of queues (seven minutes)
	$(PYTHON) -m tests.core.sim_days 10000

gate: setup-test ## random dials through the compliance gate and an independent checker: make gate COUNT=1000000
	$(PYTHON) -m bench.gate $(or $(COUNT),100000)

install: ## put the box on this machine, under systemd (root); or bring it up to date
	@image-build/install/install.sh

install-test: ## prove that on a bare Debian with a systemd and a network of its own (root; ten minutes)
	@image-build/install/prove.sh

uninstall: ## take it off again; data stay
	@image-build/install/uninstall.sh

image: ## the SD-card image for Raspberry Pi 3, 4, 5 and Zero 2 W, in image-build/out (root)
	@image-build/image/build.sh

# Power cuts of the proof; with fewer than two the proof is not kept.
CUTS ?= 20

image-test: setup-test $(IMAGE) ## boot that image in QEMU, call it, cut its power, look into it (root)
	$(PYTHON) image-build/image/prove $(IMAGE) --kills $(CUTS)

image-test-pi3: setup-test $(IMAGE) ## boot the same image as a Raspberry Pi 3B
	$(PYTHON) image-build/image/prove/pi3.py $(IMAGE)

$(IMAGE):
	@image-build/image/build.sh

lock: setup-test ## resolve the dependencies anew into the lock files
	image-build/setup/lock.sh

setup: ## Debian packages, pjsua2 and .venv, and nothing more
	@$(SETUP) run

setup-test:
	@$(SETUP) test

setup-bench:
	@$(SETUP) bench
