"""The first page: who I am, how to connect, what was run last."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask, Response, render_template, request, send_from_directory
from trackgate_wire.endpoint import Access
from trackgate_wire.errors import TrackgateError

from trackgate_server import version
from trackgate_server.http.binding import scope_of
from trackgate_server.http.roles import Doorkeeper
from trackgate_server.identity import Identity
from trackgate_server.operations import overview
from trackgate_server.operations.scope import Services
from trackgate_server.store.lifecycle import STATUSES
from trackgate_server.store.overview import NewestRun

_POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"


@dataclass(frozen=True, slots=True)
class _RunLine:
    """One row of the table, as it is printed."""

    run_id: str
    name: str
    experiment: str
    user: str
    status: str
    started: str


def register(app: Flask, door: Doorkeeper, services: Services) -> None:
    """Have `app` answer the pages and what they are styled with."""
    prefix = services.settings.static_prefix

    def home() -> Response:
        try:
            caller = door.admit(request, Access.READ)
        except TrackgateError as error:
            text = render_template("refused.html", error=error, prefix=prefix)
            return _page(text, error.status)
        return _page(_home(services, caller))

    def static_file(name: str) -> Response:
        door.admit(request, Access.READ)
        return send_from_directory(f"{app.root_path}/web/static", name)

    for path, view in (("/", home), ("/static/<path:name>", static_file)):
        app.add_url_rule(
            prefix + path,
            view_func=view,
            methods=["GET"],
            provide_automatic_options=False,
        )


def _home(services: Services, caller: Identity) -> str:
    scope = scope_of(services, caller)
    found = services.database.read(
        lambda db: overview.newest(dataclasses.replace(scope, transaction=db))
    )
    return render_template(
        "home.html",
        caller=caller,
        version=version(),
        address=scope.origin + services.settings.static_prefix,
        prefix=services.settings.static_prefix,
        experiments=found.experiments,
        run_count=found.runs,
        newest=[_line(run) for run in found.newest],
    )


def _line(run: NewestRun) -> _RunLine:
    started = datetime.fromtimestamp(run.started_ms / 1_000, UTC)
    return _RunLine(
        run_id=run.uuid,
        name=run.name,
        experiment=run.experiment,
        user=run.user,
        status=STATUSES[run.status].value,
        started=started.strftime("%Y-%m-%d %H:%M:%S UTC"),
    )


def _page(text: str, status: int = 200) -> Response:
    response = Response(text, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
