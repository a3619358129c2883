# `make app` sets up and opens the page; `make test` sets up and passes the tests. Both may be interrupted and repeated.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SEORAP := $(BIN)/seorap
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell getconf _NPROCESSORS_ONLN)

.PHONY: app demo test weights audit clean
.DELETE_ON_ERROR:

app: demo
	@$(SEORAP) serve

demo: weights
	@$(SEORAP) add data/samples
	@$(SEORAP) ask "How much notice must the tenant give to end the lease?" "배우자가 출산한 사원은 며칠의 유급휴가를 받나요?"

test: weights $(VENV)/.dev-installed
	@.ci/check

weights: $(VENV)/.installed
	@$(SEORAP) weights --install

# torch first: from the version alone pip would also consider builds with gigabytes of CUDA for its dependents.
$(VENV)/.installed: pyproject.toml constraints.txt
	@echo "Installing. llama.cpp is built from source the first time: some five minutes on two cores."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	@touch $@

$(VENV)/.dev-installed: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[dev]"
	@touch $@

# Before a release, with a connection to pypi.org: does a pinned version have a known vulnerability? In an environment of its own, for pip-audit
# brings a lot along. Strict, since a version that the registry has no record of would otherwise count as sound.
audit: $(VENV)/audit/.installed
	@$(VENV)/audit/bin/pip-audit --strict --no-deps --disable-pip -r constraints.txt

$(VENV)/audit/.installed:
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet pip-audit==2.10.1
	@touch $@

clean:
	rm -rf $(VENV)
