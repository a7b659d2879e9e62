# Short names for what ./rw and the generators do. `make help` lists them.
.PHONY: help test check golden docs lock
help:  ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'
test:  ## Everything that CI runs
	./rw test
check:  ## The fast part: no machines, no local cloud
	./rw test --fast
golden:  ## Renew golden files; read the diff before you commit it
	.venv/bin/pytest -q tests --update-golden -m "not machines"
docs:  ## Regenerate docs/reference
	.venv/bin/python -m rackwright.cli docs
lock:  ## Resolve requirements.in again (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links -o requirements.lock requirements.in
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links -c requirements.lock -o requirements-dev.lock requirements-dev.in
