"""Answers written to a connection by hand, where no WSGI application is at work."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from trackgate_wire.errors import ErrorBody, ErrorCode

from trackgate.serving.exchanges import Stage

JSON = "application/json"


def refusal(code: ErrorCode, message: str) -> bytes:
    """The body of an error answer."""
    return msgspec.json.encode(ErrorBody(code.value, message))


def whole(status: HTTPStatus, body: bytes) -> bytes:
    """An answer with its head, after which the connection is closed."""
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {JSON}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body


def _too_late(message: str) -> bytes:
    body = refusal(ErrorCode.DEADLINE_EXCEEDED, message)
    return whole(HTTPStatus.GATEWAY_TIMEOUT, body)


# What a caller is told when the time is over, by how far the request has come.
LATE = {
    Stage.WAITS: _too_late("The model was busy with other requests for too long."),
    Stage.IS_READ: whole(
        HTTPStatus.REQUEST_TIMEOUT,
        refusal(ErrorCode.BAD_REQUEST, "The request was not sent in time."),
    ),
    Stage.IS_COMPUTED: _too_late(
        "The model did not answer within its time; the computation was ended."
    ),
}
