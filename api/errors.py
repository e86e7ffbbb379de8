"""Every refusal as an answer: the table is the documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from lottery.errors import LotteryError, Problem, Refusal


class NotFound(LotteryError):
    """There is no such thing here."""


class NotFinished(LotteryError):
    """The thing exists, and has no results."""


class Unauthorized(LotteryError):
    """The request does not show the token."""


class TooLarge(LotteryError):
    """More was sent than this server takes."""


class Unavailable(LotteryError):
    """The server cannot answer now."""


class UploadError(Refusal):
    """What was sent cannot be read as a cycle and a policy."""

    noun = "upload"


STATUS: Mapping[type[Exception], int] = {
    Unauthorized: 401,
    NotFound: 404,
    NotFinished: 409,
    TooLarge: 413,
    Unavailable: 503,
    Refusal: 422,
    LotteryError: 400,
}
FAILED = "The program itself failed; nothing was written. Please report what you did, and the time."


def install(app: FastAPI) -> None:
    """Answer every error in one shape, and never with a traceback."""
    app.add_exception_handler(LotteryError, _refused)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failed)


def answer(error: LotteryError) -> JSONResponse:
    """A refusal as a response."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(body(error), status, headers)


def body(error: LotteryError) -> dict[str, Any]:
    """`error` in one sentence, and the problems each with its place and remedy."""
    if isinstance(error, Refusal):
        return {"error": str(error).partition(":\n")[0] + ".", "problems": plain(error.problems)}
    return {"error": str(error), "problems": []}


def plain(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Problems as JSON objects."""
    return [{name: getattr(problem, name) for name in Problem.__dataclass_fields__} for problem in problems]


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LotteryError)
    return answer(error)


async def _not_understood(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = [
        Problem("request", None, ".".join(map(str, detail["loc"])), "", f"{detail['msg']}.", "Correct this parameter.")
        for detail in error.errors()
    ]
    return JSONResponse({"error": "The request is not understood.", "problems": plain(problems)}, 422)


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": f"{error.detail.rstrip('.')}.", "problems": []}, error.status_code, error.headers)


async def _failed(_: Request, __: Exception) -> JSONResponse:
    return JSONResponse({"error": FAILED, "problems": []}, 500)
