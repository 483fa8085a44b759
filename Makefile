# Needs Python 3.11 or newer (3.13 is what Lambda runs), make and git; everything else is installed by pip. The
# JavaScript clients' tests need Node 20 or newer too, and are left out where it is missing.
SHELL := /bin/sh
.DEFAULT_GOAL := help

# python3.13 on the PATH may be a shim that only says where to find it: take the first that runs
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for python in python3.13 $(HOME)/.pyenv/versions/3.13*/bin/python3.13 python3; do \
	$$python -c 'import sys, ensurepip; sys.exit(1) if sys.version_info < (3, 11) else print(sys.executable)' \
	  2>/dev/null && break; done)
endif
PYTHON := $(or $(PYTHON),$(error No Python 3.11 or newer with venv and pip was found: make … PYTHON=/its/path))

DEV = .venv/bin/python
SAM = SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam
LOCAL = PYTHONPATH=tests $(DEV) -m local
# ENV names a stack on AWS; without it the running local stack is meant
STACK = $(if $(ENV),darkroom-$(ENV),darkroom-local)
WITHIN = $(if $(ENV),PYTHONPATH=layers/shared:tests,$(LOCAL).within)
NEEDS_ENV = $(if $(filter dev prod,$(ENV)),,$(error Which stack? make $@ ENV=dev, or ENV=prod))

.PHONY: help demo up down test slow soak least-privilege scan audit lint types build deploy tenant remove-tenant cap rate prices redrive key revoke-key upstream-key logs bench side-by-side clean environments scanners javascript pins

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  %-15s %s\n", $$1, $$2}'

demo: environments ## See the main job done: prompts in, pictures and verified webhooks out
	@$(LOCAL).demo

up: environments ## Bring the local stack up, or up to date (PORT= UPSTREAM_URL= UPSTREAM_KEY= WEBHOOK_ALLOW= CALLBACKS=off TIER= INFERENCE_SECONDS=)
	@$(LOCAL).up

down: environments ## Take the local stack down (PORT=)
	@$(LOCAL).down

test: environments scanners javascript lint types ## Run all that CI runs: lint, types, the tests, those on a local stack of their own too
	@$(DEV) -m pytest -n auto --ignore tests/stack
	@$(LOCAL).with_stack $(DEV) -m pytest -rs -m "not slow" tests/stack

slow: environments ## Run the stack's tests that wait for minutes: a line at its limits, what the reconciler takes up
	@$(LOCAL).with_stack $(DEV) -m pytest -rs -m slow tests/stack

soak: environments ## Run the simulation for long, on all cores (SEEDS=100000), or one seed of it again (SEED=123)
	@PYTHONPATH=layers/shared:functions:tests $(DEV) -m simulation $(if $(SEED),--seed $(SEED),$(or $(SEEDS),100000))

least-privilege: environments ## Take away each thing that a role may do, on a stack of its own, and see a test break (ONLY=PollerRole)
	@$(LOCAL).with_stack $(DEV) -m privileges.checker $(ONLY)

scan: scanners ## Scan the template, as it stands and as CloudFormation gets it (checkov), and audit the pins
	@PYTHONPATH=tests $(DEV) -m scan
	@$(MAKE) -s audit

audit: scanners ## Ask a vulnerability service about every pinned package (pip-audit); without an answer it fails
	@PYTHONPATH=tests $(DEV) -m scan.audit

lint: environments ## Check the code's form and habits
	@$(DEV) -m ruff format --check --quiet .
	@$(DEV) -m ruff check --quiet .

types: environments ## Check the types
	@$(DEV) -m mypy layers/shared functions tests

build: environments ## Build what `make deploy` sends to AWS, for arm64 on any machine
	@LAYER_PYTHON=$(abspath $(DEV)) LAYER_CACHE=$(abspath .local/builds/layer) $(SAM) build --cached

deploy: environments ## Build and deploy to AWS (ENV=dev or prod, PARAMETERS="Name=value …")
	$(NEEDS_ENV)
	@$(MAKE) -s build
	@$(SAM) deploy --config-env $(ENV) $(if $(PARAMETERS),--parameter-overrides $(PARAMETERS))

tenant: environments ## Make a tenant and show its API key and webhook secret, once (NAME=acme, ENV=)
	@$(WITHIN) $(DEV) -m darkroom.admin create-tenant "$(or $(NAME),$(error make tenant NAME=acme))" --stack $(STACK)

remove-tenant: environments ## Refuse all keys of a tenant and of its sub-accounts from now on; data stay (NAME=acme, ENV=)
	@$(WITHIN) $(DEV) -m darkroom.admin remove-tenant "$(or $(NAME),$(error make remove-tenant NAME=acme))" --stack $(STACK)

key: environments ## Make one more API key for a tenant and show it, once (NAME=acme, FOR="what it is for", ENV=)
	@$(WITHIN) $(DEV) -m darkroom.admin create-key "$(or $(NAME),$(error make key NAME=acme))" --name "$(FOR)" --stack $(STACK)

revoke-key: environments ## Refuse an API key from now on (KEY=the key, or KEY=its id with NAME=acme, ENV=)
	@$(WITHIN) $(DEV) -m darkroom.admin revoke-key "$(or $(KEY),$(error make revoke-key KEY=key_… NAME=acme))" \
	  $(if $(NAME),--tenant "$(NAME)") --stack $(STACK)

cap: environments ## Set what a tenant may spend from now on (NAME=acme USD=25.00, or USD=none, ENV=)
	@$(WITHIN) $(DEV) -m darkroom.admin set-cap "$(or $(NAME),$(error make cap NAME=acme USD=25.00))" \
	  "$(or $(USD),$(error make cap NAME=acme USD=25.00, or USD=none))" --stack $(STACK)

rate: environments ## Set how many requests a minute a tenant may make (NAME=acme RPM=60, or RPM=none, ENV=)
	@$(WITHIN) $(DEV) -m darkroom.admin set-rate "$(or $(NAME),$(error make rate NAME=acme RPM=60))" \
	  "$(or $(RPM),$(error make rate NAME=acme RPM=60, or RPM=none))" --stack $(STACK)

prices: environments ## Ask upstream for its prices and store them (ENV=)
	@$(WITHIN) $(DEV) -m darkroom.admin refresh-prices --stack $(STACK)

redrive: environments ## Put dead letters back on their queue and say how their jobs stand (QUEUE=jobs or webhooks, ENV=)
	@$(WITHIN) $(DEV) -m darkroom.admin redrive \
	  "$(or $(filter jobs webhooks,$(QUEUE)),$(error make redrive QUEUE=jobs, or QUEUE=webhooks))" --stack $(STACK)

upstream-key: environments ## Store the WaveSpeedAI API key, read from standard input (ENV=)
	@$(WITHIN) $(DEV) -m local.upstream_key $(STACK)

logs: environments ## Follow the functions' logs (ENV=, PORT=)
	@# sam follows each log in a thread of its own, and has no more threads than this minus the four it adds
	@PYTHON_CPU_COUNT=32 $(if $(ENV),$(SAM),$(LOCAL).within env PYTHON_CPU_COUNT=32 .venv-sam/bin/sam) logs --stack-name $(STACK) --tail

bench: environments ## Measure what the README promises, on a stack of its own; tables and charts in build/bench (ONLY=bursts)
	@PYTHONPATH=tests $(PYTHON) -m local.environments bench
	@PYTHONPATH=layers/shared:functions:tests $(DEV) -m benchmarks $(ONLY)

side-by-side: environments ## Measure Darkroom beside the wavespeed client alone and LiteLLM's proxy (needs Linux)
	@PYTHONPATH=tests $(PYTHON) -m local.environments litellm
	@PYTHONPATH=layers/shared:functions:tests $(DEV) -m benchmarks.side_by_side

clean: environments ## Take all local stacks down and remove what was built
	@$(LOCAL).down --all
	@rm -rf .local .aws-sam build tests/javascript/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find functions layers tests -name __pycache__ -type d -prune -exec rm -rf {} +

environments:
	@PYTHONPATH=tests $(PYTHON) -m local.environments dev ministack sam lambda

scanners: environments
	@PYTHONPATH=tests $(PYTHON) -m local.environments scan

javascript:
	@PYTHONPATH=tests $(PYTHON) -m local.javascript

pins: ## Write the pinned requirements anew from pyproject.toml (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
	  --no-emit-find-links --generate-hashes --group runtime -o layers/shared/requirements.txt
	@for group in dev ministack sam bench scan litellm; do \
	  uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
	    --no-emit-find-links --group $$group -o tests/requirements/$$group.txt; done
