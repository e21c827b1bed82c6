# Two commands matter: `make lab` and `make test`. Both make the environment in .venv first, if it is not there.
# You need Python 3.11 or newer. Another one than python3: make lab PYTHON=python3.12

PYTHON ?= python3
LAB_FLAGS =
TEST_FLAGS =
SITE_FLAGS =
EXPORT_FLAGS =
# Not empty: the site has a JupyterLite, too.
LITE =
# As many as there are cores; none where a debugger is asked for (--pdb) or TEST_FLAGS says -n0.
WORKERS = -n auto
FIRST_SEEDS = 1000 2000 3000
TORCH = torch==2.13.0
# What Colab gives, which nobody there chooses.
COLAB = ipywidgets==7.7.1 matplotlib==3.10.0 numpy==2.0.2
COLAB_PYTHON = python3.12

PIP = -m pip --quiet --disable-pip-version-check
UV = .venv-lock/bin/uv
COMPILE = --universal --python-version 3.11 --upgrade --generate-hashes --no-header --no-annotate --quiet

# Whoever keeps no bytecode elsewhere keeps it here: to compile all anew takes every worker and every kernel seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help lab test thorough quick draws claims bench bench-torch notebooks handout site export size lint lock floor \
  newest colab wheel clean

help:
	@echo "make lab        open the course in JupyterLab         (LAB_FLAGS=--no-browser prints the address instead)"
	@echo "make test       run the tests and the notebooks       (TEST_FLAGS='-k bound' runs some; -n0 in one process)"
	@echo "make thorough   run them with more examples of what takes long"
	@echo "make quick      run what a change needs: maths, layers, lint, and the notebooks that differ from HEAD"
	@echo "make draws      hold what is said of random nets against other seeds  (FIRST_SEEDS='1000 2000 3000')"
	@echo "make claims     print each statement of the lecture with its verdict, notebook and test"
	@echo "make bench      measure, in a real browser, how soon a picture follows its slider"
	@echo "make bench-torch  measure the last part of make bench alone: against PyTorch, in an environment of its own"
	@echo "make notebooks  run the notebooks and store what they show"
	@echo "make handout    write the notebooks without solutions, and the solutions, to build/handout"
	@echo "make site       make the site, which needs no kernel, in build/site  (some minutes; then only what changed)"
	@echo "                (LITE=1 puts a kernel for the reader's own browser into it)"
	@echo "make export     make pages of the notebooks, to hand out or print, in build/export  (EXPORT_FLAGS='--to slides')"
	@echo "make size       count the files and lines of code of each package"
	@echo "make lint       check the code and the notebooks with ruff"
	@echo "make lock       renew requirements.lock from pyproject.toml"
	@echo "make floor      run all tests with the oldest versions that pyproject.toml allows"
	@echo "make newest     run all tests with the newest versions that there are"
	@echo "make colab      run all notebooks with the versions that Colab gives  (COLAB_PYTHON=python3.11)"
	@echo "make wheel      make every explorer where nothing but the course's wheel was installed"
	@echo "make clean      remove the environments and everything else that can be made again"

# The token stays on, and only this machine can connect. Root needs a flag of its own.
lab: .venv/.made
	@echo "Starting JupyterLab (some seconds). It opens in your browser. To stop it, press Ctrl-C here twice."
	@if [ "$$(id -u)" = 0 ]; then root=--allow-root; else root=; fi; \
	JUPYTER_CONFIG_PATH="$${JUPYTER_CONFIG_PATH:+$$JUPYTER_CONFIG_PATH:}$(CURDIR)/tools/jupyter" \
	.venv/bin/python -m jupyterlab --ServerApp.ip=127.0.0.1 --ServerApp.root_dir=. \
	  --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb $$root $(LAB_FLAGS)

test: .venv/.made
	@echo "Running the tests and the notebooks (some minutes) ..."
	@.venv/bin/python -m pytest $(WORKERS) $(TEST_FLAGS)

thorough: .venv/.made
	@.venv/bin/python -m pytest $(WORKERS) --thorough $(TEST_FLAGS)

# Each module of the maths with its tests; what is said of random draws is left to `make test` and `make draws`.
MATHS = helpers/maths $(wildcard $(patsubst helpers/maths/%.py,tests/test_%*.py,$(wildcard helpers/maths/*.py)))

quick: .venv/.made
	@.venv/bin/python -m pytest $(WORKERS) -m "not draws" $(MATHS) tests/test_layers.py tests/test_lint.py \
	  $$(git diff --name-only --diff-filter=d HEAD -- 'notebooks/*.ipynb') $(TEST_FLAGS)

draws: .venv/.made
	@for seed in $(FIRST_SEEDS); do \
	  echo "The seeds from $$seed on ..."; \
	  .venv/bin/python -m pytest $(WORKERS) -m draws --first-seed $$seed $(TEST_FLAGS) || exit 1; \
	done

claims: .venv/.made
	@.venv/bin/python -m tools.claims

bench: .venv/.made
	@.venv/bin/python -m tools.bench
	@if [ -f build/site/index.html ]; then .venv/bin/python -m tools.site.measure; \
	else echo "The site is measured where it is made: make site"; fi
	@$(MAKE) --no-print-directory bench-torch

# The build for the CPU, where there is one of that version: TORCH=torch takes the newest, with all that it brings.
bench-torch: requirements.lock
	@echo "Making .venv-torch, which holds PyTorch and numpy (some minutes, once) ..."
	@test -x .venv-torch/bin/python || $(PYTHON) -m venv .venv-torch
	@.venv-torch/bin/python $(PIP) install numpy "$(TORCH)"
	@.venv-torch/bin/python -m tools.bench_torch

notebooks: .venv/.made
	@.venv/bin/python -m tools.regenerate

handout: .venv/.made
	@.venv/bin/python -m tools.handout

site: .venv/.site $(if $(LITE),.venv-lite/.made)
	@.venv/bin/python -m tools.site $(SITE_FLAGS) $(if $(LITE),--lite .venv-lite/bin/python)

export: .venv/.made
	@.venv/bin/python -m tools.export $(EXPORT_FLAGS)

size: .venv/.made
	@.venv/bin/python -m tools.size

lint: .venv/.made
	@.venv/bin/python -m ruff check .
	@.venv/bin/python -m ruff format --check .
	@.venv/bin/oxlint --deny-warnings helpers tools

# .venv holds what requirements.lock names, each file checked against its hash, and this course's own package.
.venv/.made: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "$(PYTHON) is not Python 3.11 or newer. If you have one, name it: make lab PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	{ echo "$(PYTHON) cannot make environments. On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	@echo "Making the environment in .venv (about a minute, once) ..."
	@$(PYTHON) -m venv .venv
	@.venv/bin/python tools/fetch.py requirements.lock
	@echo "  installing the course's own package ..."
	@.venv/bin/python $(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
	@echo "The environment is ready."

# What makes the pages of the site, which nobody else needs.
.venv/.site: .venv/.made requirements-site.lock
	@echo "Adding to .venv what makes the pages of the site ..."
	@.venv/bin/python tools/fetch.py requirements-site.lock
	@touch $@

# JupyterLite takes along what its environment has of extensions, so it has one of its own.
.venv-lite/.made: requirements-lite.lock
	@echo "Making .venv-lite, which holds JupyterLite (a minute, once) ..."
	@test -x .venv-lite/bin/python || $(PYTHON) -m venv .venv-lite
	@.venv-lite/bin/python tools/fetch.py requirements-lite.lock
	@touch $@

# What follows is for those who maintain the course.
$(UV):
	@echo "Making .venv-lock, which holds uv alone (a few seconds, once) ..."
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python $(PIP) install uv

lock: $(UV)
	@echo "Choosing the newest versions that fit together, for Python 3.11 and newer on every system ..."
	@$(UV) pip compile pyproject.toml --all-extras --group test $(COMPILE) --output-file requirements.lock
	@$(UV) pip compile pyproject.toml --group site --constraint requirements.lock $(COMPILE) \
	  --output-file requirements-site.lock
	@$(UV) pip compile pyproject.toml --group lite --constraint requirements.lock $(COMPILE) \
	  --output-file requirements-lite.lock

floor: $(UV)
	@echo "Making .venv-floor with the oldest versions that pyproject.toml allows ..."
	@rm -rf .venv-floor
	@$(PYTHON) -m venv .venv-floor
	@$(UV) pip install --quiet --python .venv-floor/bin/python --resolution lowest-direct --group test -e '.[lab,experiments]'
	@.venv-floor/bin/python -m pytest $(WORKERS) --thorough $(TEST_FLAGS)

newest: $(UV)
	@echo "Making .venv-newest with the newest versions that there are ..."
	@rm -rf .venv-newest
	@$(PYTHON) -m venv .venv-newest
	@$(UV) pip install --quiet --python .venv-newest/bin/python --upgrade --group test -e '.[lab,experiments]'
	@.venv-newest/bin/python -m pytest $(WORKERS) --thorough $(TEST_FLAGS)

# Without JupyterLab and without the tests: the notebooks as a reader there has them.
colab:
	@echo "Making .venv-colab with the versions that Colab gives ..."
	@rm -rf .venv-colab
	@$(COLAB_PYTHON) -m venv .venv-colab
	@.venv-colab/bin/python $(PIP) install -e . $(COLAB) ipykernel nbclient
	@for notebook in notebooks/*.ipynb; do \
	  echo "running $$notebook ..."; .venv-colab/bin/jupyter execute --timeout=300 $$notebook || exit 1; \
	done

wheel: .venv/.made
	@echo "Making .venv-wheel, which holds the wheel and what it needs ..."
	@rm -rf .venv-wheel build/wheel
	@$(PYTHON) -m venv .venv-wheel
	@.venv/bin/python $(PIP) wheel --no-deps --no-build-isolation --wheel-dir build/wheel .
	@.venv-wheel/bin/python $(PIP) install build/wheel/*.whl
	@.venv-wheel/bin/python tools/wheel.py

clean:
	rm -rf .venv .venv-lock .venv-floor .venv-newest .venv-colab .venv-torch .venv-lite .venv-wheel build *.egg-info
	rm -rf .pytest_cache .ruff_cache .hypothesis
	find helpers tests tools notebooks -name __pycache__ -prune -exec rm -rf {} +
	find . -name .ipynb_checkpoints -prune -exec rm -rf {} +
