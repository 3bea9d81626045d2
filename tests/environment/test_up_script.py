"""`scripts/up` and `scripts/down`: from nothing to a protected server, and back."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests

from tests.environment.ports import free_port
from tests.fixtures.logins import login_in

SCRIPTS = Path(__file__).parents[2] / "scripts"
START_TIMEOUT_S = 120
SEARCH = "/api/2.0/mlflow/experiments/search?max_results=10"
RUN = "/api/2.0/mlflow/runs/create"
CREATE = "/api/2.0/mlflow/experiments/create"


@dataclass(frozen=True)
class Machine:
    """One data folder and one port to run the scripts with."""

    data: Path
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self, *options: str) -> subprocess.CompletedProcess[str]:
        return run("up", *self.place(), *options)

    def down(self) -> subprocess.CompletedProcess[str]:
        return run("down", "--data-dir", str(self.data))

    def place(self) -> list[str]:
        return ["--data-dir", str(self.data), "--port", str(self.port)]


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPTS / script, *arguments],
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_TIMEOUT_S,
    )


def environment() -> dict[str, str]:
    """What the test was started with, less settings of a server."""
    return {k: v for k, v in os.environ.items() if not k.startswith("TRACKGATE_")}


@contextmanager
def new_machine() -> Generator[Machine]:
    """One on which nothing is set up; what runs there is stopped in the end."""
    # Not below pytest's folders, which no account but the own one may enter.
    folder = Path(tempfile.mkdtemp(prefix="trackgate-up-"))
    folder.chmod(0o755)
    one = Machine(folder / "data", free_port())
    yield one
    one.down()
    shutil.rmtree(folder)


@pytest.fixture
def machine() -> Iterator[Machine]:
    with new_machine() as one:
        yield one


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Machine, str]]:
    """One that is up for several tests, and what `scripts/up` had said."""
    with new_machine() as one:
        yield one, one.up("--detach").stderr


def test_up_twice_shows_the_password_once_and_keeps_what_was_logged(
    machine: Machine,
) -> None:
    first = login_in(machine.up("--detach").stdout)
    assert first["URI"] == machine.address
    login = (first["USERNAME"], first["PASSWORD"])
    name = {"name": "kept"}
    requests.post(
        machine.address + CREATE, json=name, auth=login, timeout=9
    ).raise_for_status()
    assert machine.down().returncode == 0

    second = machine.up("--detach")

    assert second.returncode == 0
    assert login_in(second.stdout) == {}
    anonymous = requests.get(machine.address + SEARCH, timeout=9)
    assert anonymous.status_code == 401
    answer = requests.get(machine.address + SEARCH, auth=login, timeout=9).json()
    assert "kept" in [experiment["name"] for experiment in answer["experiments"]]


def test_up_on_a_running_server_leaves_it_alone(running: tuple[Machine, str]) -> None:
    machine, _ = running
    pid = (machine.data / "run" / "up.pid").read_text()

    again = machine.up("--detach")
    otherwise = machine.up("--detach", "--serve", "models:/tree/1")

    assert again.returncode == otherwise.returncode == 0
    assert machine.address in again.stderr
    assert "scripts/down" not in again.stderr
    assert "scripts/down first" in otherwise.stderr
    assert (machine.data / "run" / "up.pid").read_text() == pid


def test_restart_replaces_the_server_or_says_why_it_stays(
    running: tuple[Machine, str], tmp_path: Path
) -> None:
    nowhere = run("restart", "--data-dir", str(tmp_path))
    assert nowhere.stderr == f"restart: nothing runs on {tmp_path}\n"
    machine, _ = running
    place = ["--data-dir", str(machine.data)]
    before = (machine.data / "run" / "servers" / "slot-01.sock").readlink()

    restarted = run("restart", *place)

    after = (machine.data / "run" / "servers" / "slot-01.sock").readlink()
    assert restarted.returncode == 0, restarted.stderr
    assert after != before
    database = machine.data / "tracking.db"
    kept = database.rename(machine.data / "kept.db")
    # What the new server cannot open, the old one has open.
    database.mkdir()
    refused = run("restart", *place)
    database.rmdir()
    kept.rename(database)
    assert refused.returncode == 1
    assert "the old server stays: the new one ended with code" in refused.stderr
    assert requests.get(f"{machine.address}/health", timeout=9).text == "OK"


def test_a_backup_of_what_runs_is_put_back_in_a_new_folder(machine: Machine) -> None:
    first = login_in(machine.up("--detach").stdout)
    login = (first["USERNAME"], first["PASSWORD"])
    made = requests.post(
        machine.address + RUN, json={"experiment_id": "0"}, auth=login, timeout=9
    ).json()
    run_id = made["run"]["info"]["run_id"]
    artifact = f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/note.txt"
    requests.put(
        machine.address + artifact, data=b"kept", auth=login, timeout=9
    ).raise_for_status()
    file = machine.data.parent / "backup.tar"
    new = Machine(machine.data.parent / "new", machine.port)

    written = run("backup", str(file), "--data-dir", str(machine.data))
    assert written.returncode == 0, written.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    under_it = run("restore", str(file), "--yes", "--data-dir", str(machine.data))
    assert "stop it before: scripts/down" in under_it.stderr
    machine.down()
    run("setup", *new.place())
    restored = run("restore", str(file), "--yes", "--data-dir", str(new.data))
    new.up("--detach")
    found = requests.get(new.address + artifact, auth=login, timeout=9)
    new.down()

    assert restored.returncode == 0, restored.stderr
    assert found.content == b"kept"
    assert not list(machine.data.parent.glob("*/database.backup"))


@pytest.mark.parametrize("member", ["../evil", "auth/link", "artifacts/pipe"])
def test_what_is_no_backup_is_not_unpacked(machine: Machine, member: str) -> None:
    file = machine.data.parent / "forged.tar"
    kinds = {"auth/link": tarfile.SYMTYPE, "artifacts/pipe": tarfile.FIFOTYPE}
    with tarfile.open(file, "w") as packed:
        packed.addfile(tarfile.TarInfo("database.backup"))
        forged = tarfile.TarInfo(member)
        forged.type = kinds.get(member, tarfile.REGTYPE)
        packed.addfile(forged)

    refused = run("restore", str(file), "--yes", "--data-dir", str(machine.data))

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"restore: {file} is no backup: it holds ")
    assert refused.stderr.count("\n") == 1


def test_up_says_that_the_port_is_taken_before_it_changes_anything(
    machine: Machine,
) -> None:
    with socket.create_server(("127.0.0.1", machine.port)):
        refused = machine.up()

    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"up: port {machine.port} is taken by another program; choose one with --port"
    ]
    assert not machine.data.exists()


def test_up_in_the_foreground_ends_with_all_its_children_on_an_interrupt(
    machine: Machine,
) -> None:
    with subprocess.Popen(
        [SCRIPTS / "up", *machine.place(), "--first-user", "grace"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as up:
        assert up.stdout is not None
        lines: list[str] = []
        while not lines or "TRACKING_PASSWORD" not in lines[-1]:
            lines.append(up.stdout.readline())
        children = psutil.Process(up.pid).children(recursive=True)
        up.send_signal(signal.SIGINT)
        up.communicate(timeout=30)

    assert login_in("".join(lines))["USERNAME"] == "grace"
    assert children
    assert not psutil.wait_procs(children, timeout=5)[1]
    assert machine.down().stderr == f"Nothing runs on {machine.data}.\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give rights up")
def test_root_runs_the_server_as_an_account_of_its_own(
    running: tuple[Machine, str],
) -> None:
    machine, said = running

    up = psutil.Process(int((machine.data / "run" / "up.pid").read_text()))
    users = {process.username() for process in (up, *up.children(recursive=True))}
    # Where that account cannot read this clone there is a warning instead.
    assert users == {"root" if "Warning" in said else "trackgate"}


def test_up_refuses_an_unknown_option_before_it_makes_a_data_folder(
    machine: Machine,
) -> None:
    refused = machine.up("--wrokers", "3")

    assert refused.returncode != 0
    assert "--wrokers" in refused.stderr
    assert not machine.data.exists()
