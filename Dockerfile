# syntax=docker/dockerfile:1
FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy
WORKDIR /build
RUN python -m pip install --root-user-action=ignore "uv>=0.9,<1"
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY src src
COPY policies policies
RUN uv venv /app/.venv && uv pip install -p /app/.venv -c requirements.lock ".[arrow,serve]"

FROM python:3.12-slim-bookworm
# Numba writes its compiled kernels where the user may write; the data folder is a volume.
ENV PATH=/app/.venv/bin:$PATH PYTHONPATH=/app NUMBA_CACHE_DIR=/home/lottery/.cache/numba PYTHONDONTWRITEBYTECODE=1
RUN useradd --create-home --uid 10001 lottery && mkdir -p /data && chown lottery:lottery /data
WORKDIR /app
COPY --from=build /app/.venv /app/.venv
COPY api api
COPY simulations simulations
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/v1/health', timeout=4)"]
# LOTTERY_TOKEN must be set: the server refuses to listen beyond this machine without one.
CMD ["lottery", "serve", "--host", "0.0.0.0", "--port", "8000", "--database", "sqlite:////data/lottery.db", "--data", "/data/runs"]
