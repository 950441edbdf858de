"""Bodies of requests: read once, within limits, and passed on to the application.

Strangers may send small forms only. Who is signed in to the console may send the form
of a digest with thousands of sources, and a form with a file.
"""

import asyncio
from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import parse_qsl

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from digests.language.normalization import parse_whole_number
from digests.types import frozen, frozen_positional

#: The field of every form that holds its token.
CSRF_FIELD: Final = "csrf"
_FORM, _FILE_FORM = "application/x-www-form-urlencoded", "multipart/form-data"
#: Why a body is not taken.
BodyProblem = Literal["content type", "too large"]


@frozen
class BodyLimits:
    """What one request may send."""

    bytes: int
    #: Of a form.
    fields: int
    #: Whether a form may have a file.
    takes_file: bool = False


STRANGER_LIMITS: Final = BodyLimits(bytes=64 * 1024, fields=2_500)
#: A digest may have 2,000 sources, each with a field for every setting of its own.
SIGNED_IN_LIMITS: Final = BodyLimits(bytes=1 << 20, fields=15_000, takes_file=True)
#: Fields of a form with a file.
_FIELDS_BESIDE_FILE: Final = 20


@frozen_positional
class RequestBody:
    """A body that was read."""

    #: The token of the form; "" = none.
    token: str
    #: A `receive` that returns the body, then what follows.
    replay: Receive


async def read_body(
    scope: Scope, receive: Receive, limits: BodyLimits
) -> RequestBody | BodyProblem:
    """Read the body of a form and its token, or say why it is not taken."""
    headers = Headers(scope=scope)
    kind = _parse_media_type(headers.get("content-type", ""))
    has_file = kind == _FILE_FORM and limits.takes_file
    if kind != _FORM and not has_file:
        return "content type"
    body = await _read_bytes(headers, receive, limits.bytes)
    if body is None:
        return "too large"
    if has_file:
        token = await _read_token_beside_file(scope, body)
    else:
        many = body.count(b"&") >= limits.fields
        token = None if many else await asyncio.to_thread(_read_token, body)
    if token is None:
        return "too large"
    return RequestBody(token=token, replay=_replay(body, receive))


async def read_form(request: Request) -> FormData:
    """Read the fields of a form that passed the middleware."""
    kind = request.headers.get("content-type", "")
    if _parse_media_type(kind) == _FILE_FORM:
        return await request.form(max_fields=SIGNED_IN_LIMITS.fields, max_files=1)
    # A megabyte of escapes or thousands of fields take longer than the loop may wait.
    return FormData(await asyncio.to_thread(_parse_fields, await request.body()))


def _parse_media_type(written: str) -> str:
    return written.split(";")[0].strip().lower()


def _parse_fields(body: bytes) -> list[tuple[str, str | UploadFile]]:
    fields = parse_qsl(
        body.decode("latin-1"),
        keep_blank_values=True,
        max_num_fields=SIGNED_IN_LIMITS.fields,
    )
    return [*fields]


async def _read_bytes(
    headers: Mapping[str, str], receive: Receive, most: int
) -> bytes | None:
    """Read the body; None if it is longer than `most` bytes, or was cut off."""
    declared = headers.get("content-length", "0")
    if parse_whole_number(declared, most) is None:
        return None
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > most:
            return None
        more = message.get("more_body", False)
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body}]

    async def read() -> Message:
        return waiting.pop() if waiting else await receive()

    return read


def _read_token(body: bytes) -> str:
    first = body.partition(b"&")[0]
    # Our forms have it in front.
    searched = first if first.startswith(f"{CSRF_FIELD}=".encode()) else body
    try:
        pairs = parse_qsl(searched.decode("ascii"))
    except ValueError:
        return ""
    return next((value for name, value in pairs if name == CSRF_FIELD), "")


async def _read_token_beside_file(scope: Scope, body: bytes) -> str | None:
    """Read the token; None if the form is broken or has too much in it."""
    request = Request(scope, _replay(body, _receive_nothing))
    try:
        async with request.form(max_files=1, max_fields=_FIELDS_BESIDE_FILE) as form:
            return str(form.get(CSRF_FIELD) or "")
    except (HTTPException, MultiPartException, ValueError, KeyError):
        return None


async def _receive_nothing() -> Message:
    return {"type": "http.disconnect"}
