# Each target works on a fresh clone: it makes .venv first.
PYTHON ?= python3
BIN := .venv/bin
RESULTS ?= results/by-hand
# A lesson without results of its own takes the example.
LESSON := $(if $(filter file,$(origin RESULTS)),results/example,$(RESULTS))
MODE ?= queue
WORKERS ?= 2
WORKLOAD ?= io
PORT ?= 8000
STACK ?= local
BROKER ?= redis
DATABASE ?= sqlite
# Empty: open nothing.
OPEN ?= yes
REVEAL := 6.0.2
MARKED := 17.0.5
MINUTES ?= 20

# A variable as one word of the shell, whatever it holds. Functions of make take a space for the end of a word.
quote = '$(subst ','\'',$(call at_home,$(1)))'
at_home = $(if $(filter ~/%,$(firstword $(1))),$(subst =~/,$(HOME)/,=$(1)),$(1))
same = $(if $(subst x$(2),,x$(1))$(subst x$(1),,x$(2)),,yes)
# The committed example stays as it is.
BESIDE := $(if $(call same,$(patsubst %/,%,$(LESSON)),results/example),--output results/lesson-example)

.PHONY: demo help test test-faults test-compose lint up attach down charts screenshots preflight lesson calibrate faults fuzz bench bench-rows bench-accounts bench-noise bench-sampling bench-intervals bench-capacity bench-speed bench-million bench-promise bench-saturation bench-verdicts bench-replay soak example lock vendor clean

demo: .venv/run.stamp  ## measure sync and queue with 1, 2, 4 and 8 workers, then draw charts and report
	@# The report shows what the calibration missed, too.
	-$(BIN)/python -m loadtests calibrate --glance
	$(BIN)/python -m loadtests run loadtests/plans/demo.toml $(if $(PREDICTIONS),--predictions $(call quote,$(PREDICTIONS)))
	$(BIN)/python -m analysis results/demo

# What `make help` lists: the variables that a person may give on the command line.
TOLD := MODE WORKERS WORKLOAD PORT STACK BROKER DATABASE RESULTS OPEN MINUTES PYTHON

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z.-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo 'Variables, as in make up WORKERS=4, with their values:'
	@echo $(call quote, $(foreach name,$(TOLD), $(name)=$($(name))))

test: .venv/dev.stamp  ## run all tests; those that measure time run last, one after the other
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not quiet and not compose and not faults"
	@# Only the files in which there are some: looking through all others takes ten seconds.
	$(BIN)/python -m pytest -m "quiet and not faults" $$(grep -rl --include="test_*.py" pytest.mark.quiet tests)

test-faults: .venv/dev.stamp  ## inject faults under load: what the safe queue keeps, and what Celery's defaults lose
	$(BIN)/python -m pytest -m faults

test-compose: .venv/compose.stamp  ## build the image and run docker-compose.yml; skipped without a container tool
	$(BIN)/python -m pytest -m compose tests/compose

.env:  ## write settings for docker-compose.yml, with fresh secrets
	@umask 077 && $(call quote,$(PYTHON)) -c 'import re, secrets; \
	    fill = lambda line: line[0] + secrets.token_hex(24); \
	    print(re.sub(r"(?m)^\w+=$$", fill, open(".env.example").read()), end="")' > $@.new
	@# Containers that put load on the others leave their trials here, as you; none runs as root.
	@mkdir -p results/by-hand
	@if [ "$$(id -u)" = 0 ]; then chown 10001:10001 results/by-hand; \
	    else echo "LOAD_USER=$$(id -u):$$(id -g)" >> $@.new; fi
	@mv $@.new $@

lint: .venv/dev.stamp  ## check format, lint rules and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

up: .venv/run.stamp  ## start a stack in the background: make up MODE=queue WORKERS=4 BROKER=rabbitmq
	$(BIN)/python -m loadtests up --mode $(call quote,$(MODE)) --workers $(call quote,$(WORKERS)) \
		--workload $(call quote,$(WORKLOAD)) --port $(call quote,$(PORT)) --stack $(call quote,$(STACK)) \
		--broker $(call quote,$(BROKER)) --database $(call quote,$(DATABASE))

attach: .venv/run.stamp  ## watch containers that docker compose started, so that locust finds them
	$(BIN)/python -m loadtests attach --mode $(call quote,$(MODE)) --workload $(call quote,$(WORKLOAD))

down: .venv/run.stamp  ## stop the stack, or stop watching an attached one
	$(BIN)/python -m loadtests down

charts: .venv/run.stamp  ## draw charts and report from the result files: make charts RESULTS=results/demo
	$(BIN)/python -m analysis $(call quote,$(RESULTS))

screenshots: .venv/dev.stamp charts  ## take a screenshot of every page and chart at projector and phone size: make screenshots RESULTS=results/demo
	$(BIN)/python -m tests.screenshots $(call quote,$(RESULTS)) $(if $(TO),--to $(call quote,$(TO)))

preflight: .venv/run.stamp  ## check in half a minute whether this machine is ready for a lesson
	$(BIN)/python -m loadtests preflight

lesson: .venv/run.stamp  ## build slides, hand-out, prediction page and report, and open them: make lesson RESULTS=results/demo OPEN=
	$(BIN)/python -m analysis lesson $(call quote,$(LESSON)) $(if $(OPEN),--open) $(BESIDE)

calibrate: .venv/run.stamp  ## measure reference servers with known response times; later reports show the result
	$(BIN)/python -m loadtests calibrate

faults: .venv/run.stamp  ## inject every fault, with profile safe and with Celery's defaults, and write the results to docs/security.md
	$(BIN)/python -m loadtests faults | $(BIN)/python -m analysis markdown-block docs/security.md safe
	$(BIN)/python -m loadtests faults --profile defaults | $(BIN)/python -m analysis markdown-block docs/security.md defaults
	$(BIN)/python -m loadtests faults --broker rabbitmq | $(BIN)/python -m analysis markdown-block docs/security.md rabbitmq

soak: .venv/run.stamp  ## inject a random fault every 75 s for half an hour, and write the results to docs/security.md
	$(BIN)/python -m loadtests run loadtests/plans/soak.toml
	$(BIN)/python -m analysis results/soak
	$(BIN)/python -m benchmarks.soak results/soak | $(BIN)/python -m analysis markdown-block docs/security.md soak

fuzz: .venv/dev.stamp  ## send malformed files and requests for MINUTES; SEED= repeats a run
	$(BIN)/python -m tests.fuzz --minutes $(call quote,$(MINUTES)) $(if $(SEED),--seed $(call quote,$(SEED)))

bench: demo  ## measure, check the results against the laws that both modes obey, and time the harness
	$(BIN)/python -m benchmarks.laws results/demo
	$(BIN)/python -m benchmarks.million
	@# Its target is missed; docs/method.md says why.
	-$(BIN)/python -m benchmarks.speed

bench-intervals: .venv/run.stamp  ## measure how often an interval contains the true value and what common uploads gain, and write the results to docs/method.md
	$(BIN)/python -m benchmarks.coverage | $(BIN)/python -m analysis markdown-block docs/method.md coverage
	$(BIN)/python -m benchmarks.pairing | $(BIN)/python -m analysis markdown-block docs/method.md pairing

bench-sampling: .venv/run.stamp  ## measure what a sample of the queue costs each broker
	$(BIN)/python -m benchmarks.sampling redis rabbitmq

bench-capacity: .venv/run.stamp  ## measure how often a capacity search contains the true value, and write the results to docs/method.md
	$(BIN)/python -m benchmarks.capacity | $(BIN)/python -m analysis markdown-block docs/method.md capacity

bench-accounts: .venv/run.stamp  ## check that the accounts of 228 short trials balance if nothing is lost, and only then, and write the results to docs/method.md
	$(BIN)/python -m benchmarks.accounts | $(BIN)/python -m analysis markdown-block docs/method.md accounts

bench-noise: .venv/run.stamp  ## measure which signs of noise reveal a distorted trial (needs a browser), and write the results to docs/method.md
	$(BIN)/python -m benchmarks.noise | $(BIN)/python -m analysis markdown-block docs/method.md noise

bench-speed: .venv/run.stamp  ## measure how many uploads one load process sends, compared with Locust's fast client, and write the results to docs/method.md
	$(BIN)/python -m benchmarks.speed | $(BIN)/python -m analysis markdown-block docs/method.md speed

bench-million: .venv/run.stamp  ## time the analysis on a million uploads
	$(BIN)/python -m benchmarks.million

bench-promise: .venv/run.stamp  ## measure what the promise costs in throughput and CPU time, and write the results to docs/security.md
	$(BIN)/python -m loadtests run loadtests/plans/promise.toml
	$(BIN)/python -m analysis results/promise
	$(BIN)/python -m benchmarks.promise results/promise | $(BIN)/python -m analysis markdown-block docs/security.md price

bench-saturation: .venv/run.stamp  ## run forty short trials near saturation: none that fell clearly behind may be valid
	$(BIN)/python -m benchmarks.saturation

bench-verdicts: .venv/run.stamp  ## simulate how often a trial gets each verdict, and write the results to docs/method.md
	$(BIN)/python -m benchmarks.verdicts | $(BIN)/python -m analysis markdown-block docs/method.md verdicts

bench-replay: .venv/dev.stamp  ## measure how many frames per second the replay shows: make bench-replay RESULTS=results/demo
	$(BIN)/python -m benchmarks.replay $(call quote,$(RESULTS))

bench-rows: .venv/run.stamp  ## check that SQLite and PostgreSQL keep every row at full load
	for name in sqlite-full postgres-full; do \
		$(BIN)/python -m loadtests run loadtests/plans/$$name.toml && $(BIN)/python -m analysis results/$$name || exit 1; \
	done
	$(BIN)/python -m benchmarks.rows results/sqlite-full results/postgres-full

example: .venv/run.stamp  ## replace the committed example and README's block with what `make demo` measured
	test -f results/demo/summary.csv
	rm -rf results/example
	cp -r results/demo results/example
	rm -rf results/example/*/logs results/example/*.partial results/example/lesson
	$(BIN)/python -m analysis results/example --markdown | $(BIN)/python -m analysis markdown-block README.md example
	find results/example -name '*.svg' -delete -o -name report.html -delete -o -name '*.png' ! -name throughput.png ! -name response_time.png -delete

lock:  ## resolve every *.in again; needs uv on the PATH
	for name in requirements requirements-dev requirements-compose app_under_test/requirements \
		app_under_test/container/flower; do \
		uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
			-o $$name.txt $$name.in || exit 1; \
	done

vendor:  ## fetch the slides' reveal.js again; needs npm and a network
	@folder=$(call quote,$(CURDIR))/analysis/lesson/vendor/reveal && from=$$(mktemp -d) && cd "$$from" && \
	npm pack --silent reveal.js@$(REVEAL) marked@$(MARKED) >/dev/null && \
	for each in *.tgz; do mkdir "$${each%%[.-]*}" && tar -xzf "$$each" -C "$${each%%[.-]*}" --strip-components 1; done && \
	cp reveal/dist/reveal.js reveal/dist/reveal.css reveal/dist/plugin/notes.js reveal/LICENSE "$$folder" && \
	cp marked/LICENSE* "$$folder/LICENSE-marked" && \
	echo "reveal.js $(REVEAL) as npm has it; notes.js holds marked $(MARKED)" > "$$folder/VERSION" && rm -rf "$$from"

clean:  ## stop the stack and remove everything generated except results
	@if [ -d .venv ]; then $(BIN)/python -m loadtests down; fi
	rm -rf .venv .queuelab .pytest_cache .mypy_cache .ruff_cache

.venv/run.stamp: requirements.txt
	@$(call quote,$(PYTHON)) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Queuelab needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(call quote,$(PYTHON)) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch $@

.venv/compose.stamp: .venv/dev.stamp requirements-compose.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-compose.txt
	@touch $@
