# Everything a person or CI does here. `make` alone lists it.
# Programs are run as `.venv/bin/python -m ...`: the scripts beside it cannot be run from a path with a space.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run stop start status service test check prove story bench contracts lock token clean environment
PYTHON ?= $(shell deploy/local/find-python)
RUN := .venv/bin/python

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

environment:
	@python="$(PYTHON)" && [ -n "$$python" ] && "$$python" -m deploy.local.environment

run: environment  ## start everything on this machine; Ctrl-C stops it
	@exec $(RUN) -m deploy.local run

stop: environment  ## stop one process of the running system: NAME=kafka, postgres, register, register-worker, ...
	@$(RUN) -m deploy.local stop "$(NAME)"

start: environment  ## start it again: NAME=...
	@$(RUN) -m deploy.local start "$(NAME)"

status: environment  ## what runs, since when, and where
	@$(RUN) -m deploy.local status

token: environment  ## print a bearer token for the local run: ROLE=school URN=..., ROLE=partner KIND=police, ROLE=lead_officer SUBJECT=...
	@$(RUN) -m deploy.local token "$(ROLE)" --urn="$(URN)" --subject="$(SUBJECT)" --kind="$(KIND)"

service: environment  ## a service's own command beside the running system: NAME=register DO="parked list"
	@$(RUN) -m deploy.local service "$(NAME)" $(DO)

story: environment  ## watch one child's case travel through the running system
	@$(RUN) -m tests.story

# Each of the runners has servers of its own; the long tests need the machine to themselves.
test: environment  ## every test but the long ones, on as many cores as there are
	@$(RUN) -m pytest -m "not prove" --numprocesses=auto --maxprocesses=4 --dist=loadfile $(ARGS)

prove: environment  ## the long tests: kills, floods, conformance
	@$(RUN) -m pytest -m prove $(ARGS)

check: environment  ## format, lint, types, imports, contracts, policy, generated pages
	@$(RUN) -m deploy.local.check

bench: environment  ## measure beside the limit: PART=bus, product, intake, matching, register; all parts without
	@$(RUN) -m tests.bench $(PART)

contracts: environment  ## generate schemas, AsyncAPI and the catalogue from the events
	@$(RUN) -m cme_contracts build

lock:  ## resolve the dependencies again: UPGRADE=all takes the newest of everything, UPGRADE=NAME of one
	@python="$(PYTHON)" && [ -n "$$python" ] && "$$python" -m deploy.local.lock $(UPGRADE)

clean:  ## remove all the data of the local run
	@if [ -x .venv/bin/python ]; then $(RUN) -m deploy.local clean; else rm -rf .cme; fi
