"""Errors of the official client, as ours."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import msgspec
from urllib3.exceptions import HTTPError

from trackgate.errors import (
    InvalidState,
    NotFound,
    PermissionDenied,
    TrackgateError,
    Unreachable,
)
from trackgate.models.libraries import load


@contextmanager
def translated() -> Generator[None]:
    """Raises NotFound, PermissionDenied (nobody, or not allowed to), InvalidState.

    Unreachable where no answer came, or where the cluster is in trouble: to ask again
    later may help.
    """
    errors = load("kubernetes.client.exceptions", extra="kubernetes")
    try:
        yield
    except errors.ApiException as error:
        raise _kind(error.status)(f"Kubernetes says: {_message(error)}") from None
    except HTTPError as error:
        raise Unreachable(f"Kubernetes does not answer: {error}") from None


def _kind(status: int) -> type[TrackgateError]:
    if status == HTTPStatus.NOT_FOUND:
        return NotFound
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return PermissionDenied
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= 500:
        return Unreachable
    return InvalidState


class _Status(msgspec.Struct):
    """What of a failure's body is for people (Kubernetes API, "Status v1 meta")."""

    message: str


def _message(error: Any) -> str:
    try:
        return msgspec.json.decode(error.body or b"", type=_Status).message
    except msgspec.DecodeError:
        return str(error.reason)
