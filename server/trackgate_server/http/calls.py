"""The Flask application, with a shorter way to the calls of the endpoint table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.wrappers import Request

from trackgate_server.http import failures

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TARGET_HEADER = "X-Trackgate-Target"

Call = Callable[[Request, Mapping[str, str]], "WSGIApplication"]
"""Answers a request; beside it the parts of the URL that vary."""


class JsonAnswer:
    """A good answer, as WSGI wants it; Flask's costs ten times as much.

    target  what the request was about; the proxy logs it beside the user's name
    """

    __slots__ = ("_body", "_target")

    def __init__(self, body: bytes, target: str | None) -> None:
        self._body = body
        self._target = target

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(self._body))),
        ]
        if self._target is not None:
            headers.append((TARGET_HEADER, self._target))
        start_response("200 OK", headers)
        return (self._body,)


class Application(Flask):
    """Flask, but a call whose URL is known to the letter does not pass through it.

    Flask's contexts, hooks and routing cost a fifth of what a short call does, and
    calls use none of them. All else goes Flask's way: pages, URLs with parts that vary,
    and what answers nowhere.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._calls: dict[tuple[str, str], Call] = {}

    def add_call(self, method: str, path: str, call: Call) -> None:
        """Have `call` answer this very path."""
        self._calls[method, path] = call

    def wsgi_app(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        call = self._calls.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if call is None:
            return super().wsgi_app(environ, start_response)
        request = Request(environ)
        try:
            answer = call(request, {})
        except Exception as error:
            answer = failures.answer_to(error, request)
        return answer(environ, start_response)
