"""The server is replaced, and killed, while people work through Nginx."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
import requests

from tests.fixtures.processes import Program
from tests.fixtures.sites import PASSWORDS, Stack, running_stack
from tests.fixtures.waiting import wait_until

pytestmark = pytest.mark.nginx

_PEOPLE = 8
# So that starting a server does not take all too long beside them.
_PAUSE_S = 0.01
_API = "/api/2.0/mlflow"


@dataclass
class Person:
    """Logs metrics and reads a run, over one kept connection that never tries again.

    logged   steps that were answered with 200
    failed   what came instead of an answer with 200
    """

    address: str
    run_id: str
    logged: list[int] = field(default_factory=list[int])
    failed: list[str] = field(default_factory=list[str])

    def work(self, stopping: threading.Event) -> None:
        with requests.Session() as session:
            session.auth = ("ada", PASSWORDS["ada"])
            step = 0
            while not stopping.is_set():
                step += 1
                if self._answers(
                    session, "POST", "/runs/log-metric", self._point(step)
                ):
                    self.logged.append(step)
                self._answers(session, "GET", f"/runs/get?run_id={self.run_id}", None)
                stopping.wait(_PAUSE_S)

    def _point(self, step: int) -> dict[str, object]:
        now_ms = time.time_ns() // 1_000_000
        point = {"key": "loss", "value": step, "timestamp": now_ms, "step": step}
        return {"run_id": self.run_id, **point}

    def _answers(
        self, session: requests.Session, method: str, path: str, body: object
    ) -> bool:
        try:
            url = self.address + _API + path
            answer = session.request(method, url, json=body, timeout=30)
        except requests.RequestException as error:
            self.failed.append(repr(error))
            return False
        if answer.status_code != 200:
            self.failed.append(f"{method} {answer.status_code} {answer.text}")
        return answer.status_code == 200


class Crowd:
    """Many people at work until the block ends."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.people = [Person(stack.address, self._new_run()) for _ in range(_PEOPLE)]
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=one.work, args=(self._stopping,))
            for one in self.people
        ]

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        self.wait_for_more()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def wait_for_more(self) -> None:
        """Until everybody has been answered five times more."""
        goals = [len(one.logged) + 5 for one in self.people]
        wait_until(
            lambda: all(
                len(one.logged) >= goal
                for one, goal in zip(self.people, goals, strict=True)
            )
        )

    def lost(self) -> list[str]:
        """What was answered with 200 and is not there."""
        return [
            f"{one.run_id} step {step}"
            for one in self.people
            for step in sorted(set(one.logged) - self._stored(one))
        ]

    def _new_run(self) -> str:
        answer = self._stack.client("ada").raw(
            "POST", f"{_API}/runs/create", json={"experiment_id": "0"}
        )
        return answer.json["run"]["info"]["run_id"]

    def _stored(self, person: Person) -> set[int]:
        path = f"{_API}/metrics/get-history?run_id={person.run_id}&metric_key=loss"
        points = self._stack.client("ada").raw("GET", path).json["metrics"]
        return {int(point["step"]) for point in points}


@pytest.fixture(scope="module")
def lively() -> Generator[Stack]:
    """A stack of these tests' own, since its server does not stay the same."""
    with running_stack() as stack:
        yield stack


def test_a_server_is_replaced_without_a_failed_request(lively: Stack) -> None:
    servers = [the_server(lively).pid]
    with Crowd(lively) as crowd:
        for _ in range(2):
            assert replace(lively) == "REPLACED"
            servers.append(the_server(lively).pid)
            crowd.wait_for_more()

    assert len(set(servers)) == 3
    assert [one.failed for one in crowd.people if one.failed] == []
    assert crowd.lost() == []
    assert lively.data.error_log.read_text() == ""


def test_a_killed_server_takes_only_the_requests_it_had_with_it(
    lively: Stack, tmp_path: Path
) -> None:
    first = the_server(lively)
    second = Program(first.cmdline(), tmp_path / "second.log", {})
    wait_until(lambda: len(targets(lively)) == 2)
    with Crowd(lively) as crowd:
        # The older one, which gets the requests.
        kill(first)
        wait_until(lambda: f"{first.pid}.sock" not in targets(lively), within_s=5)
        crowd.wait_for_more()
        # `trackgate up` has started another one by then.
        wait_until(lambda: len(targets(lively)) == 2)
        second.stop()
        crowd.wait_for_more()

    assert all(len(one.failed) <= 1 for one in crowd.people), crowd.people
    assert crowd.lost() == []
    assert targets(lively) == {f"{the_server(lively).pid}.sock"}


def test_a_server_that_does_not_get_ready_is_not_taken(lively: Stack) -> None:
    server = the_server(lively)
    database = lively.data.root / "tracking.db"
    kept = database.rename(database.with_name("kept.db"))
    # The new one cannot open it; the old one has it open.
    database.mkdir()

    outcome = replace(lively)

    database.rmdir()
    kept.rename(database)
    assert outcome.startswith("the new one ended with code")
    assert the_server(lively) == server
    assert lively.client("ada").raw("GET", "/health").status == 200
    assert f"The server stays: {outcome}." in lively.program.log.read_text()


def the_server(stack: Stack) -> psutil.Process:
    """gunicorn's main process; fails while there are two."""
    (found,) = (
        one
        for one in psutil.Process(stack.program.pid).children()
        if "trackgate_server" in " ".join(one.cmdline())
    )
    return found


def replace(stack: Stack) -> str:
    """Ask for a replacement and wait until it is over; how it ended."""
    before = restarts(stack)
    psutil.Process(stack.program.pid).send_signal(signal.SIGUSR1)
    wait_until(lambda: restarts(stack) != before)
    return restarts(stack).partition(" ")[2]


def restarts(stack: Stack) -> str:
    """How many replacements are over, and how the last one ended."""
    file = stack.data.restarts
    return file.read_text().strip() if file.exists() else ""


def kill(server: psutil.Process) -> None:
    for process in (server, *server.children()):
        process.kill()


def targets(stack: Stack) -> set[str]:
    """The sockets that slots lead to, without the host's name."""
    slots = stack.data.servers.glob("slot-*.sock")
    return {str(slot.readlink()).rpartition("-")[2] for slot in slots}
