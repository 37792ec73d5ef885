# Everything on a fresh machine: `make demo` for a first answer, `make test` before a change goes in.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test format constraints clean

demo: $(VENV)/installed
	$(BIN)/kabar index build articles
	$(BIN)/kabar ask "how many troops were sent to Kursk?"

test: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

format: $(VENV)/installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The versions that are installed, as the file that `pip install -c` reads; its own first lines stay.
constraints: $(VENV)/installed-test
	{ grep '^#' constraints.txt; $(BIN)/pip freeze --exclude kabar | sed 's/+.*//'; } > constraints.new
	mv constraints.new constraints.txt

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --editable .
	touch $@

$(VENV)/installed-test: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --editable '.[test]'
	touch $@ $(VENV)/installed
