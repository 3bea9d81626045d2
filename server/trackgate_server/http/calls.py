"""The Flask application, with a shorter way to the calls of the endpoint table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.wrappers import Request, Response

from trackgate_server.http import failures

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Call = Callable[[Request, Mapping[str, str]], Response]
"""Answers a request; beside it the parts of the URL that vary."""


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
            response = call(request, {})
        except Exception as error:
            response = failures.answer_to(error, request)
        return response(environ, start_response)
