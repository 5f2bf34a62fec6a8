# The two commands are `make demo` and `make test`. Each first installs what it needs into .venv; the work is done by tools/*.sh.
.NOTPARALLEL:
.PHONY: help install demo start test bench format lock messages faults fuzz sbom audit screens screen-day check-js clean

help: ## this list
	@echo 'make demo   urut at work: sample bazaar, simulated residents and officers   (ARGS="--port 9000 --quiet" passes flags on)'
	@echo 'make test   checks everything: style, types, import contracts, tests'
	@echo
	@sed -n '/^demo/d; /^test/d; s/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 16

install: ## .venv with the locked packages and .venv/bin/urut, nothing else
	@bash tools/install.sh

demo: install ## exec: a signal to make reaches urut, which ends its store
	@bash tools/voice.sh
	@exec .venv/bin/urut demo $(ARGS)

start: install ## the processes of the Procfile: store, hub and counters apart
	@exec .venv/bin/honcho start

test: ## all checks, stopping at the first that fails
	@bash tools/install.sh dev
	@bash tools/check.sh

bench: install ## measurements of this machine
	@exec .venv/bin/urut bench $(ARGS)

faults: ## the tests that kill and freeze real processes, in their long form; forty minutes
	@bash tools/install.sh dev
	@URUT_FAULTS=long .venv/bin/pytest -q -m faults

fuzz: ## every reader and every address fed with nonsense for a quarter of an hour (ARGS="SECONDS CASES" for each)
	@bash tools/install.sh fuzz
	@bash tools/fuzz.sh $(ARGS)

format: ## rewrites the sources in the house's style
	@bash tools/install.sh dev
	@.venv/bin/ruff check --fix --quiet; .venv/bin/ruff format

lock: ## newest versions that pyproject.toml allows, with their hashes
	@bash tools/lock.sh

sbom: install ## all that runs with urut, as CycloneDX on stdout
	@.venv/bin/python tools/sbom.py

audit: ## asks the Python advisory database about every locked package
	@bash tools/audit.sh

messages: install ## new words of the pages into locales/, and how many each language lacks
	@.venv/bin/python tools/messages.py

screens: ## the pictures in docs/screens anew, of every page on its device
	@bash tools/install.sh dev
	@CHROMIUM=$$(bash tools/chromium.sh) .venv/bin/python tools/screens.py
	@CHROMIUM=$$(bash tools/chromium.sh) .venv/bin/python tools/phone_screens.py
	@CHROMIUM=$$(bash tools/chromium.sh) .venv/bin/python tools/tv_screens.py
	@CHROMIUM=$$(bash tools/chromium.sh) .venv/bin/python tools/tablet_screens.py
	@.venv/bin/python tools/small_pictures.py

screen-day: ## what a hall TV holds in memory after a day of calls
	@bash tools/install.sh dev
	@CHROMIUM=$$(bash tools/chromium.sh) .venv/bin/python tools/screen_day.py

check-js: ## types of static/*.js (needs npm; no part of make test)
	@npx --yes --package typescript@7 tsc --noEmit --allowJs --checkJs --strict --target ES2018 --lib ES2018,DOM,DOM.Iterable static/*.js

clean: ## removes .venv and all caches, never a log
	@rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
