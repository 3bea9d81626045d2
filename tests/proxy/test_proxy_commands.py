"""`trackgate users` and `trackgate proxy`, as typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from trackgate_proxy.cli import proxy, users
from trackgate_proxy.people.people import People
from trackgate_proxy.site.data_folder import DataFolder


class Users:
    """The command on one data folder."""

    def __init__(self, data: DataFolder) -> None:
        self._data = data

    def __call__(self, *words: str, stdin: str | None = None) -> Result:
        folder = ["--data-dir", str(self._data.root)]
        return CliRunner().invoke(users, [*words, *folder], input=stdin)


@pytest.fixture
def run(data: DataFolder) -> Users:
    return Users(data)


def test_a_new_person_gets_a_password_once(run: Users, data: DataFolder) -> None:
    result = run("add", "ada", "--role", "admin")

    assert result.exit_code == 0
    password = re.search(r"export TRACKING_PASSWORD=(\S{22})\n", result.output)
    assert password is not None
    assert "export TRACKING_USERNAME=ada" in result.output
    assert "export TRACKING_URI=http://127.0.0.1:8080" in result.output
    assert People(data).verify("ada", password[1])
    assert run("list").output == "ada  admin\n"


def test_an_own_password_comes_by_stdin_and_is_not_shown(run: Users) -> None:
    result = run("add", "ada", "--password-stdin", stdin="correct horse battery\n")

    assert result.exit_code == 0
    assert "horse" not in result.output
    assert run("list").output == "ada  editor\n"
    given = "correct horse battery\n"
    assert run("verify", "ada", "--password-stdin", stdin=given).exit_code == 0
    assert run("verify", "ada", "--password-stdin", stdin="wrong\n").exit_code == 1


def test_an_own_password_can_be_typed_twice(run: Users, data: DataFolder) -> None:
    result = run("add", "ada", "--prompt", stdin="correct horse\ncorrect horse\n")

    assert result.exit_code == 0
    assert People(data).verify("ada", "correct horse")


def test_a_password_is_never_an_argument(run: Users) -> None:
    assert run("add", "ada", "correct horse battery").exit_code == 2
    assert run("add", "ada", "--password", "correct horse battery").exit_code == 2


def test_roles_and_passwords_change_and_people_go(run: Users, data: DataFolder) -> None:
    run("add", "ada", "--password-stdin", stdin="correct horse battery")

    assert run("role", "ada", "viewer").exit_code == 0
    assert run("list").output == "ada  viewer\n"
    assert run("role", "ada", "--role", "admin").exit_code == 0
    assert run("list").output == "ada  admin\n"
    assert run("passwd", "ada").exit_code == 0
    assert not People(data).verify("ada", "correct horse battery")
    assert run("remove", "ada").exit_code == 0
    assert run("list").output == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "a:b"], "cannot be used"),
        (["add", "ada", "--role", "king"], "'king'"),
        (["role", "nobody", "viewer"], "nobody named 'nobody'"),
        (["role", "nobody"], "viewer, editor, admin"),
        (["passwd", "nobody"], "nobody named 'nobody'"),
        (["remove", "nobody"], "nobody named 'nobody'"),
    ],
)
def test_mistakes_are_named_in_one_line(
    run: Users, words: list[str], said: str
) -> None:
    result = run(*words)

    assert result.exit_code in (1, 2)
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_weak_password_is_refused_and_nothing_is_kept(run: Users) -> None:
    result = run("add", "ada", "--password-stdin", stdin="short\n")

    assert result.exit_code == 1
    assert "12 to 72" in result.output
    assert run("list").output == ""


def test_a_folder_that_is_none_of_ours_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "thesis.tex").write_text("")
    other = Users(DataFolder.at(tmp_path))

    assert "chmod 700" in other("add", "ada").output
    assert "no data folder" in other("list").output
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_database_that_is_down_keeps_nobody_in(run: Users, data: DataFolder) -> None:
    """The password goes first, so a removal works without the roles."""
    run("add", "ada", "--password-stdin", stdin="correct horse battery")

    down = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    result = run("remove", "ada", "--backend-store-uri", down)

    assert result.exit_code == 1
    assert "can no longer log in" in result.output
    assert "roles cannot be reached" in result.output
    assert not People(data).verify("ada", "correct horse battery")


def test_the_config_can_be_printed_without_a_data_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    result = CliRunner().invoke(
        proxy, ["config", "--data-dir", str(folder), "--tls", "self-signed"]
    )

    assert result.exit_code == 0
    assert "auth_request /_verdict;" in result.output
    assert "self-signed.pem" in result.output
    assert not folder.exists()


def test_the_config_can_be_written(data: DataFolder, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("a-key-of-sixteen-or-more\n")
    words = ["--upstream", "server:5000", "--proxy-key-file", str(key), "--write"]

    result = CliRunner().invoke(proxy, ["config", "--data-dir", str(data.root), *words])

    assert result.exit_code == 0
    assert "server 'server:5000';" in data.nginx_config.read_text()


def test_settings_that_cannot_work_are_named(data: DataFolder) -> None:
    words = ["config", "--data-dir", str(data.root)]

    for more, said in [
        (["--upstream", "server:5000"], "proxy key"),
        (["--redirect-port", "80"], "HTTPS"),
        (["--static-prefix", "no-slash"], "/tracking"),
    ]:
        result = CliRunner().invoke(proxy, [*words, *more])
        assert result.exit_code == 1
        assert said in result.output
