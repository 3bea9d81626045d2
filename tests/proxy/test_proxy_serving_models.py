"""Models served by `trackgate up --serve`, by real processes behind a real Nginx."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil
import pytest
import requests
from trackgate import TrackingClient

from tests.fixtures.sites import PASSWORDS, Stack, running_stack
from tests.fixtures.waiting import wait_until
from tests.proxy.tiny_models import BROKEN, register

pytestmark = [pytest.mark.nginx, pytest.mark.slow]

LOCAL = ("--serve-env-manager", "local")
ROWS = {"inputs": [[1.0], [2.0]]}
MOVES = 50
CALLERS = 16
# Of the 50 moves; the others come faster than a model loads.
TAKEOVERS = 4


@dataclass(frozen=True)
class Serving:
    """A running stack with served models, and whoever moves them: ada."""

    stack: Stack
    client: TrackingClient

    @property
    def folder(self) -> str:
        return str(self.stack.data.served_models)

    def send(self, method: str, path: str, **given: Any) -> requests.Response:
        given.setdefault("auth", ("ada", PASSWORDS["ada"]))
        return requests.request(method, self.stack.address + path, timeout=30, **given)

    def call(self, path: str, **given: Any) -> requests.Response:
        return self.send("POST", f"{path}/invocations", json=ROWS, **given)

    def entry(self, number: int) -> dict[str, Any]:
        """How it stands with the model of that number, from 1."""
        return self.send("GET", "/serve").json()["models"][number - 1]

    def wait_for(self, number: int, **wanted: object) -> None:
        """Until a model's entry is as wanted."""
        deadline_s = time.monotonic() + 60
        while (entry := self.entry(number)) | wanted != entry:
            assert time.monotonic() < deadline_s, entry
            time.sleep(0.05)

    def move(self, name: str, version: str) -> None:
        self.client.transition_model_version_stage(
            name, version, "Production", archive_existing_versions=True
        )

    def log(self) -> str:
        return self.stack.program.log.read_text()

    def processes(self) -> list[psutil.Process]:
        """Of all served models, each one's own and its workers'."""
        tree = psutil.Process(self.stack.program.pid).children(recursive=True)
        return [one for one in tree if f"--model={self.folder}" in words_of(one)]


@contextmanager
def serving_stack(*uris: str) -> Generator[Serving]:
    flags = [word for uri in uris for word in ("--serve", uri)]
    with running_stack(None, *LOCAL, *flags) as stack:
        client = TrackingClient(
            stack.address, username="ada", password=PASSWORDS["ada"]
        )
        yield Serving(stack, client)


@pytest.fixture(scope="module")
def serving() -> Iterator[Serving]:
    with serving_stack("models:/moved/Production", "models:/my tree@champion") as one:
        yield one


def words_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


TREE = "/serve/my%20tree/@champion"


@pytest.fixture(scope="module")
def tree(serving: Serving) -> str:
    """A model of two versions, the second one broken; `champion` is the first."""
    serving.client.create_registered_model("my tree")
    assert register(serving.client, "my tree", "good") == "1"
    assert register(serving.client, "my tree", BROKEN) == "2"
    serving.client.set_registered_model_alias("my tree", "champion", "1")
    serving.wait_for(2, state="serving", version="1")
    return "my tree"


def test_what_is_not_registered_yet_is_said_with_503(serving: Serving) -> None:
    answer = serving.call("")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
    assert "models:/moved/Production is not served now" in answer.json()["message"]
    assert serving.entry(1)["state"] == "waiting"
    assert serving.entry(1)["path"] == "/serve/moved/Production"
    # An input that is larger than what a socket takes at once.
    large = serving.send("POST", "/invocations", data=b" " * 3_000_000)
    assert large.status_code == 503


def test_what_is_no_served_model_is_said_with_404(serving: Serving) -> None:
    answer = serving.call("/serve/moved/Staging")

    assert answer.status_code == 404
    assert "/serve/moved/Production/invocations" in answer.json()["message"]
    assert serving.send("POST", "/serve").status_code == 405


def test_a_viewer_calls_a_model_and_a_stranger_does_not(
    serving: Serving, tree: str
) -> None:
    viewer = ("vera", PASSWORDS["vera"])

    assert serving.call(TREE, auth=viewer).json() == {"predictions": ["good", "good"]}
    assert serving.send("GET", f"{TREE}/ping", auth=viewer).status_code == 200
    assert serving.call(TREE, auth=None).status_code == 401
    foreign = {"Origin": "https://evil.example"}
    assert serving.call(TREE, headers=foreign).status_code == 403


def test_a_version_that_cannot_be_loaded_leaves_the_old_one(
    serving: Serving, tree: str
) -> None:
    serving.client.set_registered_model_alias(tree, "champion", "2")
    said = "The model cannot be loaded: ValueError: no data at http://…@host/data"
    serving.wait_for(2, failure=f"Version 2: {said}", version="1")

    assert serving.call(TREE).json() == {"predictions": ["good", "good"]}
    assert f"version 2 of 'my tree': {said}" in serving.log()

    serving.client.set_registered_model_alias(tree, "champion", "1")
    serving.wait_for(2, failure=None, state="serving", version="1")


def test_a_process_that_is_killed_comes_back(serving: Serving, tree: str) -> None:
    for process in serving.processes():
        process.kill()
    serving.wait_for(2, state="loading")

    assert serving.call(TREE).status_code == 503
    serving.wait_for(2, state="serving", version="1")
    assert serving.call(TREE).status_code == 200


@dataclass
class Callers:
    """People who call a model all the time, and what they got."""

    serving: Serving
    path: str
    words: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    _stopped: bool = False

    @contextmanager
    def at_work(self) -> Generator[None]:
        threads = [threading.Thread(target=self._call) for _ in range(CALLERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stopped = True
            for thread in threads:
                thread.join()

    def _call(self) -> None:
        with requests.Session() as session:
            session.auth = ("ada", PASSWORDS["ada"])
            url = f"{self.serving.stack.address}{self.path}/invocations"
            while not self._stopped:
                answer = session.post(url, json=ROWS, timeout=30)
                if answer.status_code == 200:
                    self.words += set(answer.json()["predictions"])
                else:
                    self.failures.append(answer.text)
                # Or they would leave nothing of the machine for loading.
                time.sleep(0.02)


def test_a_stage_is_moved_fifty_times_and_no_caller_notices(serving: Serving) -> None:
    serving.client.create_registered_model("moved")
    versions = [register(serving.client, "moved", word) for word in ("one", "two")]
    serving.move("moved", versions[0])
    serving.wait_for(1, version=versions[0])
    callers = Callers(serving, "/serve/moved/Production")
    moves = 0

    with callers.at_work():
        for _ in range(TAKEOVERS):
            for _ in range(MOVES // TAKEOVERS // 2 * 2 + 1):
                moves += 1
                serving.move("moved", versions[moves % 2])
            serving.wait_for(1, version=versions[moves % 2])

    assert moves >= MOVES
    assert callers.failures == []
    assert set(callers.words) == {"one", "two"}
    last = ("one", "two")[moves % 2]
    assert serving.call("").json() == {"predictions": [last, last]}
    assert serving.log().count("of 'moved' is served") >= TAKEOVERS


def test_nothing_is_left_of_it() -> None:
    with serving_stack("models:/one@a") as one:
        one.client.create_registered_model("one")
        for version in ("1", "2"):
            assert register(one.client, "one", f"word {version}") == version
            one.client.set_registered_model_alias("one", "a", version)
            one.wait_for(1, version=version)
        models = one.processes()
        # Those of the first version, and its process, have gone.
        wait_until(lambda: len(list(one.stack.data.served_models.iterdir())) == 1)

        keeper_of(one).kill()
        wait_until(lambda: all(map(is_gone, models)))
        # It begins again with what it finds.
        wait_until(lambda: one.send("GET", "/serve").status_code == 200)
        one.wait_for(1, state="loading", loading="2")

        everything = psutil.Process(one.stack.program.pid).children(recursive=True)
        stopped_s = time.monotonic()
        assert one.stack.program.stop() == 0
        assert time.monotonic() - stopped_s < 10
        assert all(map(is_gone, everything))
        assert not one.stack.data.served_sockets.exists()
        assert not list(one.stack.data.served_models.iterdir())
        assert "Traceback" not in one.log()


def keeper_of(serving: Serving) -> psutil.Process:
    programs = psutil.Process(serving.stack.program.pid).children()
    return next(p for p in programs if "trackgate.serving.keeper" in words_of(p))


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
