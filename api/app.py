"""The application: routes, the gate in front of them, and the office behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api import errors
from api.gate import Gate
from api.office import Office
from api.routes import public, router
from api.settings import Settings
from lottery import __version__

DESCRIPTION = """
A school lottery anyone can check. Send a cycle and a policy, follow the job, and read one child's answer at a time:
there is no list of children here, and no export. Every run made through this API is a REHEARSAL.
"""


def create_app(settings: Settings) -> FastAPI:
    """Build the application; the database is opened, and interrupted jobs are settled, when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.office = Office(settings)
        app.state.office.jobs.resume()
        try:
            yield
        finally:
            app.state.office.close()

    app = FastAPI(
        title="lottery",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # the usual page loads its scripts from somewhere else
        redoc_url=None,
    )
    app.include_router(public)
    app.include_router(router)
    errors.install(app)
    app.add_middleware(Gate, settings=settings)
    return app
