"""Errors of the protocol: the class is the code, the code has one status.

The table follows the peer's (MLflow 3.x, `exceptions.py`); that
RESOURCE_ALREADY_EXISTS is a 400 there, and not a 409, is deliberate.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec


class ErrorCode(StrEnum):
    """What went wrong, as the protocol names it."""

    INVALID_PARAMETER_VALUE = "INVALID_PARAMETER_VALUE"
    BAD_REQUEST = "BAD_REQUEST"
    RESOURCE_ALREADY_EXISTS = "RESOURCE_ALREADY_EXISTS"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    RESOURCE_DOES_NOT_EXIST = "RESOURCE_DOES_NOT_EXIST"
    NOT_FOUND = "NOT_FOUND"
    ENDPOINT_NOT_FOUND = "ENDPOINT_NOT_FOUND"
    RESOURCE_CONFLICT = "RESOURCE_CONFLICT"
    REQUEST_LIMIT_EXCEEDED = "REQUEST_LIMIT_EXCEEDED"
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    INVALID_STATE = "INVALID_STATE"
    DATA_LOSS = "DATA_LOSS"
    NOT_IMPLEMENTED = "NOT_IMPLEMENTED"
    TEMPORARILY_UNAVAILABLE = "TEMPORARILY_UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"


STATUS: dict[ErrorCode, int] = {
    ErrorCode.INVALID_PARAMETER_VALUE: 400,
    ErrorCode.BAD_REQUEST: 400,
    ErrorCode.RESOURCE_ALREADY_EXISTS: 400,
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.PERMISSION_DENIED: 403,
    ErrorCode.RESOURCE_DOES_NOT_EXIST: 404,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.ENDPOINT_NOT_FOUND: 404,
    ErrorCode.RESOURCE_CONFLICT: 409,
    ErrorCode.REQUEST_LIMIT_EXCEEDED: 429,
    ErrorCode.RESOURCE_EXHAUSTED: 429,
    ErrorCode.INTERNAL_ERROR: 500,
    ErrorCode.INVALID_STATE: 500,
    ErrorCode.DATA_LOSS: 500,
    ErrorCode.NOT_IMPLEMENTED: 501,
    ErrorCode.TEMPORARILY_UNAVAILABLE: 503,
    ErrorCode.DEADLINE_EXCEEDED: 504,
}


class TrackgateError(Exception):
    """Anything the protocol can say went wrong; `code` names it."""

    code: ClassVar[ErrorCode] = ErrorCode.INTERNAL_ERROR

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def error_code(self) -> str:
        """The code as MLflow's exceptions give it."""
        return self.code.value

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return STATUS[self.code]


class InvalidParameterValue(TrackgateError):
    code = ErrorCode.INVALID_PARAMETER_VALUE


class BadRequest(TrackgateError):
    code = ErrorCode.BAD_REQUEST


class AlreadyExists(TrackgateError):
    code = ErrorCode.RESOURCE_ALREADY_EXISTS


class Unauthenticated(TrackgateError):
    code = ErrorCode.UNAUTHENTICATED


class PermissionDenied(TrackgateError):
    code = ErrorCode.PERMISSION_DENIED


class NotFound(TrackgateError):
    code = ErrorCode.RESOURCE_DOES_NOT_EXIST


class EndpointNotFound(TrackgateError):
    code = ErrorCode.ENDPOINT_NOT_FOUND


class Conflict(TrackgateError):
    code = ErrorCode.RESOURCE_CONFLICT


class LimitExceeded(TrackgateError):
    code = ErrorCode.REQUEST_LIMIT_EXCEEDED


class InternalError(TrackgateError):
    code = ErrorCode.INTERNAL_ERROR


class InvalidState(TrackgateError):
    code = ErrorCode.INVALID_STATE


class NotImplementedHere(TrackgateError):
    code = ErrorCode.NOT_IMPLEMENTED


class TemporarilyUnavailable(TrackgateError):
    code = ErrorCode.TEMPORARILY_UNAVAILABLE


class DeadlineExceeded(TrackgateError):
    code = ErrorCode.DEADLINE_EXCEEDED


CLASSES: dict[str, type[TrackgateError]] = {
    kind.code.value: kind for kind in TrackgateError.__subclasses__()
}


class ErrorBody(msgspec.Struct, frozen=True):
    """The JSON object every error answer carries."""

    error_code: str
    message: str = ""


def error_from(body: ErrorBody) -> TrackgateError:
    """The error that an answer describes; unknown codes become InternalError."""
    kind = CLASSES.get(body.error_code)
    if kind is None:
        return InternalError(f"{body.error_code}: {body.message}")
    return kind(body.message)
