"""The page for admins about the server itself."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url
from trackgate_server.cli import db as db_command

from tests.fixtures.databases import NewStore
from tests.fixtures.sites import App, running_app
from tests.scenarios.acts import new_experiment, new_name


def page(app: App, path: str = "/server", name: str = "adam") -> str:
    answer = app.client(name).raw("GET", path)
    assert answer.status == 200
    return unescape(answer.body.decode())


def test_only_admins_come_here(app: App) -> None:
    assert app.client("ada").raw("GET", "/server").status == 403


def test_it_says_how_the_server_is(app: App) -> None:
    shown = page(app)

    for words in ("SQLite", "tracking.db", "Schema", "GiB free", "No backup is known"):
        assert words in shown


def test_changes_go_on_by_key(app: App) -> None:
    names = [new_name() for _ in range(35)]
    for name in names:
        new_experiment(app.client(), name)

    first = page(app)
    (link,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = page(app, link)

    assert [one for one in names if f">{one}</a>" in first] == names[5:]
    assert [one for one in names if f">{one}</a>" in second] == names[:5]


def test_a_backup_is_known(tmp_path: Path, new_store: NewStore) -> None:
    uri = new_store("sqlite")
    with running_app(tmp_path, uri) as app:
        done = CliRunner().invoke(
            db_command,
            ["backup", str(tmp_path / "copy"), "--data-dir", str(tmp_path)],
            env={"TRACKGATE_BACKEND_STORE_URI": uri},
        )
        assert done.exit_code == 0, done.output
        shown = page(app)

    assert "The last backup: <time" in shown
    assert "backed up the database copy" in shown


@pytest.mark.postgres
def test_a_password_of_the_database_is_not_shown(
    tmp_path: Path, new_store: NewStore
) -> None:
    plain = make_url(new_store("postgresql"))
    uri = plain.set(password="sesame").render_as_string(hide_password=False)
    with running_app(tmp_path, uri) as app:
        shown = page(app)

    assert "PostgreSQL" in shown
    assert f"{plain.database} at " in shown
    assert "sesame" not in shown
