"""The list of people: names, passwords, and many who edit it at once."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from trackgate_proxy.people.htpasswd import PeopleError, PeopleFile, require_name
from trackgate_proxy.people.passwords import hash_password, make_password, matches
from trackgate_proxy.people.people import People
from trackgate_proxy.site.data_folder import DataFolder

ENTRY = re.compile(r"[A-Za-z0-9._-]+:\$2y\$04\$.{53}")


class PaperRolebook:
    """A rolebook in a dictionary: any will do, for people do not know the database."""

    def __init__(self) -> None:
        self.roles: dict[str, str] = {}
        self.could_log_in: list[bool] = []
        self.file: PeopleFile | None = None

    def set(self, name: str, role: str, by: str) -> None:
        if self.file is not None:
            self.could_log_in.append(name in self.file.names())
        self.roles[name] = role

    def get_all(self) -> dict[str, str]:
        return self.roles

    def remove(self, name: str, by: str) -> None:
        self.roles.pop(name, None)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "name", ["ada", "a", "7", "ada.l-b_c", "x" * 64, "Ada.Lovelace"]
)
def test_ordinary_names_are_welcome(name: str) -> None:
    assert require_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "#ada", ".ada", "-ada", "a:b", "a b", "a\nb", "a\n", "ä", "a/b", "x" * 65],
)
def test_names_that_could_be_misread_are_refused(name: str) -> None:
    with pytest.raises(PeopleError, match="cannot be used"):
        require_name(name)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "x" * 11,
        "x" * 73,
        "grün und blau!",
        "tab\tin the middle",
        "x" * 12 + "\n",
    ],
)
def test_passwords_that_clients_cannot_send_or_others_guess_are_refused(
    password: str,
) -> None:
    with pytest.raises(PeopleError):
        hash_password(password, 4)


def test_a_made_password_has_128_bits_in_22_characters() -> None:
    passwords = {make_password() for _ in range(100)}

    assert len(passwords) == 100
    assert {len(one) for one in passwords} == {22}


def test_a_password_of_72_bytes_counts_to_its_end() -> None:
    hashed = hash_password("x" * 72, 4)

    assert hashed.startswith("$2y$04$")
    assert matches("x" * 72, hashed)
    assert not matches("x" * 71 + "y", hashed)
    assert not matches("x" * 72 + "ZZZ", hashed)


def test_a_hash_of_another_kind_matches_nothing() -> None:
    assert not matches("secret", "{PLAIN}secret")


def test_the_role_is_there_before_the_name_can_log_in(data: DataFolder) -> None:
    rolebook = PaperRolebook()
    rolebook.file = PeopleFile(data.htpasswd)

    People(data, hash_cost=4).add("ada", "correct horse", "admin", rolebook, "root")

    assert rolebook.could_log_in == [False]
    assert rolebook.file.names() == ["ada"]
    assert rolebook.roles == {"ada": "admin"}


def test_a_name_is_taken_once(data: DataFolder) -> None:
    people, rolebook = People(data, hash_cost=4), PaperRolebook()
    people.add("ada", "correct horse", "admin", rolebook, "root")

    with pytest.raises(PeopleError, match="trackgate users passwd ada"):
        people.add("ada", "another horse", "viewer", rolebook, "root")

    assert rolebook.roles == {"ada": "admin"}
    assert people.verify("ada", "correct horse")
    assert not people.verify("ada", "another horse")
    assert not people.verify("nobody", "another horse")


def test_the_file_is_readable_by_its_group_and_by_nobody_else(
    data: DataFolder,
) -> None:
    People(data, hash_cost=4).add("ada", "correct horse", "editor", PaperRolebook(), "")

    assert data.htpasswd.stat().st_mode & 0o777 == 0o640
    assert data.htpasswd.parent.stat().st_mode & 0o777 == 0o700


def test_lines_that_are_not_ours_stay(data: DataFolder) -> None:
    data.htpasswd.write_text("# the team\nold:$apr1$x$y\n")
    file = PeopleFile(data.htpasswd)

    with file.editing() as entries:
        entries["ada"] = "hash"

    assert data.htpasswd.read_text() == "# the team\nold:$apr1$x$y\nada:hash\n"
    assert file.names() == ["old", "ada"]


def test_an_edit_that_fails_changes_nothing(data: DataFolder) -> None:
    file = PeopleFile(data.htpasswd)
    file.ensure_exists()

    def fail() -> None:
        with file.editing() as entries:
            entries["ada"] = "hash"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert file.names() == []


EDITOR = """
import sys
from pathlib import Path
from trackgate_proxy.site.data_folder import DataFolder
from trackgate_proxy.people.htpasswd import PeopleFile

file, number = PeopleFile(DataFolder(Path(sys.argv[1])).htpasswd), sys.argv[2]
hashed = "$2y$04$" + "x" * 53
for round in range(4):
    with file.editing() as entries:
        entries[f"stays-{number}-{round}"] = hashed
    with file.editing() as entries:
        entries[f"goes-{number}"] = hashed
    with file.editing() as entries:
        del entries[f"goes-{number}"]
"""


def test_fifty_processes_edit_at_once_and_lose_nobody(data: DataFolder) -> None:
    file = PeopleFile(data.htpasswd)
    with file.editing() as entries:
        entries["first"] = "$2y$04$" + "x" * 53
    over, broken = threading.Event(), []

    def read() -> None:
        while not over.is_set():
            text = data.htpasswd.read_text()
            whole = text.endswith("\n") and "first:" in text
            if not whole or not all(map(ENTRY.fullmatch, text.splitlines())):
                broken.append(text)

    reader = threading.Thread(target=read)
    reader.start()
    editors = [
        subprocess.Popen([sys.executable, "-c", EDITOR, str(data.root), str(number)])
        for number in range(50)
    ]
    codes = [one.wait(60) for one in editors]
    over.set()
    reader.join()

    expected = {f"stays-{number}-{one}" for number in range(50) for one in range(4)}
    assert set(codes) == {0}
    assert set(file.names()) == {"first", *expected}
    assert broken == []
    assert not list(Path(data.htpasswd.parent).glob("*.new"))
