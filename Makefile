# The only commands that a person must know. `make` alone lists them.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := $(CURDIR)/.venv/bin

# Commands of the environment come first, and nothing here reports to anybody.
export PATH := $(BIN):$(PATH)
export BENTOML_DO_NOT_TRACK := True
export FEAST_USAGE := False
export OTEL_SDK_DISABLED := true
export PULUMI_SKIP_UPDATE_CHECK := true
export RAY_USAGE_STATS_ENABLED := 0

# A target that is about one stack says which word is missing, before anything else does in more words.
needs = $(if $($(1)),,$(error `make $@` needs $(1)=…, for example `make $@ STACK=dev$(if $(filter BASE,$(1)), BASE=main)`))
begun = pulumi stack output --stack $(STACK) >/dev/null || { echo '  → begin it: sixfold init --stack $(STACK); or set PULUMI_BACKEND_URL, as that prints it' >&2; exit 1; }

.PHONY: help bootstrap pack restore up down status demo cost plan deploy drift review owners check test conformance cluster faults attacks lock mutants bench bench-evaluation bench-serving
.DEFAULT_GOAL := help

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

bootstrap: ## get what is missing: .venv, and the binaries in it
	@$(PYTHON) tools/bootstrap.py $(BOOTSTRAP)

pack: bootstrap ## write .venv and its binaries to build/environment.tar, and print the digest: for a job that builds nothing
	@$(PYTHON) tools/handover.py

restore: ## unpack build/environment.tar, if it has the digest; then BOOTSTRAP=--built builds nothing; DIGEST=sha256
	@$(PYTHON) tools/handover.py --restore "$$DIGEST"

up: bootstrap ## bring the whole platform up on this machine, from raw flights to live predictions
	@sixfold up

down: bootstrap ## stop it all and remove what it made
	@sixfold down

status: bootstrap ## ask each part whether it is well, and show where it is
	@sixfold status

cost: bootstrap ## estimate what a stack costs a month at rest; STACK=name, no credentials needed
	@sixfold cost

demo: up ## a good release goes live, a broken one is caught on late labels and taken back; figures in .sixfold/demo.png
	@sixfold demo

plan: bootstrap ## show what an apply would change; STACK=name
	@$(call needs,STACK)$(begun)
	@pulumi preview --diff --stack $(STACK) --policy-pack infra/policies

deploy: bootstrap ## apply a stack as it is committed: what CI runs; STACK=name
	@$(call needs,STACK)$(begun)
	@sixfold preflight --stack $(STACK)
	@sixfold recover --stack $(STACK)
	@pulumi up --yes --skip-preview --refresh --stack $(STACK) --policy-pack infra/policies

drift: bootstrap ## fail where something is not as the program says; changes nothing; STACK=name
	@$(call needs,STACK)$(begun)
	@pulumi preview --refresh --expect-no-changes --diff --stack $(STACK)

review: bootstrap ## write what a change does to a stack and its cost to build/review.md; STACK=name BASE=commit
	@$(call needs,STACK)$(call needs,BASE):
	@python tools/review.py --stack $(STACK) --base $(BASE) --to build/review.md

ORG ?= sixfold
owners: bootstrap ## write .github/CODEOWNERS from the roles and the products' owners; ORG=name of the GitHub organisation
	@sixfold codeowners --organisation $(ORG) > .github/CODEOWNERS

check: bootstrap ## lint, format, types, imports, and the lock in step with pyproject.toml
	ruff check
	ruff format --check
	mypy
	lint-imports
	python tools/lock.py --check
	zizmor --offline --quiet .github

test: bootstrap ## run the tests in two processes; ARGS="-k name" selects some, ARGS="-n 0" runs them in one
	@pytest -n 2 $(ARGS)

conformance: bootstrap ## take every AWS resource type through its life, and print the table; ARGS="-k s3" selects
	@pytest -q tests/engine/test_provider_aws.py $(ARGS)

cluster: bootstrap ## prove the stacks on a Kubernetes control plane of our own, each test with its time
	@$(PYTHON) tools/bootstrap.py --only cluster
	@WHOLE=1 pytest tests/cluster -v --durations=0 --durations-min=0.05 $(ARGS)

bench: bootstrap ## the provider's speed beside other ways to the same AWS calls, as a table; ARGS="--sizes 50"
	@python -m bench $(ARGS)

bench-evaluation: bootstrap ## 10 million predictions with late labels, beside Evidently and NannyML; ARGS=2000000 takes fewer
	@python -m bench.evaluation $(ARGS)

bench-serving: bootstrap ## a release of the local stack beside FastAPI, Feast and BentoML's defaults, as a table; after `make up`
	@python -m bench.serving $(ARGS)

faults: bootstrap ## kill runs at every AWS call, and count what the next run puts right; ARGS="--every 10" takes fewer
	@python -m tests.faults $(ARGS)

mutants: bootstrap ## change the code in small ways, and count the changes that no unit test notices; ARGS="sequential slo" takes some modules
	@nice python -m tools.mutants $(ARGS)

attacks: bootstrap ## what a web page, another user or an odd request gets from a local stack, as a table
	@pytest -q tests/attacks $(ARGS)

lock: bootstrap ## bring requirements.lock in step with pyproject.toml
	@python tools/lock.py
