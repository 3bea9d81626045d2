"""Errors the client raises: the protocol's, and a few it finds by itself."""

from __future__ import annotations

from trackgate_wire.errors import (
    AlreadyExists,
    BadRequest,
    Conflict,
    DeadlineExceeded,
    EndpointNotFound,
    ErrorCode,
    InternalError,
    InvalidParameterValue,
    InvalidState,
    LimitExceeded,
    NotFound,
    NotImplementedHere,
    PermissionDenied,
    TemporarilyUnavailable,
    TrackgateError,
    Unauthenticated,
)

__all__ = [
    "AlreadyExists",
    "BadRequest",
    "BadSetting",
    "Conflict",
    "DeadlineExceeded",
    "EndpointNotFound",
    "ErrorCode",
    "ExecutionException",
    "InternalError",
    "InvalidParameterValue",
    "InvalidState",
    "LimitExceeded",
    "NotFound",
    "NotImplementedHere",
    "PermissionDenied",
    "RunAlreadyActive",
    "TemporarilyUnavailable",
    "TrackgateError",
    "Unauthenticated",
    "Unreachable",
]


class BadSetting(InvalidParameterValue):
    """A setting is missing or cannot be read; the message names it."""


class ExecutionException(TrackgateError):
    """A project cannot be run as it was asked for, or its run has failed.

    MLflow's name, and its code (INTERNAL_ERROR), for both.
    """


class RunAlreadyActive(InvalidState):
    """A run was started while another one is active, and not as nested."""


class Unreachable(TemporarilyUnavailable):
    """No answer came, however often we asked."""
