"""One connection to one server, as one person: timeouts, retries, errors.

Redirects are not followed, netrc files are not read, and the password goes to the
tracking server only: a signed URL is called without it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlsplit

import msgspec
import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from trackgate_wire import codec
from trackgate_wire.endpoint import Endpoint, Message

from trackgate import answers, retries
from trackgate.credentials import Credentials
from trackgate.errors import BadSetting, InternalError, TrackgateError, Unreachable
from trackgate.settings import Settings

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)

_logger = logging.getLogger("trackgate")
_ARTIFACT_PATH = "<path:artifact_path>"
# urllib3 hands files to the socket in blocks of this size; its own is 16 KiB.
_BLOCK_BYTES = 1024 * 1024
_WORTH_A_LINE_S = 2.0


class Readable(Protocol):
    """A body that is read in blocks until it gives an empty one."""

    def read(self, amount: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One HTTP request.

    body        bytes, or what makes the body anew for each attempt
    size        length of the body in bytes
    signed      the URL carries its own proof: no password goes along
    repeatable  it does no harm when it arrives twice
    stream      leave the answer's body unread
    """

    method: str
    url: str
    query: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | Callable[[], Readable] | None = None
    size: int = 0
    signed: bool = False
    repeatable: bool = True
    stream: bool = False

    @property
    def place(self) -> str:
        """What was asked for, without the query and without a signature."""
        parts = urlsplit(self.url)
        path = "/signed/…" if self.signed else parts.path
        return f"{parts.scheme}://{parts.netloc}{path}"

    def prepared(self, authorization: str | None) -> requests.PreparedRequest:
        """The request as `requests` sends it, with its body at the beginning."""
        headers = dict(self.headers)
        if authorization is not None and not self.signed:
            headers["Authorization"] = authorization
        request = requests.Request(
            self.method, self.url, headers=headers, params=self.query
        ).prepare()
        if self.body is not None:
            # Set by hand: `requests` would send an empty file in chunks.
            made: Any = self.body() if callable(self.body) else self.body
            request.body = made
            request.headers["Content-Length"] = str(self.size)
        return request


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
        self._kept = threading.local()

    def call(
        self,
        endpoint: Endpoint[RequestT, ResponseT],
        request: RequestT,
        artifact_path: str = "",
    ) -> ResponseT:
        """Make one call of the protocol.

        artifact_path  fills the path where the endpoint's has a place for it

        Raises the protocol's errors, and Unreachable where no answer came.
        """
        url = self.url(endpoint.url, artifact_path)
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

    def url(self, path: str, artifact_path: str = "") -> str:
        """The address of one of the protocol's paths, its place filled."""
        return self.uri + path.replace(_ARTIFACT_PATH, quote(artifact_path, safe="/"))

    def exchange(self, sent: Outgoing) -> requests.Response:
        """Send until an answer of 2xx comes, and return it; else raise."""
        started = time.monotonic()
        attempt = 0
        while True:
            attempt += 1
            try:
                response = self._send(sent)
            except requests.RequestException as error:
                failure = retries.classify(error)
                if not self._policy.after_failure(
                    attempt, failure, repeatable=sent.repeatable
                ):
                    spent_s = time.monotonic() - started
                    raise self._unreachable(sent, error, attempt, spent_s) from error
                said, wait_s = failure.value, self._policy.wait_s(attempt)
            else:
                if response.ok and not response.is_redirect:
                    return response
                refusal = answers.error_in(response, sent.place, self.credentials)
                response.close()
                if not self._policy.after_answer(
                    attempt, response.status_code, repeatable=sent.repeatable
                ):
                    raise refusal
                asked = response.headers.get("Retry-After")
                said = f"answered {response.status_code}"
                wait_s = self._policy.wait_s(attempt, asked)
            self._pause(sent, said, attempt, wait_s)

    def _send(self, sent: Outgoing) -> requests.Response:
        return self._session().send(
            sent.prepared(self._authorization),
            timeout=(self.settings.connect_timeout_s, self.settings.timeout_s),
            stream=sent.stream,
            allow_redirects=False,
        )

    def _session(self) -> requests.Session:
        """This thread's own session; a forked child makes new ones."""
        pid = os.getpid()
        kept: tuple[int, requests.Session] | None
        kept = getattr(self._kept, "session", None)
        if kept is None or kept[0] != pid:
            kept = pid, _new_session(self.uri, self.settings)
            self._kept.session = kept
        return kept[1]

    def _pause(self, sent: Outgoing, said: str, attempt: int, wait_s: float) -> None:
        level = logging.WARNING if wait_s >= _WORTH_A_LINE_S else logging.DEBUG
        _logger.log(
            level,
            "%s: %s; trying again in %.1f s (%d of %d)",
            sent.place,
            said,
            wait_s,
            attempt,
            self._policy.max_retries,
        )
        time.sleep(wait_s)

    def _unreachable(
        self,
        sent: Outgoing,
        error: requests.RequestException,
        attempts: int,
        spent_s: float,
    ) -> TrackgateError:
        reason = _innermost(error)
        if isinstance(error, requests.exceptions.SSLError):
            return BadSetting(
                f"No secure connection to {sent.place}: {reason}. A private"
                " certificate is named by TRACKING_SERVER_CERT_PATH."
            )
        times = f"{attempts} attempts in {spent_s:.0f} s" if attempts > 1 else "once"
        return Unreachable(
            f"No answer from {sent.place} (tried {times}): {reason}. Is the server"
            " running, and is TRACKING_URI right?"
        )

    def _message(
        self, response: requests.Response, sent: Outgoing, shape: type[ResponseT]
    ) -> ResponseT:
        try:
            return codec.decode(response.content, shape)
        except TrackgateError:
            raise InternalError(f"{sent.place} {answers.describe(response)}") from None


def _check_uri(uri: str) -> None:
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadSetting(
            f"The tracking URI {uri!r} is not the address of a server: it must begin"
            " with http:// or https://. It comes from TRACKING_URI,"
            " MLFLOW_TRACKING_URI or set_tracking_uri."
        )


def _new_session(uri: str, settings: Settings) -> requests.Session:
    session = requests.Session()
    # A netrc file would bring another password, and look-ups at each request.
    session.trust_env = False
    session.proxies.update(get_environ_proxies(uri))
    session.verify = _verify(settings)
    session.cert = settings.client_cert_path
    session.headers.clear()
    adapter = _Adapter()
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def _verify(settings: Settings) -> bool | str:
    if settings.insecure_tls:
        return False
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    return settings.server_cert_path or bundle or True


class _Adapter(HTTPAdapter):
    """Sends files in large blocks."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, blocksize=_BLOCK_BYTES)


def _innermost(error: BaseException) -> str:
    """The reason below the layers of `requests` and urllib3."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    cause = reason if isinstance(reason, BaseException) else error
    while cause.__cause__ is not None or cause.__context__ is not None:
        deeper = cause.__cause__ or cause.__context__
        if not isinstance(deeper, OSError):
            break
        cause = deeper
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return str(cause).rpartition(": ")[2] or type(cause).__name__
