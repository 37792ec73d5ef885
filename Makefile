# Everything on a fresh machine: `make demo` for a first answer, `make test` before a change goes in.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# Where Linux has no GPU, PyTorch's build for processors alone is taken, if its index can be reached: PyPI's brings
# gigabytes of CUDA. `make demo TORCH_INDEX=` takes PyPI's, and TORCH_INDEX=URL another.
TORCH_INDEX ?= $(shell [ "$$(uname -s)" != Linux ] || [ -e /dev/nvidia0 ] || command -v nvidia-smi >/dev/null \
	|| echo https://download.pytorch.org/whl/cpu)
TORCH = $(shell sed -n 's/.*"\(torch[<>=][^"]*\)".*/\1/p' pyproject.toml)
# Without what it needs, which comes later: nothing but PyTorch is looked for at that index.
INSTALL_TORCH = $(if $(TORCH_INDEX),$(BIN)/pip install --no-deps --retries 1 --extra-index-url $(TORCH_INDEX) "$(TORCH)")

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
	$(INSTALL_TORCH)
	$(BIN)/pip install --editable .
	touch $@

$(VENV)/installed-test: pyproject.toml | $(BIN)/python
	$(INSTALL_TORCH)
	$(BIN)/pip install --editable '.[test]'
	touch $@ $(VENV)/installed
