"""Servers that share a folder of slots, and stop without losing a request."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from trackgate_server import health
from trackgate_server.slot_folder import UnsafeSlots
from trackgate_server.slots import Slots

from tests.environment.ports import free_port
from tests.fixtures.accounts import NOBODY, can_import
from tests.fixtures.processes import Program
from tests.fixtures.waiting import wait_until

_SLOTS = 12
_WAITING = 20
_REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
# A server as far as the folder can tell: it enters, gets ready and heals.
_PLACEHOLDER = """
import socket, sys, time
from pathlib import Path
from trackgate_server.slots import Slots

slots = Slots(Path(sys.argv[1]), int(sys.argv[2]))
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(slots.enter())
    listener.listen()
    slots.take()
    print(slots.id, flush=True)
    while not sys.stdin.closed and sys.stdin.readline():
        slots.heal()
slots.leave()
"""


class Placeholder:
    """A process that has a place in the folder and nothing else of a server."""

    def __init__(self, folder: Path, slots: int = _SLOTS) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PLACEHOLDER, str(folder), str(slots)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.id = self._process.stdout.readline().strip()

    def heal(self) -> None:
        """Look after the folder, as a server does each second."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def leave(self) -> None:
        self._process.communicate()

    def crash(self) -> None:
        self._process.kill()
        self._process.communicate()


StartPlaceholder = Callable[..., Placeholder]
StartServer = Callable[..., Program]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "servers"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def placeholder(folder: Path) -> Generator[StartPlaceholder]:
    """Starts a placeholder in the folder."""
    with ExitStack() as ended:

        def start(slots: int = _SLOTS) -> Placeholder:
            made = Placeholder(folder, slots)
            ended.callback(made.crash)
            return made

        yield start


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all servers here, for they do not write to it."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def server(data_dir: Path, tmp_path: Path) -> Generator[StartServer]:
    """Starts `trackgate server` with further flags."""
    with ExitStack() as ended:

        def start(*flags: str) -> Program:
            command = [sys.executable, "-m", "trackgate_server", *flags]
            command += ["--data-dir", str(data_dir), "--workers", "2"]
            program = Program(command, tmp_path / "server.log", {})
            ended.callback(program.stop)
            return program

        yield start


@pytest.mark.parametrize("servers", [1, 2, 3, 5])
def test_slots_are_shared_evenly_and_in_turns(
    servers: int, folder: Path, placeholder: StartPlaceholder
) -> None:
    ids = [placeholder().id for _ in range(servers)]

    found = targets(folder)

    assert found == [ids[i % servers] for i in range(_SLOTS)]


def test_a_server_that_leaves_gives_its_slots_away(
    folder: Path, placeholder: StartPlaceholder
) -> None:
    first, second = placeholder(), placeholder()

    first.leave()
    assert set(targets(folder)) == {second.id}

    second.leave()
    assert [path.name for path in folder.iterdir()] == ["lock"]


def test_a_server_that_crashed_is_noticed_by_another(
    folder: Path, placeholder: StartPlaceholder
) -> None:
    first, second, third = placeholder(), placeholder(), placeholder()

    second.crash()
    third.heal()

    wait_until(lambda: set(targets(folder)) == {first.id, third.id})
    assert not list(folder.glob(f"{second.id}*"))


def test_a_server_is_not_known_before_it_is_ready(
    folder: Path, placeholder: StartPlaceholder
) -> None:
    starting = Slots(folder, _SLOTS)
    starting.enter()
    ready = placeholder()
    ready.heal()

    assert set(targets(folder)) == {ready.id}
    assert starting.take() == _SLOTS // 2
    starting.leave()
    assert starting.take() == 0, "it left before its worker was ready"
    assert set(targets(folder)) == {ready.id}


def test_servers_without_a_slot_get_one_when_another_leaves(
    folder: Path, placeholder: StartPlaceholder
) -> None:
    servers = [placeholder(slots=2) for _ in range(3)]
    assert targets(folder) == [servers[0].id, servers[1].id]

    servers[0].leave()

    assert targets(folder) == [servers[1].id, servers[2].id]


def test_namesakes_in_two_containers_get_different_ids(folder: Path) -> None:
    first, second = Slots(folder, _SLOTS), Slots(folder, _SLOTS)

    first.enter()
    second.enter()

    assert second.id == f"{first.id}-2"
    first.leave()
    second.leave()


def test_what_a_crash_of_all_left_behind_is_removed(
    folder: Path, placeholder: StartPlaceholder
) -> None:
    own = placeholder().id
    for name in ("gone-1.alive", "gone-1.sock", "gone-2.sock"):
        (folder / name).touch()
    for name in ("slot-07.sock", "slot-13.sock", "slot.new"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to("gone-1.sock")

    placeholder().leave()

    assert targets(folder) == [own] * _SLOTS
    assert not list(folder.glob("gone*"))


def test_a_folder_that_others_may_write_to_is_refused(
    folder: Path, data_dir: Path
) -> None:
    folder.chmod(0o770)

    refused = refusal("--slots-dir", str(folder), "--data-dir", str(data_dir))

    assert refused == (
        f"Error: --slots-dir {folder} is open to others (mode 0770); make it private:"
        f" chmod 700 {folder}\n"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused(folder: Path) -> None:
    os.chown(folder, NOBODY, NOBODY)

    with pytest.raises(UnsafeSlots, match=f"belongs to account {NOBODY}"):
        Slots(folder, _SLOTS)


def test_what_cannot_be_a_folder_of_slots_is_named(folder: Path) -> None:
    with pytest.raises(UnsafeSlots, match="/dev/null cannot be used: Not a directory"):
        Slots(Path("/dev/null"), _SLOTS)
    with pytest.raises(UnsafeSlots, match="0 slots are too few"):
        Slots(folder, 0)


def test_a_socket_and_slots_exclude_each_other(folder: Path, data_dir: Path) -> None:
    flags = ["--slots-dir", str(folder), "--socket", str(folder / "own.sock")]

    assert "exclude each other" in refusal(*flags, "--data-dir", str(data_dir))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_root_takes_slots_as_the_owner_of_the_data(tmp_path: Path) -> None:
    if not can_import("trackgate_server.http.app"):
        pytest.skip("this Python cannot be run by another account")
    # Outside of root's own temporary folders, which nobody else can enter.
    with tempfile.TemporaryDirectory() as home:
        os.chown(home, NOBODY, NOBODY)
        where = ["--data-dir", home, "--slots-dir", f"{home}/servers"]
        command = [sys.executable, "-m", "trackgate_server", *where]
        program = Program(command, tmp_path / "server.log", {})
        program.wait_until(lambda: can_connect(f"{home}/servers/slot-01.sock"))

        assert Path(home, "servers", "slot-01.sock").stat().st_uid == NOBODY
        assert program.stop() == 0


@pytest.mark.parametrize("way", ["slots", "socket", "tcp"])
def test_a_server_that_stops_answers_all_that_reached_it(
    way: str, folder: Path, server: StartServer
) -> None:
    flags, address = listening(way, folder)
    program = server(*flags)
    program.wait_until(lambda: can_connect(address))
    main = psutil.Process(program.pid)
    kept = asking(address)
    assert b"connection: keep-alive" in answer_of(kept).lower()
    for worker in main.children():
        worker.suspend()
    waiting = [asking(address) for _ in range(_WAITING)]

    main.terminate()
    if way != "tcp":
        wait_until(lambda: not can_connect(address))
    for worker in main.children():
        worker.resume()
    answers = [answer_of(one) for one in closing(waiting)]

    assert [answer[:15] for answer in answers] == [b"HTTP/1.1 200 OK"] * _WAITING
    with kept:
        wait_until(lambda: is_answered_with_close(kept))
    assert program.stop() == 0


def test_a_killed_server_is_replaced_in_the_slots_within_two_seconds(
    folder: Path, server: StartServer
) -> None:
    programs = [server("--slots-dir", str(folder)) for _ in range(2)]
    wait_until(lambda: len(set(targets(folder))) == 2)
    kept, killed = (f"{health.host_name()}-{one.pid}" for one in programs)

    worker = psutil.Process(programs[0].pid).children()[0]
    worker.kill()
    main = psutil.Process(programs[1].pid)
    for process in (main, *main.children()):
        process.kill()

    wait_until(lambda: set(targets(folder)) == {kept}, within_s=2)
    wait_until(lambda: not list(folder.glob(f"{killed}*")), within_s=1)
    with asking(str(folder / "slot-12.sock")) as connection:
        assert b" 200 OK" in answer_of(connection)


def test_a_server_whose_place_is_removed_ends_to_be_started_again(
    folder: Path, server: StartServer
) -> None:
    program = server("--slots-dir", str(folder))
    wait_until(lambda: targets(folder) != [])

    main = psutil.Process(program.pid)
    for name in folder.glob("*.alive"):
        name.unlink()

    wait_until(lambda: main.status() == psutil.STATUS_ZOMBIE)
    assert program.stop() == 1
    assert "was removed from the folder of slots" in program.log.read_text()


def test_the_health_check_asks_this_hosts_own_server(
    folder: Path, server: StartServer
) -> None:
    assert check(folder) == (1, f"{folder} has no socket of {health.host_name()}\n")
    (folder / "another-1.sock").touch()
    assert check(folder)[0] == 1

    program = server("--slots-dir", str(folder), "--static-prefix", "/tracking")
    wait_until(lambda: targets(folder) != [])

    assert check(folder, TRACKGATE_STATIC_PREFIX="/tracking") == (0, "")
    assert check(folder, TRACKGATE_PUBLIC_URL="https://a.example/tracking/")[0] == 0
    code, why = check(folder)
    assert code == 1
    assert why == f"{health.host_name()}-{program.pid}.sock: HTTP/1.0 404 NOT FOUND\n"


def check(folder: Path, **environment: str) -> tuple[int, str]:
    """Exit code and output of the health check, run as a container does."""
    done = subprocess.run(
        [sys.executable, "-IS", health.__file__, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def refusal(*flags: str) -> str:
    """What `trackgate server` says when it does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "trackgate_server", *flags],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1, done.stderr
    return done.stderr


def targets(folder: Path) -> list[str]:
    """The ids that the slots lead to, in order."""
    links = sorted(folder.glob("slot-*.sock"))
    return [link.readlink().name.removesuffix(".sock") for link in links]


def listening(way: str, folder: Path) -> tuple[list[str], str]:
    """The flags for a way to listen, and where to connect then."""
    if way == "slots":
        return ["--slots-dir", str(folder)], str(folder / "slot-01.sock")
    if way == "socket":
        path = str(folder / "own.sock")
        return ["--socket", path], path
    port = str(free_port())
    return ["--port", port], port


def asking(address: str) -> socket.socket:
    """A connection on which a request was sent, to a path or a port."""
    family = socket.AF_INET if address.isdecimal() else socket.AF_UNIX
    connection = socket.socket(family)
    connection.settimeout(10)
    try:
        connection.connect(
            ("127.0.0.1", int(address)) if address.isdecimal() else address
        )
        connection.sendall(_REQUEST)
    except OSError:
        connection.close()
        raise
    return connection


def answer_of(connection: socket.socket) -> bytes:
    """The whole answer; the connection stays open."""
    answer = b""
    while not answer.endswith(b"\r\n\r\nOK"):
        received = connection.recv(4096)
        assert received, answer
        answer += received
    return answer


def is_answered_with_close(connection: socket.socket) -> bool:
    """Whether a further request's answer is the last one on this connection."""
    connection.sendall(_REQUEST)
    answer = answer_of(connection)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    return b"connection: close" in answer.lower()


def closing(connections: list[socket.socket]) -> Iterator[socket.socket]:
    """Each of them, closed when the next one is asked for."""
    for connection in connections:
        with connection:
            yield connection


def can_connect(address: str) -> bool:
    try:
        asking(address).close()
    except OSError:
        return False
    return True
