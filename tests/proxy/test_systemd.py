"""`trackgate systemd`, judged by systemd's own tool, and by running what it says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result
from trackgate_proxy.cli import systemd

from tests.environment.missing import missing
from tests.environment.ports import free_port
from tests.fixtures.processes import Program

UNITS = {
    "trackgate.target",
    "trackgate-setup.service",
    "trackgate-server@.service",
    "trackgate-proxy.service",
}
# 0 to 10 as systemd rates it, in tenths; "2.5" is among the safest of a machine.
MOST_EXPOSURE = 25


@dataclass(frozen=True, slots=True)
class Units:
    """A folder of unit files, and the settings file beside it."""

    folder: Path
    settings_file: Path

    def write(self, *words: str) -> Result:
        return _systemd(self.settings_file, "--write", str(self.folder), *words)

    def values(self, unit: str, name: str) -> list[str]:
        """What a unit says for one name, in order."""
        text = (self.folder / unit).read_text()
        return re.findall(rf"^{name}=(.*)$", text, re.MULTILINE)

    def commands(self, unit: str, name: str) -> list[list[str]]:
        """The commands of a unit as systemd would run them."""
        return [
            [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(line)]
            for line in self.values(unit, name)
        ]


@pytest.fixture
def units(tmp_path: Path) -> Units:
    """Names that mean something to systemd, were they not escaped."""
    folder = tmp_path / "units"
    folder.mkdir()
    return Units(folder, tmp_path / 'set "tings" 100%n' / "a$b.env")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    # Short, because a socket's path holds 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="tg-") as home:
        yield Path(home, "da ta 100%n")


@pytest.fixture
def analyze(pytestconfig: pytest.Config) -> str:
    found = shutil.which("systemd-analyze")
    return found or missing(pytestconfig, "systemd-analyze is missing")


@pytest.mark.nginx
@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--port", "443", "--tls", "self-signed", "--host", "0.0.0.0"),
        ("--backend-store-uri", "postgresql://trackgate@db/trackgate"),
    ],
    ids=["as it is", "a port of root's", "PostgreSQL"],
)
def test_systemd_has_nothing_to_say_against_the_units(
    units: Units, data_dir: Path, analyze: str, words: tuple[str, ...]
) -> None:
    result = units.write("--data-dir", str(data_dir), *words)
    assert result.exit_code == 0, result.output
    names = [one.replace("@.", "@1.") for one in sorted(UNITS)]

    verdict = _run([analyze, "--man=no", "verify", *names], units.folder)

    assert verdict.stdout + verdict.stderr == ""
    assert verdict.returncode == 0
    for service in sorted(UNITS - {"trackgate.target"}):
        limit = f"--threshold={MOST_EXPOSURE}"
        rating = [analyze, "security", "--offline=true", "--no-pager", limit, service]
        rated = _run(rating, units.folder)
        assert rated.returncode == 0, rated.stdout


@pytest.mark.nginx
def test_what_the_units_start_lets_people_in(units: Units, data_dir: Path) -> None:
    port = free_port()
    units.write("--data-dir", str(data_dir), "--port", str(port), "--workers", "1")
    log = units.folder / "log"

    with running(units, log) as setups_words:
        password = re.search(r"TRACKING_PASSWORD=(\S+)", setups_words)
        assert password is not None
        site = f"http://127.0.0.1:{port}"
        search = f"{site}/api/2.0/mlflow/experiments/search?max_results=1"
        stranger = requests.get(search, timeout=30)
        admin = requests.get(search, auth=("admin", password[1]), timeout=30)

    assert stranger.status_code == 401
    assert admin.status_code == 200, admin.text
    assert admin.json()["experiments"][0]["name"] == "Default"


@pytest.mark.nginx
def test_the_units_and_trackgate_up_do_not_run_at_once(
    units: Units, data_dir: Path
) -> None:
    units.write("--data-dir", str(data_dir), "--port", str(free_port()))
    (data_dir / "run").mkdir(parents=True)
    (look, *_) = units.commands("trackgate-proxy.service", "ExecStartPre")
    held = ["flock", str(data_dir / "run" / "up.lock"), *look]

    alone, beside_up = _run(look, data_dir), _run(held, data_dir)

    assert alone.returncode == 0, alone.stderr
    assert beside_up.returncode == 1
    assert "`trackgate up` runs on this data folder; stop it first" in beside_up.stderr


def test_servers_on_sqlite_have_no_network(units: Units) -> None:
    units.write()

    assert units.values("trackgate-server@.service", "PrivateNetwork") == ["yes"]
    families = units.values("trackgate-server@.service", "RestrictAddressFamilies")
    assert families == ["AF_UNIX"]


@pytest.mark.parametrize(
    "words",
    [
        ("--backend-store-uri", "postgresql://trackgate@db/trackgate"),
        ("--artifacts-destination", "s3://models/team"),
    ],
)
def test_servers_reach_a_database_or_store_elsewhere(
    units: Units, words: tuple[str, ...]
) -> None:
    units.write(*words)

    assert units.values("trackgate-server@.service", "PrivateNetwork") == []
    (families,) = units.values("trackgate-server@.service", "RestrictAddressFamilies")
    assert families == "AF_UNIX AF_INET AF_INET6"


@pytest.mark.parametrize(
    ("words", "has_it"),
    [
        (("--port", "8080"), False),
        (("--port", "443", "--tls", "self-signed"), True),
        (("--tls", "self-signed", "--redirect-port", "80"), True),
    ],
)
def test_only_a_port_below_1024_needs_a_capability_and_only_nginx_has_it(
    units: Units, words: tuple[str, ...], has_it: bool
) -> None:
    units.write(*words)

    expected = ["CAP_NET_BIND_SERVICE"] if has_it else []
    assert units.values("trackgate-proxy.service", "AmbientCapabilities") == expected
    for service in ("trackgate-setup.service", "trackgate-server@.service"):
        assert units.values(service, "AmbientCapabilities") == []
        assert units.values(service, "CapabilityBoundingSet") == [""]


def test_the_target_wants_as_many_servers_as_were_said(units: Units) -> None:
    units.write("--servers", "3")

    (wanted,) = units.values("trackgate.target", "Wants")
    assert re.findall(r"server@(\d)", wanted) == ["1", "2", "3"]


def test_secrets_stand_in_the_settings_file_alone(units: Units) -> None:
    secret = 'pa"s$w%rd'
    uri = f"postgresql://trackgate:{secret}@db/trackgate"

    result = units.write("--backend-store-uri", uri)

    written = units.settings_file.read_text()
    assert f"TRACKGATE_BACKEND_STORE_URI={_quoted(uri)}\n" in written
    assert stat.S_IMODE(units.settings_file.stat().st_mode) == 0o600
    texts = [one.read_text() for one in units.folder.iterdir()]
    assert not any("s$w" in text for text in (*texts, result.output))


def test_a_second_run_reads_the_settings_file_and_changes_nothing(
    units: Units, data_dir: Path
) -> None:
    words = ("--public-url", "https://track.example", "--servers", "3")
    units.write("--data-dir", str(data_dir), "--tls", "self-signed", *words)
    before = {one.name: one.stat().st_mtime_ns for one in units.folder.iterdir()}

    again = units.write()

    assert again.exit_code == 0
    assert "Wrote" not in again.output
    now = {one.name: one.stat().st_mtime_ns for one in units.folder.iterdir()}
    assert now == before
    assert set(now) == UNITS


def test_an_edited_settings_file_decides_what_the_units_may(units: Units) -> None:
    units.write()
    with units.settings_file.open("a") as file:
        file.write("TRACKGATE_PORT='80'\n")

    units.write()

    capability = units.values("trackgate-proxy.service", "AmbientCapabilities")
    assert capability == ["CAP_NET_BIND_SERVICE"]


def test_printing_changes_nothing(units: Units) -> None:
    result = _systemd(units.settings_file)

    assert result.exit_code == 0
    assert all(f"# --- {name}\n" in result.output for name in UNITS)
    assert "#TRACKGATE_PORT=8080" in result.output
    assert not units.settings_file.parent.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--artifacts-destination", "/srv/artifacts"), "must be s3://BUCKET/PREFIX"),
        (("--account", "root"), "would run all as root"),
        (("--account", "a b"), "'a b' is no account name"),
        (("--port", "none"), "'none' is not a valid integer"),
        (("--servers", "13"), "--servers 13 is too many: at most 12"),
        (("--serve", "models:/m/1"), "goes with `trackgate up`"),
        (("--tls", "self-signed", "--tls-cert", __file__), "--tls-key"),
    ],
)
def test_what_cannot_work_is_refused_in_one_line(
    units: Units, words: tuple[str, ...], said: str
) -> None:
    result = units.write(*words)

    assert result.exit_code == 1
    assert said in result.output
    assert "\n" not in result.output.strip()
    assert list(units.folder.iterdir()) == []


def test_an_option_that_the_settings_file_contradicts_is_refused(units: Units) -> None:
    units.write("--port", "8443")

    result = units.write("--port", "8444")

    assert result.exit_code == 1
    assert "must say TRACKGATE_PORT=8444" in result.output


@pytest.mark.parametrize("line", ["TRACKGATE_PORT 80", 'TRACKGATE_PORT="80', "=80"])
def test_a_line_that_systemd_would_misread_is_named(units: Units, line: str) -> None:
    units.settings_file.parent.mkdir()
    units.settings_file.write_text(f"# first\n{line}\n")

    result = units.write()

    assert result.exit_code == 1
    assert f"Line 2 of {units.settings_file}" in result.output


def test_somebody_elses_unit_is_left_alone(units: Units) -> None:
    theirs = units.folder / "trackgate-setup.service"
    theirs.write_text("[Unit]\n")

    result = units.write()

    assert result.exit_code == 1
    assert "is not from `trackgate systemd`; move it away first" in result.output
    assert theirs.read_text() == "[Unit]\n"


@contextmanager
def running(units: Units, log: Path) -> Iterator[str]:
    """Run the units' commands as this account, in order; what the set-up said.

    What keeps them from things is systemd's part, and not here.
    """
    settings = _settings(units.settings_file)
    (setup,) = units.commands("trackgate-setup.service", "ExecStart")
    said = _run(setup, units.folder, settings)
    assert said.returncode == 0, said.stdout + said.stderr
    with ExitStack() as stack:
        for service in ("server@", "server@", "proxy"):
            program = _start(units, f"trackgate-{service}.service", log, settings)
            stack.callback(program.stop)
        yield said.stdout


def _start(units: Units, unit: str, log: Path, settings: dict[str, str]) -> Program:
    """Start a service, and wait as systemd would."""
    for command in units.commands(unit, "ExecStartPre"):
        before = _run(command, units.folder)
        assert before.returncode == 0, before.stderr
    (command,) = units.commands(unit, "ExecStart")
    program = Program(command, log, settings)
    (wait,) = units.commands(unit, "ExecStartPost")
    known = [word.replace("$MAINPID", str(program.pid)) for word in wait]
    assert _run(known, units.folder).returncode == 0, log.read_text()
    return program


def _settings(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if re.match(r"\w", line)]
    pairs = [shlex.split(line)[0].partition("=") for line in lines]
    return {name: value for name, _, value in pairs}


def _systemd(settings_file: Path, *words: str) -> Result:
    return CliRunner().invoke(systemd, ["--settings", str(settings_file), *words])


def _quoted(value: str) -> str:
    return '"' + re.sub(r'(["\\$`])', r"\\\1", value) + '"'


def _run(
    command: list[str], folder: Path, settings: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("TRACKGATE_")}
    return subprocess.run(
        command,
        cwd=folder,
        env=inherited | (settings or {}),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
