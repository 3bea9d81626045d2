"""Every error as JSON of the protocol's shape."""

from __future__ import annotations

import logging

import flask
from flask import Flask
from trackgate_wire import codec
from trackgate_wire.errors import (
    ErrorBody,
    ErrorCode,
    TrackgateError,
)
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from trackgate_server.blobs.store import OutOfReach
from trackgate_server.filters import FilterError

_log = logging.getLogger(__name__)

_RETRY_AFTER_S = "1"


def register(app: Flask) -> None:
    """Have `app` answer all errors, foreseen or not."""

    def handle(error: Exception) -> Response:
        return answer_to(error, flask.request)

    app.register_error_handler(Exception, handle)


def answer_to(error: Exception, request: Request) -> Response:
    """What the caller is told of an error, foreseen or not."""
    if isinstance(error, TrackgateError):
        return _foreseen(error)
    if isinstance(error, FilterError):
        return answer(ErrorCode.INVALID_PARAMETER_VALUE, error.message, 400)
    if isinstance(error, HTTPException):
        return _of_the_framework(error, request)
    return _unforeseen(error, request)


def answer(code: ErrorCode, message: str, status: int) -> Response:
    """An error answer."""
    body = codec.encode(ErrorBody(code.value, message))
    response = Response(body, status, content_type="application/json")
    if status in (429, 503):
        response.headers["Retry-After"] = _RETRY_AFTER_S
    return response


def _foreseen(error: TrackgateError) -> Response:
    if isinstance(error, OutOfReach):
        _log.error("The artifact store cannot be used: %s.", error.reason)
    return answer(error.code, error.message, error.status)


def _of_the_framework(error: HTTPException, request: Request) -> Response:
    status = error.code or 500
    if status == 404:
        message = f"No API endpoint at {request.path}."
        return answer(ErrorCode.ENDPOINT_NOT_FOUND, message, 404)
    if status == 405:
        message = f"{request.path} does not answer {request.method}."
        response = answer(ErrorCode.ENDPOINT_NOT_FOUND, message, 405)
        response.headers["Allow"] = ", ".join(
            getattr(error, "valid_methods", None) or ()
        )
        return response
    if status == 413:
        message = "The request's body is larger than is allowed here."
        return answer(ErrorCode.INVALID_PARAMETER_VALUE, message, 413)
    if status < 500:
        message = error.description or "Bad request."
        return answer(ErrorCode.BAD_REQUEST, message, status)
    return _unforeseen(error, request)


def _unforeseen(error: Exception, request: Request) -> Response:
    request_id = request.headers.get("X-Request-Id", "-")
    _log.error(
        "%s %s failed (request %s)",
        request.method,
        request.path,
        request_id,
        exc_info=error,
    )
    message = (
        "The server failed at this request; the admin finds the cause in its log under"
        f" request {request_id}."
    )
    return answer(ErrorCode.INTERNAL_ERROR, message, 500)
