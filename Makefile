# Two commands: `make demo` runs the lottery on the sample district, `make test` proves the engine.
BIN = .venv/bin
READY = .venv/ready
.PHONY: demo test lint nightly bench docs lock clean

demo: $(READY)
	@rm -rf demo && $(BIN)/lottery demo --out demo

test: lint
	@$(BIN)/python tests/missing.py
	$(BIN)/pytest -q -n 2 -m "not nightly"
	NUMBA_DISABLE_JIT=1 $(BIN)/pytest -q -n 2 -m "not nightly and not browser"

lint: $(READY)
	$(BIN)/ruff check -q . && $(BIN)/ruff format -q --check . && $(BIN)/mypy && $(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile

nightly: $(READY)
	$(BIN)/pytest -q -n 2

bench: $(READY)
	$(BIN)/pytest benchmarks -q -p pytest_benchmark.plugin -o python_files='bench_*.py'

docs: $(READY)
	$(BIN)/python docs/generate.py

lock: $(READY)
	.boot/bin/uv pip compile -q pyproject.toml --all-extras --group dev --universal --generate-hashes -o requirements.lock

$(READY): pyproject.toml requirements.lock install.sh
	@./install.sh

clean:
	rm -rf .venv .boot demo
