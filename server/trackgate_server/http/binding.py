"""Endpoints bound to the application: identity, decoding, limits, one transaction."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import flask
from trackgate_wire import codec, limits
from trackgate_wire.artifacts import ByteRoute
from trackgate_wire.endpoint import Access, Message
from trackgate_wire.errors import BadRequest, InvalidParameterValue
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from trackgate_server.http.calls import Application, Call, JsonAnswer
from trackgate_server.http.roles import Doorkeeper
from trackgate_server.identity import Identity
from trackgate_server.operations.scope import Scope, Services
from trackgate_server.operations.serving import Operation
from trackgate_server.store.transaction import Transaction

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_TARGETS = (
    ("run", ("run_id", "run_uuid")),
    ("logged-model", ("model_id",)),
    ("experiment", ("experiment_id",)),
)
# A URL of which all but an artifact's path is known.
_PATH_AT_END = re.compile(r"(?P<head>[^<]+/)<path:(?P<part>\w+)>")
_ID = re.compile(r"[\w\-]{1,256}", re.ASCII)


def bind(
    app: Application, door: Doorkeeper, services: Services, served: Operation
) -> None:
    """Have `app` answer an endpoint at all its paths."""
    endpoint = served.endpoint
    call = _call(door, services, served)

    def view(**parts: str) -> WSGIApplication:
        return call(flask.request, parts)

    for url in endpoint.urls:
        path = services.settings.static_prefix + url
        app.add_url_rule(
            path,
            endpoint=f"{endpoint.method} {url}",
            view_func=view,
            methods=list(endpoint.methods),
            provide_automatic_options=False,
        )
        if "<" not in path:
            for method in endpoint.methods:
                app.add_call(method, path, call)


def bind_bytes(
    app: Application,
    door: Doorkeeper,
    services: Services,
    route: ByteRoute,
    view: Callable[..., Response],
) -> None:
    """Have `app` answer a byte route.

    view  is called with the request, a scope and URL parts
    """

    def call(request: Request, parts: Mapping[str, str]) -> Response:
        caller = door.admit(request, route.access)
        # Of signed URLs nothing but the signature says what is wrong.
        if route.access is not Access.OPEN:
            check_texts({**request.args.to_dict(), **parts})
        return view(request, scope_of(request, services, caller), **parts)

    def routed(**parts: str) -> Response:
        return call(flask.request, parts)

    for url in route.urls:
        path = services.settings.static_prefix + url
        app.add_url_rule(
            path,
            endpoint=f"{route.method} {url}",
            view_func=routed,
            methods=[route.method],
            provide_automatic_options=False,
        )
        if below := _PATH_AT_END.fullmatch(path):
            app.add_calls_below(route.method, below["head"], below["part"], call)


def _call(door: Doorkeeper, services: Services, served: Operation) -> Call:
    endpoint, function, wants = served.endpoint, served.function, served.wants
    database = services.database
    codec.prepare(endpoint.request)

    def call(request: Request, parts: Mapping[str, str]) -> WSGIApplication:
        caller = door.admit(request, endpoint.access)
        check_texts(parts)
        message = _decoded(request, endpoint.request)
        want = wants(message)
        if want == "none":
            scope = scope_of(request, services, caller)
            return _answer(function(scope, message, **parts), message, parts)

        def job(db: Transaction) -> Message:
            scope = scope_of(request, services, caller, db)
            return function(scope, message, **parts)

        if want == "read":
            return _answer(database.read(job), message, parts)
        answer = database.write(job, single=want == "single")
        return _answer(answer, message, parts)

    return call


def scope_of(
    request: Request,
    services: Services,
    caller: Identity,
    db: Transaction | None = None,
) -> Scope:
    """What an operation is given."""
    proto = request.headers.get("X-Forwarded-Proto", request.scheme)
    trusted = services.settings.behind_proxy
    scheme = proto if trusted else request.scheme
    origin = services.settings.public_url or f"{scheme}://{request.host}"
    now_ms = time.time_ns() // 1_000_000
    agent = request.headers.get("User-Agent", "")
    return Scope(services, caller, origin, now_ms, db, agent)


def check_texts(given: Mapping[str, str]) -> None:
    """Names that a URL brings; those in messages are checked by their rules."""
    for name, value in given.items():
        if "\x00" in value:
            raise InvalidParameterValue(
                f"The URL's {name} contains the character U+0000, which no name has."
            )


def _decoded(request: Request, shape: type[Any]) -> Any:
    if request.method == "GET" and request.query_string:
        return codec.decode_query(request.args.to_dict(flat=False), shape)
    body = _body(request)
    if body and request.method != "GET" and request.mimetype != "application/json":
        raise InvalidParameterValue(
            f"The body's content type is {request.mimetype!r}; it must be"
            " 'application/json'."
        )
    return codec.decode(body, shape)


def _body(request: Request) -> bytes:
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise BadRequest("Compressed request bodies are not accepted.")
    length = request.content_length
    if length is not None and length > limits.REQUEST_BYTES:
        raise _too_large(length)
    if length is not None and request.environ.get("wsgi.input_terminated"):
        return _read(request, length)
    # A chunked body says no length before its end.
    request.max_content_length = limits.REQUEST_BYTES
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise _too_large(limits.REQUEST_BYTES + 1) from error


def _read(request: Request, length: int) -> bytes:
    """A body of known length, without the layers that look for its end."""
    body: bytes = request.environ["wsgi.input"].read(length)
    if len(body) < length:
        raise BadRequest("The request's body ended too early.")
    return body


def _too_large(size: int) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"The request's body has {size} bytes; at most"
        f" {limits.REQUEST_BYTES} are allowed."
    )


def _answer(
    message: Message, asked: Message, parts: Mapping[str, str]
) -> WSGIApplication:
    return JsonAnswer(codec.encode(message), _target(asked, parts))


def _target(asked: Message, parts: Mapping[str, str]) -> str | None:
    for kind, names in _TARGETS:
        for name in names:
            value = parts.get(name) or getattr(asked, name, None)
            if isinstance(value, str) and _ID.fullmatch(value):
                return f"{kind}/{value}"
    return None
