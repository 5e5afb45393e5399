# Portico's commands. `make demo` and `make test` need nothing but Python 3.11+ and this checkout.
.DEFAULT_GOAL := help
.PHONY: help setup demo test llm-test lint eval bench lock train clean

PRACTICE ?= harbor
PORT ?= 8000
HOST ?= 127.0.0.1
export PORTICO_DEMO_STAFF_PASSWORD ?= portico-demo
bin := .venv/bin

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

setup: ## make .venv and the model artefacts (does nothing when they are fresh)
	@scripts/setup.sh

demo: setup ## serve a sample practice (PRACTICE=harbor or lakeside, PORT=8000)
	@echo "patient  http://$(HOST):$(PORT)/demo"
	@echo "staff    http://$(HOST):$(PORT)/staff   password: $(PORTICO_DEMO_STAFF_PASSWORD)"
	@PORTICO_DEMO=1 $(bin)/portico serve --practice knowledge/practices/$(PRACTICE) \
		--host $(HOST) --port $(PORT) --data data/demo-$(PRACTICE)

test: setup ## everything that has to hold before a change goes in
	@scripts/test-tools.sh
	@$(MAKE) --no-print-directory lint
	@scripts/widget.sh
	@$(bin)/python -m pytest -n 2 --dist loadfile

llm-test: setup ## ask a real local language model, if scripts/llm-setup.sh has built one
	@scripts/llm-test.sh

lint: setup ## style, types and import directions
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports

eval: setup ## the release figures: every suite against its gates (reports/eval.html)
	@$(bin)/python -m evals.measure

bench: setup ## what a turn costs, in total and by node
	@$(bin)/python -m evals.bench

train: setup ## teach the reading network anew after a change of agent/reader/data (about 40 minutes)
	@$(bin)/python -m agent.reader.train

lock: setup ## write constraints.txt anew
	@scripts/lock.sh

clean: ## remove what setup, demo and test made
	rm -rf .venv .models data dist-report reports .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache widget/node_modules
	find agent knowledge server evals tests -name __pycache__ -type d -prune -exec rm -rf {} +
