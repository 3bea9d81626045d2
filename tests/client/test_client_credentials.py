"""Name and password come together, from one place, and go to one place."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

import pytest
from trackgate.client import connect
from trackgate.credentials import Credentials, find
from trackgate.errors import BadSetting
from trackgate.settings import Settings

OURS = {"TRACKING_USERNAME": "ada", "TRACKING_PASSWORD": "of ours"}
THEIRS = {"MLFLOW_TRACKING_USERNAME": "eve", "MLFLOW_TRACKING_PASSWORD": "of theirs"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the peer's credentials file in it."""
    folder = tmp_path / ".mlflow"
    folder.mkdir()
    (folder / "credentials").write_text(
        "[mlflow]\n"
        "mlflow_tracking_username = file\n"
        "mlflow_tracking_password = 100%sure\n"
    )
    return tmp_path


def who(found: Credentials | None) -> tuple[str, str] | None:
    return (found.username, found.password) if found else None


def test_arguments_in_code_win(home: Path) -> None:
    found = find({**OURS, **THEIRS}, home, username="bob", password="in code")

    assert who(found) == ("bob", "in code")


def test_our_variables_win_over_the_peers(home: Path) -> None:
    assert who(find({**THEIRS, **OURS}, home)) == ("ada", "of ours")


def test_the_peers_variables_win_over_the_file(home: Path) -> None:
    assert who(find(THEIRS, home)) == ("eve", "of theirs")


def test_the_file_is_read_last_and_taken_literally(home: Path) -> None:
    found = find({}, home)

    assert who(found) == ("file", "100%sure")
    assert found is not None
    assert found.source == "the file ~/.mlflow/credentials"


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    assert find({}, tmp_path) is None


def test_a_name_is_never_joined_with_the_password_of_another_source(
    home: Path,
) -> None:
    with pytest.raises(BadSetting, match="TRACKING_PASSWORD is not"):
        find({"TRACKING_USERNAME": "ada", **THEIRS}, home)


def test_a_file_that_is_no_ini_file_is_named(home: Path) -> None:
    (home / ".mlflow" / "credentials").write_text("password\n")

    with pytest.raises(BadSetting, match="credentials cannot be read"):
        find({}, home)


def test_the_header_is_in_utf_8() -> None:
    header = Credentials("jürgen", "пароль", "code").header()

    assert b64decode(header.removeprefix("Basic ")).decode() == "jürgen:пароль"


def test_a_password_does_not_show_in_a_repr() -> None:
    assert "secret" not in repr(Credentials("ada", "secret", "code"))


def test_name_and_password_in_the_address_are_used_and_taken_out_of_it() -> None:
    settings = Settings(tracking_uri="http://ada:s%20p@track.example:8080/prefix")

    connection = connect(settings, OURS)

    assert connection.uri == "http://track.example:8080/prefix"
    assert who(connection.credentials) == ("ada", "s p")


@pytest.mark.parametrize("uri", ["mlruns", "sqlite:///mlflow.db", "databricks"])
def test_an_address_that_is_no_servers_is_refused(uri: str) -> None:
    with pytest.raises(BadSetting, match="must begin with http"):
        connect(Settings(tracking_uri=uri), {})


def test_no_address_names_the_variable_to_set() -> None:
    with pytest.raises(BadSetting, match="Set TRACKING_URI"):
        connect(Settings(), {})
