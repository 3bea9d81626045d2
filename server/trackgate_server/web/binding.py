"""Pages bound to Flask: who may see them, one transaction, errors as pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from urllib.parse import urlsplit

from flask import Flask, request, send_file
from trackgate_wire import codec
from trackgate_wire.endpoint import ROOTS, Access
from trackgate_wire.errors import (
    ErrorBody,
    NotFound,
    PermissionDenied,
    TrackgateError,
)
from werkzeug.wrappers import Response

from trackgate_server.http import failures
from trackgate_server.http.binding import check_texts, scope_of
from trackgate_server.http.roles import Doorkeeper
from trackgate_server.identity import NOBODY, Identity
from trackgate_server.operations.scope import Services
from trackgate_server.web import links
from trackgate_server.web.assets import Assets
from trackgate_server.web.page import PAGES, Answer, Onward, Page, View, Visit
from trackgate_server.web.rendering import Renderer

# Nothing from elsewhere, nothing inline; frames show artifacts, which are sandboxed.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' data: blob:; media-src 'self'; frame-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FOR_GOOD = "private, max-age=31536000, immutable"
_ASK_FIRST = "private, no-cache"
_NEVER = "no-store"

_Maker = Callable[..., Response]

# Importing these modules declares their pages.
_DECLARING = (
    "artifact_bytes",
    "artifact_registering",
    "artifacts",
    "compare",
    "connect",
    "experiment_edit",
    "experiments",
    "home",
    "logged_model_page",
    "logged_models",
    "models",
    "models_compare",
    "models_forms",
    "models_page",
    "models_served",
    "models_version",
    "models_version_forms",
    "notes",
    "people",
    "run_page",
    "run_page_charts",
    "run_page_forms",
    "run_table",
    "run_table_changes",
    "run_table_choice",
    "run_table_downloads",
    "run_views",
    "server_state",
)
for _name in _DECLARING:
    import_module(f"trackgate_server.web.{_name}")


class Pages:
    """Has an application answer all pages that were declared."""

    def __init__(self, app: Flask, door: Doorkeeper, services: Services) -> None:
        self._app = app
        self._door = door
        self._services = services
        self._prefix = services.settings.static_prefix
        self._assets = Assets()
        folder = f"{app.root_path}/web/templates"
        self._renderer = Renderer(folder, self._prefix, self._assets)

    def bind(self) -> None:
        """Add the pages' rules, and that of their styles and scripts."""
        for page in PAGES:
            self._add(page.method, page.path, self._view(page))
        self._add("GET", "/static/<digest>/<path:name>", self._asset)
        self._app.register_error_handler(404, self._nothing_there)

    def _add(self, method: str, path: str, view: _Maker) -> None:
        self._app.add_url_rule(
            self._prefix + path,
            endpoint=f"page {method} {path}",
            view_func=view,
            methods=[method],
            provide_automatic_options=False,
        )

    def _view(self, page: Page) -> _Maker:
        def view(**parts: str) -> Response:
            caller = NOBODY
            try:
                caller = self._door.admit(request, page.access)
                if page.method == "POST":
                    _check_sender()
                check_texts({**request.args.to_dict(), **request.form, **parts})
                scope = scope_of(request, self._services, caller)
                visit = Visit(scope, request.args, request.form)
                return self._respond(self._made(page, visit, parts), visit)
            except Exception as error:
                return self._refusal(error, caller)

        return view

    def _refusal(self, error: Exception, caller: Identity) -> Response:
        """A page that says what is wrong, in the words that the API has for it."""
        told = failures.answer_to(error, request)
        message = codec.decode(told.get_data(), ErrorBody).message
        text = self._renderer.refusal(told.status_code, message, caller)
        # An error may pass; nobody is to see it again by going back.
        response = _as_page(text, told.status_code, kept=False)
        if "Retry-After" in told.headers:
            response.headers["Retry-After"] = told.headers["Retry-After"]
        return response

    def _nothing_there(self, error: Exception) -> Response:
        """A page for a browser that went to an address we do not have."""
        if not _wants_page(self._prefix):
            return failures.answer_to(error, request)
        try:
            caller = self._door.admit(request, Access.READ)
        except TrackgateError as refused:
            return self._refusal(refused, NOBODY)
        return self._refusal(NotFound(f"There is no page at {request.path}."), caller)

    def _made(self, page: Page, visit: Visit, parts: dict[str, str]) -> Answer:
        database = self._services.database
        if page.wants == "none":
            return page.make(visit, **parts)
        run = database.read if page.wants == "read" else database.write
        return run(
            lambda db: page.make(
                replace(visit, scope=replace(visit.scope, transaction=db)), **parts
            )
        )

    def _respond(self, answer: Answer, visit: Visit) -> Response:
        if isinstance(answer, View):
            text = self._renderer.page(answer, visit)
            return _as_page(text, answer.status, kept=answer.kept)
        if isinstance(answer, Onward):
            query = {**answer.query, "notice": answer.notice}
            place = links.to(self._prefix, *answer.segments, **query)
            return Response(status=303, headers={"Location": place})
        return answer

    def _asset(self, digest: str, name: str) -> Response:
        self._door.admit(request, Access.READ)
        file = self._assets.find(name)
        if file is None:
            raise NotFound(f"There is no file {name!r} for pages.")
        response = send_file(file, conditional=True)
        current = digest == self._assets.digest
        response.headers["Cache-Control"] = _FOR_GOOD if current else _ASK_FIRST
        return response


def _wants_page(prefix: str) -> bool:
    """Whether a browser asks, and not for anything of the API."""
    apart = tuple(prefix + root for root in ROOTS)
    return (
        request.method == "GET"
        and request.accept_mimetypes.best_match(["application/json", "text/html"])
        == "text/html"
        and not request.path.startswith(apart)
    )


def _check_sender() -> None:
    """A form must have been sent by one of our own pages.

    Passwords go along with whatever a page of another site makes a browser send, so
    Origin and Sec-Fetch-Site decide (Fetch standard, "Origin header"; OWASP,
    "Cross-Site Request Forgery Prevention"). Raises PermissionDenied.
    """
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    if origin is None and site is None:
        raise PermissionDenied(
            "A form must come from a page of this server; programs use the API."
        )
    if site not in (None, "same-origin") or (
        origin is not None and urlsplit(origin).netloc != request.host
    ):
        raise PermissionDenied(f"Forms from the page {origin!r} are refused.")


def _as_page(text: str, status: int, *, kept: bool = True) -> Response:
    response = Response(text, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    # The browser may go back to it, but asks before it shows it anew.
    response.headers["Cache-Control"] = _ASK_FIRST if kept else _NEVER
    return response
