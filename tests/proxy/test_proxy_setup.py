"""`trackgate setup`: from nothing to where a start needs nothing more, and again."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from trackgate_proxy.cli import users
from trackgate_proxy.people.htpasswd import PeopleFile
from trackgate_proxy.people.people import People
from trackgate_proxy.site.data_folder import ensure_folders
from trackgate_proxy.site.stored_settings import remembered_address

from tests.fixtures.setups import Home, login, new_home, refusal

HTTPS = "https://track.example"
PUBLIC = {
    "TRACKGATE_PUBLIC_URL": f"{HTTPS}/tracking",
    "TRACKGATE_PUBLISHED": "0.0.0.0:443",
}
GIVEN = {**PUBLIC, "TRACKGATE_CERTIFICATES": "./tls"}


def test_the_first_run_makes_all_and_the_second_changes_nothing(home: Home) -> None:
    words = ["--tls", "self-signed", "--public-url", f"{HTTPS}/tracking"]
    first = home.set_up(*words)

    assert first.exit_code == 0, first.output
    shown = login(first)
    assert (shown["URI"], shown["USERNAME"]) == (f"{HTTPS}/tracking", "admin")
    assert People(home.data).verify("admin", shown["PASSWORD"])
    assert "self-signed.pem" in home.config
    assert "= /tracking/health {" in home.config

    before = home.files()
    second = home.set_up(*words)

    assert second.exit_code == 0, second.output
    assert login(second) == {}
    assert "stays as it is" in second.output
    assert "somebody can log in already" in second.output
    assert "Nginx config: unchanged" in second.output
    assert home.files() == before


@pytest.fixture(scope="module")
def contained() -> Iterator[tuple[Home, Result]]:
    """A site in a container, and what setting it up said."""
    with new_home() as home:
        yield home, home.contain({**PUBLIC, "TRACKGATE_FIRST_USER": "grace"})


def test_on_sqlite_one_server_answers_and_the_others_stand_by(home: Home) -> None:
    assert home.set_up().exit_code == 0

    assert "slot-01.sock' max_fails=0;" in home.config
    assert home.config.count("max_fails=0 backup;") == 11


def test_a_container_has_its_folders_elsewhere(contained: tuple[Home, Result]) -> None:
    home, result = contained

    assert result.exit_code == 0, result.output
    assert (home.root / "tracking.db").exists()
    assert {path.name for path in home.data.root.iterdir()} == {
        *("auth", "proxy", "settings.json")
    }
    assert {path.name for path in home.store.iterdir()} == {"artifacts", "spool"}
    assert all(path.stat().st_mode & 0o777 == 0o700 for path in home.store.iterdir())
    assert "listen 0.0.0.0:8080 ssl;" in home.config
    assert f"unix:{home.root}/servers/slot-12.sock" in home.config
    # Another container, with another name, must come to the same config.
    assert os.uname().nodename not in home.config


def test_people_are_told_the_public_address(contained: tuple[Home, Result]) -> None:
    home, result = contained
    assert login(result)["URI"] == f"{HTTPS}/tracking"
    assert login(result)["USERNAME"] == "grace"

    changed = CliRunner(env={"TRACKGATE_CONTAINER": "1"}).invoke(
        users, ["passwd", "grace", "--data-dir", str(home.data.root)]
    )

    assert f"export TRACKING_URI={HTTPS}/tracking\n" in changed.output
    assert "= /tracking/health {" in home.config


def test_a_certificate_made_here_is_for_the_public_host(
    contained: tuple[Home, Result],
) -> None:
    home, made = contained
    other = home.contain({**PUBLIC, "TRACKGATE_PUBLIC_URL": "https://box.lan"})

    pem = home.data.tls / "self-signed.pem"
    names = "self-signed, for localhost, 127.0.0.1, ::1, proxy"
    assert f"made {pem}, {names}, track.example" in made.output
    assert f"made {pem}, {names}, box.lan" in other.output
    assert f"ssl_certificate '{pem}';" in home.config
    assert login(other) == {}


CONTRADICTIONS: dict[str, tuple[dict[str, str], list[str]]] = {
    "open without an address": (
        {"TRACKGATE_PUBLISHED": "0.0.0.0:8080"},
        ["BIND=0.0.0.0", "in clear", "set PUBLIC_URL=https://"],
    ),
    "another port": (
        {**PUBLIC, "TRACKGATE_PUBLISHED": "0.0.0.0:8080"},
        ["PORT=8080", "set PORT=443, or PUBLIC_URL=https://track.example:8080/t"],
    ),
    "closed to the network": (
        {**PUBLIC, "TRACKGATE_PUBLISHED": "127.0.0.1:443"},
        ["BIND=127.0.0.1", "nobody could reach", "set BIND=0.0.0.0"],
    ),
    "open for nobody": (
        {**PUBLIC, "TRACKGATE_PUBLIC_URL": "https://localhost"},
        ["BIND=0.0.0.0", "https://localhost", "set BIND=127.0.0.1"],
    ),
    "certificates without an address": (
        {"TRACKGATE_CERTIFICATES": "./tls"},
        ["CERTIFICATES=./tls", "set PUBLIC_URL=https://"],
    ),
    "certificates for plain HTTP": (
        {
            **GIVEN,
            "TRACKGATE_PUBLIC_URL": "http://track.example",
            "TRACKGATE_PUBLISHED": "0.0.0.0:80",
        },
        ["CERTIFICATES=./tls", "plain HTTP", "write https://"],
    ),
    "certificates for somebody in front": (
        {**GIVEN, "TRACKGATE_TLS": "off"},
        ["CERTIFICATES=./tls and TLS=off", "leave one of them empty"],
    ),
    "self-signed plain HTTP": (
        {"TRACKGATE_TLS": "self-signed"},
        ["TLS=self-signed", "set PUBLIC_URL=https://"],
    ),
    "TLS of another kind": (
        {**PUBLIC, "TRACKGATE_TLS": "on"},
        ["TLS: 'on' is not one of 'self-signed', 'off'"],
    ),
    "no address of a machine": (
        {"TRACKGATE_PUBLISHED": "localhost:8080"},
        ["BIND=localhost", "set BIND=127.0.0.1"],
    ),
    "several ports": (
        {"TRACKGATE_PUBLISHED": "127.0.0.1:80-90"},
        ["PORT=80-90", "1 to 65535"],
    ),
    "several addresses": (
        {**PUBLIC, "TRACKGATE_PUBLIC_URL": f"{HTTPS} https://box.lan"},
        ["PUBLIC_URL=https://track.example https://box.lan", "one address"],
    ),
    "another prefix": (
        {
            **PUBLIC,
            "TRACKGATE_PUBLIC_URL": f"{HTTPS}/a",
            "TRACKGATE_STATIC_PREFIX": "/b",
        },
        ["https://track.example/a", "'/b'", "leave one of them out"],
    ),
    "a name that is none": (
        {"TRACKGATE_FIRST_USER": "a:b"},
        ["'a:b'", "letters, digits"],
    ),
    "no database": (
        {"TRACKGATE_BACKEND_STORE_URI": ""},
        ["TRACKGATE_BACKEND_STORE_URI is not set"],
    ),
    "no URL": (
        {"TRACKGATE_PUBLIC_URL": "track.example"},
        ["'track.example'", "https://track.example"],
    ),
    "no port": (
        {"TRACKGATE_PUBLIC_URL": "https://track.example:443x"},
        ["track.example:443x"],
    ),
    "half an address": (
        {"TRACKGATE_PUBLIC_URL": "https://[::1"},
        ["'https://[::1'"],
    ),
    "a query": (
        {"TRACKGATE_PUBLIC_URL": f"{HTTPS}/?a=b"},
        ["must end with its path"],
    ),
    "a fragment": (
        {"TRACKGATE_PUBLIC_URL": f"{HTTPS}#top"},
        ["must end with its path"],
    ),
    "a path that could end a word": (
        {**PUBLIC, "TRACKGATE_PUBLIC_URL": HTTPS + "/a;b"},
        ["'/a;b'", "/tracking"],
    ),
    "an address of all machines": (
        {"TRACKGATE_PUBLIC_URL": "https://0.0.0.0"},
        ["Nobody can connect", "https://0.0.0.0"],
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_what_contradicts_itself_is_one_line_and_changes_nothing(
    home: Home, name: str
) -> None:
    variables, said = CONTRADICTIONS[name]

    line = refusal(home.contain(variables))

    for part in said:
        assert part in line
    assert home.is_untouched()


def test_a_password_in_the_public_address_is_refused_and_not_repeated(
    home: Home,
) -> None:
    line = refusal(home.contain({"TRACKGATE_PUBLIC_URL": "https://ada:secret@box"}))

    assert "no password" in line
    assert "secret" not in line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--tls-key", __file__], "needed together"),
        (["--tls-cert", __file__, "--tls-key", __file__], "no readable certificate"),
        (["--tls-cert", "/none", "--tls-key", "/none"], "'/none' does not exist"),
        (["--tls", "off", "--redirect-port", "80"], "leads to HTTPS"),
        (["--tls", "self-signed", "--public-url", "http://box"], "plain HTTP"),
        (
            ["--public-url", f"{HTTPS}/a", "--public-url", "https://box.lan/b"],
            "have different paths",
        ),
        (["--public-url", f"{HTTPS}/a", "--static-prefix", "/b"], "'/b'"),
        (["--port", "70000"], "70000 is not in the range"),
    ],
)
def test_natively_the_line_speaks_of_the_options(
    home: Home, words: list[str], said: str
) -> None:
    assert said in refusal(home.set_up(*words))
    assert home.is_untouched()


def test_plain_http_for_the_network_is_warned_of(home: Home) -> None:
    plain = {"TRACKGATE_PUBLIC_URL": "http://box", "TRACKGATE_PUBLISHED": "0.0.0.0:80"}

    result = home.contain(plain)

    assert result.exit_code == 0, result.output
    assert "passwords cross the network in clear" in result.stderr
    assert "ssl_certificate" not in home.config


def test_somebody_in_front_may_end_tls_on_a_port_of_their_own(home: Home) -> None:
    result = home.contain(
        {
            **PUBLIC,
            "TRACKGATE_TLS": "off",
            "TRACKGATE_PUBLISHED": "127.0.0.1:8080",
        }
    )

    assert result.exit_code == 0, result.output
    assert login(result)["URI"] == f"{HTTPS}/tracking"
    assert result.stderr == ""
    assert "ssl_certificate" not in home.config
    assert r"https://track\.example" in home.config


def test_a_database_that_fails_ends_it_with_its_own_line(
    home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    nowhere = f"sqlite:///{home.root}/none/tracking.db"

    result = home.set_up("--backend-store-uri", nowhere)

    assert result.exit_code == 1
    assert capfd.readouterr().err.startswith("Error: ")
    assert login(result) == {}
    assert not home.data.settings.exists()


def test_a_password_that_could_not_be_kept_locks_nobody_out(home: Home) -> None:
    in_the_way = home.data.htpasswd.with_name("htpasswd.new")
    in_the_way.mkdir(parents=True)
    home.data.root.chmod(0o700)
    lost = home.set_up()
    assert lost.exit_code == 1
    assert "htpasswd.new" in lost.stderr.splitlines()[-1]
    in_the_way.rmdir()

    shown = login(home.set_up())

    assert shown["PASSWORD"] != login(lost)["PASSWORD"]
    assert People(home.data).verify("admin", shown["PASSWORD"])


def test_two_at_once_make_one_first_user(home: Home) -> None:
    command = [sys.executable, "-m", "trackgate", "setup"]
    place = ["--data-dir", str(home.data.root)]
    both = [
        subprocess.Popen([*command, *place], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    said = [one.communicate(timeout=60)[0] for one in both]

    assert [one.returncode for one in both] == [0, 0]
    assert sum("TRACKING_PASSWORD" in text for text in said) == 1
    assert PeopleFile(home.data.htpasswd).names() == ["admin"]


def test_the_config_of_a_running_stack_is_left_alone(home: Home) -> None:
    """It has options of its own, which a reload must not change."""
    ensure_folders(home.data)
    home.data.address.write_text("http://127.0.0.1:9090\n")
    with open(home.data.up_lock, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        result = home.set_up("--port", "8181")

    assert "http://127.0.0.1:9090 keeps those it was started with" in result.output
    assert "left to the running stack" in result.output
    assert not home.data.nginx_config.exists()
    # Nor are people told an address that nobody answers at.
    assert remembered_address(home.data) is None
