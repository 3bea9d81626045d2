"""Pages bound to Flask: who may see them, one transaction, errors as pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from flask import Flask, request, send_file
from trackgate_wire.endpoint import Access
from trackgate_wire.errors import NotFound, PermissionDenied, TrackgateError
from werkzeug.wrappers import Response

from trackgate_server.filters import FilterError
from trackgate_server.http.binding import check_texts, scope_of
from trackgate_server.http.roles import Doorkeeper
from trackgate_server.operations.scope import Services
from trackgate_server.web import (
    home,
    links,
    models,
    models_forms,
    models_page,
    run_page,
    run_page_forms,
    run_table,
    run_table_changes,
    run_table_choice,
)
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

_Maker = Callable[..., Response]

# Importing these modules declares their pages.
_DECLARING = (
    home,
    models,
    models_forms,
    models_page,
    run_page,
    run_page_forms,
    run_table,
    run_table_changes,
    run_table_choice,
)


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

    def refusal(self, status: int, message: str) -> Response:
        """A page that says what is wrong."""
        return _as_page(self._renderer.refusal(status, message), status)

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
            try:
                caller = self._door.admit(request, page.access)
                if page.method == "POST":
                    _check_sender()
                check_texts({**request.args.to_dict(), **request.form, **parts})
                scope = scope_of(self._services, caller)
                visit = Visit(scope, request.args, request.form)
                return self._respond(self._made(page, visit, parts), visit)
            except (TrackgateError, FilterError) as error:
                status = error.status if isinstance(error, TrackgateError) else 400
                return self.refusal(status, error.message)

        return view

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
            return _as_page(self._renderer.page(answer, visit), answer.status)
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


def _as_page(text: str, status: int) -> Response:
    response = Response(text, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    # The browser may go back to it, but asks before it shows it anew.
    response.headers["Cache-Control"] = _ASK_FIRST
    return response
