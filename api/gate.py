"""
Who may come in, and with how much: decided before a byte of the body is read.

Identifiers of runs are random, and the token is asked for whatever the path, so that no address shows a child's answer
to a stranger (F24).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import TooLarge, Unauthorized, answer
from api.settings import MEGABYTE, Settings, is_loopback
from lottery.errors import LotteryError

OPEN_PATHS = ("/v1/health",)
HEADERS: Sequence[tuple[bytes, bytes]] = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
)


class Gate:
    """Asks for the token, or for a caller on this machine where there is none, and counts what is sent."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *HEADERS]}
            await send(message)

        headers = Headers(scope=scope)
        try:
            if scope["path"] not in OPEN_PATHS:
                self._admit(headers)
            declared = headers.get("content-length", "")
            self._weigh(int(declared) if declared.isdecimal() else 0)
        except LotteryError as error:
            await answer(error)(scope, receive, send_guarded)
            return
        await self.app(scope, self._counting(receive), send_guarded)

    def _admit(self, headers: Headers) -> None:
        token = self.settings.token
        scheme, _, shown = headers.get("authorization", "").partition(" ")
        known = secrets.compare_digest(shown.encode("latin-1"), token.encode())  # a header is bytes, read as Latin-1
        if token and not (known and scheme.lower() == "bearer"):
            raise Unauthorized("This address needs the header `Authorization: Bearer TOKEN`, with this server's token.")
        # Without a token, a page open in the clerk's browser must not reach in through a name that points here.
        named = [f"//{headers.get('host', '')}", *headers.getlist("origin")]
        if not token and not all(map(_points_here, named)):
            raise Unauthorized("This server has no token, so it answers only to localhost on the machine it runs on.")

    def _weigh(self, size: int) -> None:
        if size > self.settings.largest_request:
            most = self.settings.largest_request // MEGABYTE
            raise TooLarge(f"At most {most} MB are taken in one request. Compress the cycle, or send Parquet files.")

    def _counting(self, receive: Receive) -> Receive:
        """A body without a declared length is weighed while it comes."""
        size = 0

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            try:
                self._weigh(size)
            except TooLarge as error:  # the reader of forms hides every other exception behind a 400
                raise HTTPException(413, str(error)) from None
            return message

        return receive_counted


def _points_here(address: str) -> bool:
    try:
        return is_loopback(urlsplit(address).hostname or "")
    except ValueError:
        return False
