#!/bin/sh
# Make .venv from the lock, with python3 and pip alone.  NO_UV=1 does it without uv (slower).
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
export UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS=true PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

# A folder of our own: no system package is touched, and neither venv nor ensurepip has to be installed.
boot() { [ -e ".boot/$1" ] || "$python" -m pip install -q --target .boot "$2"; }

if [ -n "${NO_UV:-}" ]; then
    boot virtualenv 'virtualenv>=20'
    [ -x .venv/bin/python ] || PYTHONPATH=.boot "$python" -m virtualenv -q .venv
    .venv/bin/python -m pip install -q --require-hashes -r requirements.lock
    .venv/bin/python -m pip install -q --no-deps -e .
else
    boot bin/uv 'uv>=0.9,<1'
    [ -x .venv/bin/python ] || .boot/bin/uv venv -q -p "$python" .venv
    .boot/bin/uv pip install -q -p .venv --require-hashes -r requirements.lock
    .boot/bin/uv pip install -q -p .venv --no-deps -e .
fi
touch .venv/ready
