"""The Flask application, put together."""

from __future__ import annotations

from importlib import import_module

from flask import Flask, Response, request
from trackgate_wire.endpoint import Access
from trackgate_wire.endpoints import ENDPOINTS
from trackgate_wire.server import PROTOCOL_VERSION

from trackgate_server.blobs.opening import open_blobs
from trackgate_server.http import artifacts as byte_routes
from trackgate_server.http import failures
from trackgate_server.http.binding import bind
from trackgate_server.http.calls import Application
from trackgate_server.http.roles import Doorkeeper
from trackgate_server.operations.scope import Services
from trackgate_server.operations.serving import OPERATIONS
from trackgate_server.settings import Settings
from trackgate_server.store import secrets
from trackgate_server.store.database import open_for
from trackgate_server.web.binding import Pages

# Importing these modules registers what they serve.
_SERVING = (
    "artifacts",
    "datasets",
    "experiments",
    "logged_model_artifacts",
    "logged_model_search",
    "logged_models",
    "metric_history",
    "metrics",
    "model_aliases",
    "model_history",
    "model_moves",
    "model_versions",
    "multipart",
    "presigned",
    "registered_models",
    "registry_search",
    "runs",
    "server",
    "tags",
)
for _name in _SERVING:
    import_module(f"trackgate_server.operations.{_name}")


def create_app(settings: Settings) -> Application:
    """The application on a database that is already at this version's schema."""
    return assemble(start_services(settings))


def start_services(settings: Settings) -> Services:
    """Open what one process needs."""
    database = open_for(settings, connections=settings.threads)
    return Services(
        settings=settings,
        database=database,
        blobs=open_blobs(settings),
        signing_key=database.write(lambda db: secrets.get_or_create(db, "signing")),
    )


def assemble(services: Services) -> Application:
    """The application on services that are already open."""
    app = Application("trackgate_server", static_folder=None)
    door = Doorkeeper(services.settings, services.database)
    failures.register(app)
    for endpoint in ENDPOINTS:
        served = OPERATIONS.get(endpoint)
        if served is not None:
            bind(app, door, services, served)
    byte_routes.register(app, door, services)
    _bind_plain_texts(app, services.settings, door)
    Pages(app, door, services).bind()
    return app


def _bind_plain_texts(app: Flask, settings: Settings, door: Doorkeeper) -> None:
    prefix = settings.static_prefix

    def health() -> Response:
        return Response("OK", content_type="text/plain")

    def version() -> Response:
        door.admit(request, Access.READ)
        return Response(PROTOCOL_VERSION, content_type="text/plain")

    for path, view in (("/health", health), ("/version", version)):
        app.add_url_rule(
            prefix + path,
            view_func=view,
            methods=["GET"],
            provide_automatic_options=False,
        )
