"""The scoring server as a WSGI application, after MLflow's protocol.

It says nothing of a request's data in its log; only a model's own exceptions, with
their traceback, may.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Protocol

from trackgate_wire.errors import STATUS, ErrorCode

from trackgate.errors import (
    BadRequest,
    InternalError,
    InvalidParameterValue,
    TrackgateError,
)
from trackgate.models.signature import ModelSignature
from trackgate.serving import predictions
from trackgate.serving.inputs import InputReader, Inputs
from trackgate.serving.media import JSON, UnsupportedMedia, media_type
from trackgate.serving.raw_answers import refusal

# A key of the WSGI environment: a function to call when the request has been read. It
# raises CutOff where that took too long.
READ = "trackgate.read"

_TEXT = "text/plain; charset=utf-8"
_log = logging.getLogger(__name__)

Environment = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]


class CutOff(Exception):
    """The time was over before the answer came; nobody waits for it."""


class Metadata(Protocol):
    """A model's description, as far as serving reads it."""

    @property
    def signature(self) -> ModelSignature | None:
        """What it takes; None where that is not known."""
        ...


class Model(Protocol):
    """A model as `pyfunc.load_model` gives it."""

    @property
    def metadata(self) -> Metadata:
        """Its description."""
        ...

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Predictions; raises InvalidParameterValue for what the signature refuses."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and type of an answer."""

    status: HTTPStatus
    body: bytes
    content_type: str = JSON
    allow: str = ""


class Scoring:
    """Answers /invocations with a model's predictions; see `docs/serving.md`.

    most_bytes  larger bodies are refused with 413
    """

    def __init__(self, model: Model, most_bytes: int) -> None:
        self._model = model
        self._most_bytes = most_bytes
        signature = model.metadata.signature
        self._reader = InputReader(signature.inputs if signature else None)
        self._version = version("trackgate").encode()

    def __call__(
        self, environ: Environment, start_response: StartResponse
    ) -> Iterable[bytes]:
        answer = self._answer(environ)
        headers = [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(answer.body))),
        ]
        if answer.allow:
            headers.append(("Allow", answer.allow))
        status = answer.status
        start_response(f"{status.value} {status.phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _answer(self, environ: Environment) -> Answer:
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if path == "/invocations":
            return self._score(environ) if method == "POST" else _wrong_method("POST")
        if path not in ("/ping", "/health", "/version"):
            message = "There is nothing here but /invocations, /ping, /health, /version"
            return _refused(ErrorCode.ENDPOINT_NOT_FOUND, f"{message}.")
        if method not in ("GET", "HEAD"):
            return _wrong_method("GET, HEAD")
        if path == "/version":
            return Answer(HTTPStatus.OK, self._version, _TEXT)
        return Answer(HTTPStatus.OK, b"\n")

    def _score(self, environ: Environment) -> Answer:
        try:
            kind = media_type(environ.get("CONTENT_TYPE", ""))
            body = self._body(environ)
            environ.get(READ, _nothing)()
            inputs = self._inputs(body, kind)
        except TrackgateError as error:
            return _refused(error.code, error.message)
        except UnsupportedMedia as error:
            return _refused(
                ErrorCode.BAD_REQUEST, str(error), HTTPStatus.UNSUPPORTED_MEDIA_TYPE
            )
        except _TooLarge as error:
            return _refused(
                ErrorCode.BAD_REQUEST,
                str(error),
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            )
        return self._predict(inputs)

    def _body(self, environ: Environment) -> bytes:
        """Raises _TooLarge before more than the limit has been read."""
        declared = environ.get("CONTENT_LENGTH") or "0"
        if int(declared) > self._most_bytes:
            raise _TooLarge(self._most_bytes)
        body: bytes = environ["wsgi.input"].read(self._most_bytes + 1)
        if len(body) > self._most_bytes:
            raise _TooLarge(self._most_bytes)
        return body

    def _inputs(self, body: bytes, kind: str) -> Inputs:
        """Raises InternalError for what nobody foresaw, so that it is answered too."""
        try:
            return self._reader.read(body, kind)
        except (TrackgateError, UnsupportedMedia):
            raise
        except Exception as error:
            _log.exception("A body could not be read.")
            raise InternalError(
                f"The body could not be read: {type(error).__name__}; the server's log"
                " says more."
            ) from None

    def _predict(self, inputs: Inputs) -> Answer:
        try:
            found = self._model.predict(inputs.data, params=inputs.params)
            return Answer(HTTPStatus.OK, predictions.encode(found))
        except (BadRequest, InvalidParameterValue) as error:
            return _refused(error.code, error.message)
        # A model may also try to leave.
        except (Exception, SystemExit) as error:
            _log.exception("The model failed.")
            name = type(error).__name__
            message = f"The model failed with {name}; the server's log says more."
            return _refused(ErrorCode.INTERNAL_ERROR, message)


class _TooLarge(Exception):
    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"The body is larger than {most_bytes:,} bytes.")


def _refused(
    code: ErrorCode, message: str, status: HTTPStatus | None = None, allow: str = ""
) -> Answer:
    known = status or HTTPStatus(STATUS[code])
    return Answer(known, refusal(code, message), allow=allow)


def _wrong_method(allowed: str) -> Answer:
    return _refused(
        ErrorCode.ENDPOINT_NOT_FOUND,
        f"This path takes {allowed} only.",
        HTTPStatus.METHOD_NOT_ALLOWED,
        allowed,
    )


def _nothing() -> None:
    """Nobody wants to know when the request has been read."""
