"""One connection to one server, as one person: timeouts, retries, errors.

Redirects are not followed, netrc files are not read, and the password goes to the
tracking server only: a signed URL is called without it.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Mapping
from functools import partial
from typing import TypeVar
from urllib.parse import quote, urlsplit

import msgspec
import requests
from trackgate_wire import codec
from trackgate_wire.endpoint import Endpoint, Message

from trackgate import answers, retries, unix_sockets
from trackgate.credentials import Credentials
from trackgate.direct_puts import DirectPuts
from trackgate.errors import (
    BadSetting,
    InternalError,
    InvalidParameterValue,
    TrackgateError,
    Unreachable,
)
from trackgate.outgoing import Outgoing
from trackgate.sessions import Sessions
from trackgate.settings import Settings

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)

_logger = logging.getLogger("trackgate")
_PLACE = re.compile(r"<(?P<long>path:)?(?P<name>\w+)>")
# They would name another path, also percent-encoded (RFC 3986 §6.2.2).
_DOTS = frozenset({".", ".."})
_WORTH_A_LINE_S = 2.0

os.register_at_fork(
    before=codec.MAKING.acquire,
    after_in_parent=codec.MAKING.release,
    after_in_child=codec.MAKING.release,
)


class Connection:
    """Speaks to the server at `uri`; safe to use from threads and after a fork."""

    def __init__(
        self, uri: str, settings: Settings, credentials: Credentials | None = None
    ) -> None:
        _check_uri(uri)
        self.uri = uri.rstrip("/")
        self.settings = settings
        self.credentials = credentials
        self._authorization = credentials.header() if credentials else None
        self._policy = retries.RetryPolicy.of(settings)
        self._sessions = Sessions(self.uri, settings)

    def call(
        self,
        endpoint: Endpoint[RequestT, ResponseT],
        request: RequestT,
        **places: str,
    ) -> ResponseT:
        """Make one call of the protocol.

        places  what fills the places of the endpoint's path, such as `model_id`

        Raises the protocol's errors, and Unreachable where no answer came.
        """
        url = self.url(endpoint.url, **places)
        repeatable = retries.may_repeat(endpoint.path)
        if endpoint.method == "GET":
            query = msgspec.to_builtins(request)
            sent = Outgoing(method="GET", url=url, query=query)
        else:
            body = codec.encode(request)
            sent = Outgoing(
                method=endpoint.method,
                url=url,
                headers={"Content-Type": "application/json"},
                body=body,
                size=len(body),
                repeatable=repeatable,
            )
        return self._message(self.exchange(sent), sent, endpoint.response)

    def url(self, path: str, **places: str) -> str:
        """The address of one of the protocol's paths, its places filled.

        A place `<path:…>` takes slashes too and may be empty, any other is one
        segment. Raises InvalidParameterValue for what would name another path.
        """
        return self.uri + _PLACE.sub(lambda place: _filling(place, places), path)

    def direct_puts(self) -> DirectPuts | None:
        """Cheap connections for many small bodies, to be closed; None without a way."""
        proof = self._authorization
        headers = {} if proof is None else {"Authorization": proof}
        return DirectPuts.to(self.uri, self.settings, headers)

    def exchange(self, sent: Outgoing) -> requests.Response:
        """Send until an answer of 2xx comes, and return it; else raise."""
        started = time.monotonic()
        attempt = 0
        while True:
            attempt += 1
            outcome = self._attempt(sent)
            if not isinstance(outcome, retries.Setback):
                return outcome
            if not self._policy.tries_again(
                attempt, outcome, repeatable=sent.repeatable
            ):
                spent_s = time.monotonic() - started
                raise outcome.error(
                    f"{attempt} attempts in {spent_s:.0f} s" if attempt > 1 else "once"
                )
            self._pause(sent, outcome, attempt)

    def _attempt(self, sent: Outgoing) -> requests.Response | retries.Setback:
        try:
            response = self._sessions.get().send(
                sent.prepared(self._authorization),
                timeout=(self.settings.connect_timeout_s, self.settings.timeout_s),
                stream=sent.stream,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return retries.after_failure(error, partial(_unreachable, sent, error))
        if response.ok and not response.is_redirect:
            return response
        with response:
            refusal = answers.error_in(response, sent.place, self.credentials)
        asked = response.headers.get("Retry-After")
        return retries.after_answer(response.status_code, asked, refusal)

    def _pause(self, sent: Outgoing, setback: retries.Setback, attempt: int) -> None:
        wait_s = self._policy.wait_s(attempt, setback.retry_after)
        _logger.log(
            logging.WARNING if wait_s >= _WORTH_A_LINE_S else logging.DEBUG,
            "%s: %s; trying again in %.1f s (%d of %d)",
            sent.place,
            setback.said,
            wait_s,
            attempt,
            self._policy.max_retries,
        )
        time.sleep(wait_s)

    def _message(
        self, response: requests.Response, sent: Outgoing, shape: type[ResponseT]
    ) -> ResponseT:
        try:
            return codec.decode(response.content, shape)
        except TrackgateError:
            raise InternalError(f"{sent.place} {answers.describe(response)}") from None


def _filling(place: re.Match[str], places: Mapping[str, str]) -> str:
    text, is_long = places[place["name"]], place["long"] is not None
    fits = is_long or (text != "" and "/" not in text)
    if not fits or not _DOTS.isdisjoint(text.split("/")):
        what = place["name"].replace("_", " ")
        raise InvalidParameterValue(f"{text!r} cannot be a {what}.")
    return quote(text, safe="/" if is_long else "")


def _check_uri(uri: str) -> None:
    parts = urlsplit(uri)
    on_network = parts.scheme in ("http", "https") and parts.hostname
    if not on_network and not unix_sockets.names_socket(uri):
        raise BadSetting(
            f"The tracking URI {uri!r} is not the address of a server: it must begin"
            " with http:// or https://. It comes from TRACKING_URI,"
            " MLFLOW_TRACKING_URI or set_tracking_uri."
        )


def _unreachable(
    sent: Outgoing, error: requests.RequestException, times: str
) -> TrackgateError:
    reason = _innermost(error)
    if isinstance(error, requests.exceptions.SSLError):
        return BadSetting(
            f"No secure connection to {sent.place}: {reason}. A private certificate is"
            " named by TRACKING_SERVER_CERT_PATH."
        )
    return Unreachable(
        f"No answer from {sent.place} (tried {times}): {reason}. Is the server running,"
        " and is TRACKING_URI right?"
    )


def _innermost(error: BaseException) -> str:
    """The reason that `requests` and urllib3 have wrapped up."""
    inside = (*error.args, getattr(error, "reason", None), error.__cause__)
    for deeper in inside:
        if isinstance(deeper, BaseException):
            return _innermost(deeper)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).rpartition(": ")[2] or type(error).__name__
