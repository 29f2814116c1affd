# Each target works on a fresh clone: it makes .venv first.
PYTHON ?= python3
BIN := .venv/bin
RESULTS ?= results/by-hand
MODE ?= queue
WORKERS ?= 2
WORKLOAD ?= io
PORT ?= 8000

.PHONY: demo test lint up down charts bench example lock clean

demo: .venv/run.stamp  ## measure sync against queue with 1, 2, 4, 8 workers, then charts and report
	$(BIN)/python -m loadtests run loadtests/plans/demo.toml
	$(BIN)/python -m analysis results/demo

test: .venv/dev.stamp  ## all tests, those with real processes included
	$(BIN)/python -m pytest

lint: .venv/dev.stamp  ## format, lint rules, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

up: .venv/run.stamp  ## start the stack in the background: make up MODE=queue WORKERS=4
	$(BIN)/python -m loadtests up --mode $(MODE) --workers $(WORKERS) --workload $(WORKLOAD) --port $(PORT)

down: .venv/run.stamp  ## stop it
	$(BIN)/python -m loadtests down

charts: .venv/run.stamp  ## draw charts and report from the files alone: make charts RESULTS=results/demo
	$(BIN)/python -m analysis $(RESULTS)

bench: demo  ## measure, then hold the figures against the laws that both modes must obey
	$(BIN)/python -m benchmarks.laws results/demo

example: .venv/run.stamp  ## replace the committed example by what `make demo` measured, and README's block with it
	test -f results/demo/summary.csv
	rm -rf results/example
	cp -r results/demo results/example
	rm -rf results/example/*/logs results/example/*.partial
	$(BIN)/python -m analysis results/example --markdown | $(BIN)/python -m analysis.readme README.md
	find results/example -name '*.svg' -delete -o -name report.html -delete -o -name '*.png' ! -name throughput.png -delete

lock:  ## resolve requirements*.in anew; needs uv on the PATH
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		-o requirements.txt requirements.in
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		-o requirements-dev.txt requirements-dev.in

clean:  ## stop the stack if one is up, and remove what is made here, but no results
	@if [ -d .venv ]; then $(BIN)/python -m loadtests down; fi
	rm -rf .venv .queuelab .pytest_cache .mypy_cache .ruff_cache

.venv/run.stamp: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Queuelab needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch $@
