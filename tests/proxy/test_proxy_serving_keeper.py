"""The keeper of served models by itself, beside a bare server."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import psutil
import pytest
import requests
from trackgate import TrackingClient
from trackgate.settings import Settings
from trackgate.unix_sockets import UnixSocketAdapter

from tests.fixtures.processes import Program
from tests.fixtures.sites import Server, running_server
from tests.proxy.tiny_models import BROKEN, register

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Keeper:
    """A running keeper of `models:/tree/Production`, and its server."""

    folder: Path
    server: Server
    client: TrackingClient
    program: Program
    session: requests.Session

    def send(self, method: str, socket: str, path: str) -> requests.Response:
        at = quote(str(self.folder / "sockets" / socket), safe="")
        return self.session.request(
            method,
            f"http+unix://{at}{path}",
            json={"inputs": [[1.0]]},
            # As Nginx does; a kept connection would stay with its process.
            headers={"Connection": "close"},
            timeout=10,
        )

    def call(self) -> requests.Response:
        """As Nginx would call the model."""
        return self.send("POST", "1.sock", "/invocations")

    def wait_for(self, **wanted: object) -> None:
        deadline_s = time.monotonic() + 60
        while (entry := self._entry()) | wanted != entry:
            assert time.monotonic() < deadline_s, entry
            time.sleep(0.02)

    def move(self, version: str, stage: str) -> None:
        alone = stage == "Production"
        self.client.transition_model_version_stage("tree", version, stage, alone)

    def kill_model(self) -> None:
        for process in psutil.Process(self.program.pid).children(recursive=True):
            process.kill()

    def _entry(self) -> Mapping[str, Any]:
        return self.send("GET", "status.sock", "/serve/tree/Production").json()


@pytest.fixture(scope="module")
def keeper() -> Iterator[Keeper]:
    # Short, because a socket's path holds 107 bytes at most.
    with TemporaryDirectory(prefix="tg-") as name:
        folder = Path(name)
        with running_server(folder, {}) as server:
            client = TrackingClient(server.address)
            client.create_registered_model("tree")
            for word in ("one", BROKEN):
                register(client, "tree", word)
            program = Program(command(folder, server.address), folder / "log", {})
            with requests.Session() as session:
                session.mount("http+unix://", UnixSocketAdapter(16_384))
                status = folder / "sockets/status.sock"
                program.wait_until(status.exists)
                yield Keeper(folder, server, client, program, session)
            program.stop()


def command(folder: Path, server: str) -> list[str]:
    return [
        *(sys.executable, "-m", "trackgate.serving.keeper", "--env-manager", "local"),
        *("--tracking-uri", server, "--withdraw-after", "0.5", "--log", str(folder)),
        *("--sockets", str(folder / "sockets"), "--models", str(folder / "models")),
        "models:/tree/production",
    ]


def test_a_model_is_withdrawn_when_its_stage_stays_empty(keeper: Keeper) -> None:
    keeper.move("1", "Production")
    keeper.wait_for(state="serving", version="1")
    assert keeper.call().json() == {"predictions": ["one"]}

    keeper.move("1", "Archived")
    keeper.wait_for(state="waiting", version=None)

    answer = keeper.call()
    assert answer.status_code == 503
    nothing = "no version of 'tree' in the stage Production"
    assert nothing in answer.json()["message"]
    assert nothing in (keeper.folder / "log").read_text()


def test_a_version_that_worked_comes_back_where_the_new_one_does_not(
    keeper: Keeper,
) -> None:
    keeper.move("1", "Production")
    keeper.wait_for(state="serving", version="1")
    keeper.move("2", "Production")
    keeper.wait_for(state="serving", version="1", loading="2")

    keeper.kill_model()
    keeper.wait_for(version=None)

    keeper.wait_for(state="serving", version="1")
    assert keeper.call().json() == {"predictions": ["one"]}


def test_files_that_were_harmed_are_fetched_again(keeper: Keeper) -> None:
    keeper.move("1", "Production")
    keeper.wait_for(state="serving", version="1", failure=None)
    (file,) = (
        file
        for file in (keeper.folder / "models").glob("*/word.txt")
        if file.read_text() == "one"
    )
    file.write_text("two")

    keeper.kill_model()
    keeper.wait_for(version=None)

    keeper.wait_for(state="serving", version="1")
    assert keeper.call().json() == {"predictions": ["one"]}


def test_a_model_goes_on_while_the_server_is_away(keeper: Keeper) -> None:
    keeper.wait_for(state="serving", version="1")

    keeper.server.program.stop()

    keeper.wait_for(failure="The registry cannot be asked at the moment.")
    assert keeper.call().json() == {"predictions": ["one"]}
    with pytest.raises(Exception, match="No answer"):
        TrackingClient(
            keeper.server.address, settings=Settings(max_retries=0)
        ).search_experiments()
