.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long trust check schemas bench audit-million lock clean manifests k8s-check conformance sbom image-check fuzz mutation audit-dependencies
PY := .venv/bin/python

help: ## Show this help
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-11s %s\n", $$1, $$2}'

setup: ## Install what the demo needs: .venv from the lock, the broker's Debian package
	@scripts/setup.sh demo

demo: setup ## One true story, end to end, on private servers; about a minute
	@$(PY) -m scripts.demo

test: ## All tests, on private servers that end with the run
	@scripts/setup.sh test
	$(PY) -m pytest -n 2 --dist loadfile -m "not long"

test-long: ## The long forms of tests: minutes more, the same rules
	@scripts/setup.sh test
	$(PY) -m pytest -n 2 --dist loadfile -m long

trust: ## Attacks on all of Carnet, at length: 100 kills, 56 other mishaps (about 40 minutes), 100,000 requests
	@scripts/setup.sh test
	CARNET_TRUST_KILLS=100 CARNET_TRUST_REQUESTS=460 $(PY) -m pytest tests/trust
	@cat var/trust/report.json

check: ## Format, lint, weaknesses, types, imports, schemas: what must hold before the tests run
	@scripts/setup.sh check
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m bandit -q -c pyproject.toml -r services shared scripts
	$(PY) -m mypy services shared scripts tests
	.venv/bin/lint-imports --no-logo
	$(PY) -m scripts.schemas check
	$(PY) -m scripts.manifests check

schemas: ## Export the schemas of every request, answer and message from the code
	@scripts/setup.sh check
	$(PY) -m scripts.schemas export

bench: ## What Carnet carries here, beside yardsticks; 12 minutes; BENCH="--long", "--growth", "--soak 30", "--only openings"
	@scripts/setup.sh bench
	@$(PY) -m scripts.bench $(BENCH)

audit-million: ## A million events logged, verified and replayed: time and memory; ten minutes
	@scripts/setup.sh check
	@$(PY) -m scripts.bench.audit_million

lock: ## Resolve pyproject.toml into requirements.lock: every version, every hash, no address
	@scripts/setup.sh check
	.venv/bin/uv pip compile pyproject.toml --group dev --python-version 3.11 --quiet \
	  --generate-hashes --no-annotate --no-header --no-emit-index-url --output-file requirements.lock
	@! grep -nE '://|^-' requirements.lock

clean: ## Remove .venv, var/ and every cache; servers that still run are stopped first
	@for up in var/*/environment; do \
	  if [ -x $(PY) ] && [ -f $$up ]; then $(PY) -m scripts.cli down --dir $$(dirname $$up); fi; done
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

manifests: ## Derive deploy/ and k8s/base/carnet from the code
	@scripts/setup.sh check
	$(PY) -m scripts.manifests export

k8s-check: ## Render the overlays; validate them for several versions; scan them; test every alert
	@scripts/setup.sh check
	@scripts/k8s_tools.sh
	$(PY) -m scripts.manifests check
	$(PY) -m pytest -n 2 tests/k8s tests/deploy/unit

conformance: setup ## Run the conformance kit on a private Carnet
	@./scripts/carnet up --detach --dir var/conformance
	@./scripts/carnet conformance --dir var/conformance; ended=$$?; \
	  ./scripts/carnet down --dir var/conformance; exit $$ended

sbom: ## CycloneDX list of what the image holds, and its licences, in var/sbom
	@scripts/setup.sh check
	@scripts/k8s_tools.sh
	$(PY) -m scripts.sbom

image-check: setup ## Run the image's steps in a clean Debian root (as root; minutes)
	@$(PY) -m scripts.image

fuzz: ## A million parser runs guided by coverage, requests by schema, 100,000 over AMQP; an hour
	@scripts/setup.sh test
	$(PY) -m tests.fuzz.campaign
	CARNET_FUZZ_TRIES=50 $(PY) -m pytest -q -n 2 tests/fuzz/test_contracts.py tests/fuzz/test_messages.py tests/fuzz/test_followers.py
	CARNET_TRUST_REQUESTS=460 $(PY) -m pytest tests/trust/test_requests.py
	@cat var/trust/report.json

mutation: ## Small wrongs put into the modules of a list: which do the tests notice; more than an hour
	@scripts/setup.sh test
	@$(PY) -m scripts.mutation

audit-dependencies: ## Known weaknesses of what the lock installs, from the advisory service
	@scripts/setup.sh check
	@scripts/k8s_tools.sh
	@$(PY) -m scripts.audit_dependencies
