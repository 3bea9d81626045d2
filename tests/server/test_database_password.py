"""PostgreSQL's password, from a file that may change, and shown nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg import sql
from sqlalchemy import make_url
from trackgate_server.cli import db
from trackgate_server.rolebook import open_rolebook
from trackgate_server.store import people
from trackgate_server.store.database import open_database
from trackgate_wire.errors import TemporarilyUnavailable

from tests.environment.postgres import PostgresServer
from tests.fixtures import old_database as old

_ROLE = "with_password"


@dataclass
class Account:
    """A role of PostgreSQL's with a database of its own, reached by TCP."""

    server: PostgresServer
    file: Path
    superuser_uri: str

    @property
    def uri(self) -> str:
        """Without the password."""
        return f"postgresql://{_ROLE}@127.0.0.1:{self.server.port}/password_of_a_file"

    def change(self, password: str) -> None:
        """Another password from now on; the file is left as it is."""
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(_ROLE), sql.Literal(password)
        )
        address = make_url(self.superuser_uri).set(drivername="postgresql")
        with psycopg.connect(address.render_as_string(hide_password=False)) as admin:
            admin.execute(statement)


@pytest.fixture
def account(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Account]:
    """Its password is `first`, which its file says."""
    uri = postgres_server.uri("password_of_a_file")
    account = Account(postgres_server, tmp_path / "password", uri)
    address = make_url(uri).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(), autocommit=True) as admin:
        admin.execute(f"DROP ROLE IF EXISTS {_ROLE}")
        admin.execute(f"CREATE ROLE {_ROLE} LOGIN")
        admin.execute(f"ALTER DATABASE password_of_a_file OWNER TO {_ROLE}")
    account.change("first")
    account.file.write_text("first\na second line\n")
    yield account
    with psycopg.connect(address.render_as_string(), autocommit=True) as admin:
        admin.execute(f"REASSIGN OWNED BY {_ROLE} TO CURRENT_USER")
        admin.execute(f"DROP ROLE {_ROLE}")


def upgrade(account: Account, *words: str) -> Result:
    return CliRunner().invoke(
        db,
        ["upgrade", "--data-dir", str(account.file.parent), *words],
        env={
            "TRACKGATE_BACKEND_STORE_URI": account.uri,
            "TRACKGATE_BACKEND_STORE_PASSWORD_FILE": str(account.file),
        },
    )


def test_the_first_line_of_the_file_is_the_password(account: Account) -> None:
    assert upgrade(account).exit_code == 0


def test_a_password_in_the_uri_wins(account: Account) -> None:
    account.file.write_text("wrong\n")
    uri = account.uri.replace("@", ":first@")

    database = open_database(uri, connections=1, password_file=str(account.file))
    with database.alone():
        pass
    database.close()


def test_roles_are_kept_with_the_password_of_the_file(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKGATE_BACKEND_STORE_PASSWORD_FILE", str(account.file))

    rolebook = open_rolebook(tmp_path, account.uri)
    rolebook.set("ada", "editor", by="the tests")

    assert rolebook.get_all() == {"ada": "editor"}
    rolebook.close()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        ("", "empty"),
        ("\nsecret\n", "empty"),
        (b"\xffsecret\n", "UTF-8"),
    ],
)
def test_an_unusable_file_is_named_in_one_line(
    account: Account, content: str | bytes | None, reason: str
) -> None:
    account.file.unlink()
    if content is not None:
        data = content if isinstance(content, bytes) else content.encode()
        account.file.write_bytes(data)

    result = upgrade(account)

    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert str(account.file) in result.output
    assert reason in result.output
    assert "secret" not in result.output


def test_a_changed_password_counts_for_the_next_connection(account: Account) -> None:
    assert upgrade(account).exit_code == 0
    database = open_database(
        account.uri, connections=1, password_file=str(account.file)
    )
    assert database.read(people.all_roles) == {}

    account.change("second")
    account.file.write_text("second\n")
    database.engine.dispose()

    assert database.read(people.all_roles) == {}
    account.file.unlink()
    database.engine.dispose()
    with pytest.raises(TemporarilyUnavailable, match="cannot be read"):
        database.read(people.all_roles)
    database.close()


def test_a_refused_password_is_not_shown(account: Account) -> None:
    account.file.write_text("not-to-be-shown\n")

    result = upgrade(account)

    assert result.exit_code == 1
    assert "authentication failed" in result.output
    assert "not-to-be-shown" not in result.output


@pytest.mark.parametrize(
    "uri",
    [
        "postgresql://u:not@to-be-shown@host/name",
        "postgresql://u:to-be-shown@host:port/name",
        "to-be-shown",
    ],
)
def test_an_unreadable_uri_is_not_shown(uri: str) -> None:
    with pytest.raises(ValueError, match="URI") as caught:
        open_database(uri)

    assert "to-be-shown" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_no_text_of_the_database_shows_the_password() -> None:
    uris = (
        "postgresql://u:to-be-shown@host/name",
        "postgresql://u@host/name?password=to-be-shown",
    )
    for uri in uris:
        database = open_database(uri)

        assert "to-be-shown" not in f"{database.engine} {database.engine.url}"


def test_a_snapshot_is_taken_with_the_password_out_of_sight(
    account: Account, tmp_path: Path
) -> None:
    """A program in the place of `pg_dump` notes its arguments and calls it."""
    database = open_database(
        account.uri, connections=1, password_file=str(account.file)
    )
    old.upgrade_to(old.FIRST, database)
    database.close()
    noted = tmp_path / "arguments"
    program = tmp_path / "pg_dump"
    program.write_text(
        f'#!/bin/sh\necho "$@" >>{noted}\nPATH=${{PATH#*:}}\nexec pg_dump "$@"\n'
    )
    program.chmod(0o755)

    done = subprocess.run(
        [
            *(sys.executable, "-c", "from trackgate_server.cli import db; db()"),
            *("upgrade", "--data-dir", str(tmp_path)),
        ],
        env={
            **os.environ,
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "TRACKGATE_BACKEND_STORE_URI": account.uri,
            "TRACKGATE_BACKEND_STORE_PASSWORD_FILE": str(account.file),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("postgresql.at-0001-*.dump"))
    assert "--format=custom" in noted.read_text()
    assert "first" not in noted.read_text()
