"""From an HTTP answer to an error that says what to do."""

from __future__ import annotations

import msgspec
import requests
from trackgate_wire.errors import ErrorBody, error_from

from trackgate import errors
from trackgate.credentials import WHAT_TO_SET, Credentials
from trackgate.errors import TrackgateError

_SHOWN = 120
# Made once, by one thread: see `trackgate_wire.codec.prepare`.
_errors = msgspec.json.Decoder(ErrorBody)

_BY_STATUS: dict[int, type[TrackgateError]] = {
    400: errors.BadRequest,
    403: errors.PermissionDenied,
    404: errors.EndpointNotFound,
    408: errors.DeadlineExceeded,
    413: errors.InvalidParameterValue,
    429: errors.LimitExceeded,
    502: errors.TemporarilyUnavailable,
    503: errors.TemporarilyUnavailable,
    504: errors.DeadlineExceeded,
}


def error_in(
    response: requests.Response, place: str, credentials: Credentials | None
) -> TrackgateError:
    """The error that an answer other than 2xx describes.

    place  what was asked for, without anything secret in it
    """
    body = _error_body(response)
    if response.status_code == requests.codes.unauthorized:
        return unauthenticated(place, credentials, body.message if body else "")
    if body is not None:
        return error_from(body)
    if response.is_redirect or response.is_permanent_redirect:
        target = response.headers.get("Location", "").partition("?")[0]
        return errors.BadSetting(
            f"{place} is redirected to {target}. Redirects are not followed, so that"
            " no password goes astray: set TRACKING_URI to the final address."
        )
    kind = _BY_STATUS.get(response.status_code, errors.InternalError)
    return kind(f"{place} {describe(response)}")


def unauthenticated(
    place: str, credentials: Credentials | None, said: str
) -> errors.Unauthenticated:
    """The error for a 401: what was used, and what to set."""
    also = (
        "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD or the file"
        " ~/.mlflow/credentials work too"
    )
    if credentials is None:
        return errors.Unauthenticated(
            f"{place} asks for a name and a password, and none was found."
            f" {WHAT_TO_SET} ({also})."
        )
    return errors.Unauthenticated(
        f"{place} did not accept the name {credentials.username!r} with its password,"
        f" both taken from {credentials.source}"
        f"{f' (it said: {said})' if said else ''}."
        f" {WHAT_TO_SET} to the right ones ({also})."
    )


def describe(response: requests.Response) -> str:
    """What came instead of the protocol's JSON, and who may have sent it."""
    kind = response.headers.get("Content-Type", "no content type").partition(";")[0]
    start = " ".join(response.text.split())[:_SHOWN]
    return (
        f"answered {response.status_code} {response.reason or ''} with {kind} instead"
        " of the protocol's JSON. A proxy or another server may stand at that"
        f" address: check TRACKING_URI. The answer begins: {start!r}"
    ).replace("  ", " ")


def _error_body(response: requests.Response) -> ErrorBody | None:
    try:
        return _errors.decode(response.content)
    except (msgspec.DecodeError, requests.RequestException):
        return None
