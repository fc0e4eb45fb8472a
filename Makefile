# What a person types: make demo. Everything else is made when it is needed.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The first Python on this machine that Kitart runs on.
PYTHON ?= $(shell for p in python3 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null \
	&& echo $$p && break; done)
VENV := .venv
STAMP := $(VENV)/.installed
SCENARIO ?= vcc
PBX ?=
# A real phone system's calls take their own time.
SPEED ?= $(if $(PBX),8,20)
KILL ?=
DATABASE ?=
PREFECT_DATABASE ?=
SEED ?= 1
FAULT ?=
STORY ?=
ALL ?=
PAGE ?=
FAULT_JOBS ?= 1
# A whole installation kept busy: for how long, with which part of the whole load.
LOAD_MINUTES ?= 15
SCALE ?= 1
SMALL ?=
JOBS ?= 3
# Whole installations at once, each of five processes or more.
STACKS ?= 2
# Random stories: how many, and the first one's seed.
SEEDS ?= 100
FIRST ?= 0

PLACES = $(if $(DATABASE),--database-url '$(DATABASE)') \
	$(if $(PREFECT_DATABASE),--prefect-database-url '$(PREFECT_DATABASE)')

# Compiled files make every process start seconds earlier.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH
unexport PYTHONHOME

.PHONY: help .venv demo faults load seeds up test test-long test-postgresql bench lint trace catalogues licences

help:
	@echo 'make demo   play an outage of the phone system, from the alert to the filed report'
	@echo '            (SCENARIO=sharepoint, client-crm: another system fails; input: a roster is missing;'
	@echo '            general: what no plan is written for; exercise; workplace, blackout: agents'
	@echo '            can'"'"'t work, by night and nearly all of two projects; SPEED=20: how fast'
	@echo '            the clock runs; PBX=asterisk: with blackout, on a real phone system, called by SIP;'
	@echo '            KILL=1: kill the run in the middle; DATABASE=postgresql://…:'
	@echo '            the journal in an empty database; PREFECT_DATABASE=…: Prefect in another)'
	@echo 'make faults   play outages while processes are killed, disks fill, everything is slow, and judge'
	@echo '            (SEED=1: what is drawn and when it strikes; FAULT=power STORY=vcc: these; ALL=1: all;'
	@echo '            FAULT_JOBS=2: two at once; PAGE=docs/reliability.md: bring the table up to date)'
	@echo 'make load   keep a whole installation busy for a quarter of an hour: 50 incidents, 10,000 alerts,'
	@echo '            2,000 people asked, 500 pages open; measure and judge (LOAD_MINUTES=2 SCALE=0.05: a'
	@echo '            small trial; SMALL=1: on one machine with SQLite; PAGE=docs/reliability.md: the table)'
	@echo 'make up     start everything on this machine and leave it running until Ctrl-C'
	@echo 'make test   linters and all tests'
	@echo 'make test-long   the undisturbed demos, each scenario, judged from outside'
	@echo 'make test-postgresql   the tests that write a journal, on PostgreSQL'
	@echo 'make bench  measure asking 1,000 people at once, the first page, an answer and a storm'
	@echo '            of alerts, in three to seven minutes, and write docs/benchmarks.md'
	@echo 'make trace  write docs/traceability.md: which code and which tests stand for which number'
	@echo 'make catalogues   bring the catalogues of translations in line with code and templates'
	@echo 'make licences   write docs/licences.md: the licence of every library in the lock'
	@echo 'make seeds  play random stories (SEEDS=5000: so many, FIRST=0: from this one on); a failing'
	@echo '            seed is told whole, with the command that plays it again'
	@echo 'make lint   linters and type checks alone'

.venv: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo 'Kitart needs Python 3.11 or 3.12; neither was found (python3, python3.12, python3.11).' >&2; \
		echo 'Install one of them, or name it: make PYTHON=/path/to/python3.11 …' >&2; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' || { \
		echo "Kitart needs Python 3.11 or 3.12; $(PYTHON) is another, or does not run." >&2; exit 1; }
	@echo 'Installing the libraries into $(VENV), which takes a minute or two …'
	@rm -f $(STAMP)
	@$(VENV)/bin/python -c '' 2>/dev/null || rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { \
		echo 'The environment could not be made; on Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@# The lock is whole: what else pip would work out could only be another version of the same.
	@$(VENV)/bin/python -m pip install -qq --disable-pip-version-check --retries 2 \
		--no-deps --require-hashes -r requirements.lock || { \
		echo 'The libraries could not be installed (see above). Is the package registry within reach?' >&2; \
		echo 'A mirror or proxy is set with PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, HTTPS_PROXY.' >&2; exit 1; }
	@$(VENV)/bin/python -m pip install -qq --disable-pip-version-check \
		--no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: .venv
	@exec $(VENV)/bin/python -m sandbox.demo --scenario $(SCENARIO) --speed $(SPEED) \
		$(if $(PBX),--pbx $(PBX)) \
		$(if $(KILL),--kill-run-at 12) $(PLACES)

faults: .venv
	@exec $(VENV)/bin/python -m sandbox.trial --seed $(SEED) --jobs $(FAULT_JOBS) \
		$(addprefix --fault ,$(FAULT)) $(addprefix --story ,$(STORY)) $(if $(ALL),--all) \
		$(if $(PAGE),--page $(PAGE))

load: .venv
	@exec $(VENV)/bin/python -m sandbox.load --minutes $(LOAD_MINUTES) --scale $(SCALE) \
		$(if $(SMALL),--small) $(if $(PAGE),--page $(PAGE))

up: .venv
	@exec $(VENV)/bin/python -m sandbox.up $(PLACES)

lint: .venv
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	@if grep -q 'tool.importlinter' pyproject.toml || [ -f .importlinter ]; then \
		echo $(VENV)/bin/lint-imports; $(VENV)/bin/lint-imports; fi

test: lint
	@failed=0; set -x; \
	$(VENV)/bin/pytest -n $(JOBS) --dist worksteal -m 'not long and not stack' || failed=$$?; \
	$(VENV)/bin/pytest -n $(STACKS) --dist loadfile -m 'stack and not long' || failed=$$?; \
	exit $$failed

test-long: .venv
	$(VENV)/bin/pytest -m long

test-postgresql: .venv
	$(VENV)/bin/pytest -n $(JOBS) --dist worksteal --database postgresql -m 'not long' \
		tests/unit/journal tests/integration/gateway tests/integration/connecting tests/scenarios tests/browser tests/faults

bench: .venv
	@exec $(VENV)/bin/python -m benchmarks

trace: .venv
	@$(VENV)/bin/python -m tests.traceability

catalogues: .venv
	@$(VENV)/bin/python -m tests.catalogues

licences: .venv
	@$(VENV)/bin/python -m tests.licences

seeds: .venv
	@exec $(VENV)/bin/python -m tests.stories --seeds $(FIRST)-$$(( $(FIRST) + $(SEEDS) - 1 ))
