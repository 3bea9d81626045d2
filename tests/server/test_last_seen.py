"""When people were here last: kept now and then, and never in anybody's way."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from trackgate_server.store.database import open_database
from trackgate_wire.server import WHOAMI

from tests.fixtures.sites import running_app


def seen(uri: str) -> dict[str, int]:
    """Name and time of everybody who was here."""
    database = open_database(uri, connections=1)
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT name, at_ms FROM seen")).all()
    database.close()
    return {row[0]: row[1] for row in rows}


def test_a_visit_is_kept_once_for_many_requests(tmp_path: Path, store_uri: str) -> None:
    with running_app(tmp_path, store_uri) as app:
        assert seen(store_uri) == {}

        app.client("ada").call(WHOAMI)
        first = seen(store_uri)
        for _ in range(3):
            app.client("ada").call(WHOAMI)

    assert list(first) == ["ada"]
    assert seen(store_uri) == first


def test_nobody_without_a_role_is_kept(tmp_path: Path, store_uri: str) -> None:
    with running_app(tmp_path, store_uri) as app:
        assert app.client("stranger").raw("GET", "/version").status == 403

    assert seen(store_uri) == {}
