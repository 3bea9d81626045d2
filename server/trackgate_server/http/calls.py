"""The Flask application, with a shorter way to the calls of the endpoint table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

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
    """Flask, but calls whose URL needs no routing do not pass through it.

    Flask's contexts, hooks and routing cost a fifth of what a short call does, and
    calls use none of them. Those are the ones whose URL is known to the letter, or up
    to an artifact's path at its end. All else goes Flask's way: pages, other URLs with
    parts that vary, and what answers nowhere.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._calls: dict[tuple[str, str], Call] = {}
        self._below: list[_Below] = []

    def add_call(self, method: str, path: str, call: Call) -> None:
        """Have `call` answer this very path."""
        self._calls[method, path] = call

    def add_calls_below(self, method: str, head: str, part: str, call: Call) -> None:
        """Have `call` answer paths that begin with `head`; the rest is its `part`."""
        self._below.append(_Below(method, head, part, call))

    def wsgi_app(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        call = self._calls.get((method, path))
        if call is not None:
            return _answered(call, {}, environ, start_response)
        for below in self._below:
            if below.fits(method, path):
                parts = {below.part: _decoded(path[len(below.head) :])}
                return _answered(below.call, parts, environ, start_response)
        return super().wsgi_app(environ, start_response)


class _Below(NamedTuple):
    method: str
    head: str
    part: str
    call: Call

    def fits(self, method: str, path: str) -> bool:
        # An empty name in a path is for Flask: it leads on to the path without.
        return (
            self.method == method
            and path.startswith(self.head)
            and len(path) > len(self.head)
            and "//" not in path
        )


def _decoded(path: str) -> str:
    """As WSGI brings paths: bytes, each in one character (PEP 3333)."""
    return path.encode("latin-1").decode(errors="replace")


def _answered(
    call: Call,
    parts: Mapping[str, str],
    environ: WSGIEnvironment,
    start_response: StartResponse,
) -> Iterable[bytes]:
    request = Request(environ)
    try:
        answer = call(request, parts)
    except Exception as error:
        answer = failures.answer_to(error, request)
    return answer(environ, start_response)
