# Each target sets up what it needs in .venv and node_modules: packages, and for the tests a browser.
# Name another Python with: make PYTHON=python3.12 book

PYTHON ?= python3
VENV := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
export OPENBLAS_NUM_THREADS := 1
export PYTHONUTF8 := 1
export TIPSLIB_PROGRESS :=

.PHONY: help environment book check serve test refresh lint bench audit pdf links

help:
	@echo "make book     build the website into _build/html"
	@echo "make check CHAPTER=dropout   what a change in one chapter needs: page, notebooks, tests"
	@echo "make serve    serve it on this machine"
	@echo "make test     run all tests: library, notebooks, exercises, the site in a real browser"
	@echo "make refresh  write exercise stubs and stored outputs into the notebooks"
	@echo "make lint     formatting, lint, spelling, types, import contracts"
	@echo "make bench    measure widgets and library"
	@echo "make audit    what is too long for make test"
	@echo "make pdf      a book to keep: one PDF, and the notebooks as one archive"
	@echo "make links    ask every outside link whether it still answers"

environment:
	@$(PYTHON) scripts/environment.py

book: environment
	@$(VENV)/python scripts/build.py

serve: environment
	@$(VENV)/python scripts/build.py --if-stale
	@$(VENV)/python scripts/serve.py

test: environment
	@$(VENV)/python scripts/build.py --if-stale
	@echo "browser: $$($(VENV)/python scripts/browser.py)"
	$(VENV)/python -m pytest -n 2 --dist loadfile
	$(VENV)/python -m pytest -n 2 --dist loadfile -W default --nbval-lax --nbval-current-env --nbval-cell-timeout 3600 book

refresh: environment
	@$(VENV)/python scripts/refresh.py

lint: environment
	$(VENV)/ruff check
	$(VENV)/ruff format --check
	$(VENV)/codespell book src tests scripts benchmarks *.md
	$(VENV)/mypy
	$(VENV)/lint-imports

bench: environment
	@$(VENV)/python scripts/build.py --if-stale
	$(VENV)/python benchmarks/widgets.py
	$(VENV)/python benchmarks/library.py

audit: environment
	@$(VENV)/python scripts/environment.py --audit
	@$(VENV)/python scripts/build.py --if-stale
	$(VENV)/python -m pytest -m audit -rP tests/site/test_lighthouse.py
	$(VENV)/python -m pytest -n 2 --dist loadfile -m audit --ignore tests/site/test_lighthouse.py

pdf: environment
	@$(VENV)/python scripts/build.py --if-stale
	@$(VENV)/python scripts/make_pdf.py

links: environment
	@$(VENV)/python scripts/build.py --links

check: environment
	@$(VENV)/python scripts/check.py "$(CHAPTER)"
