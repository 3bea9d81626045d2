"""The article's program goes on: its model is registered, promoted and served."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.end_to_end.clients import CLIENTS, Client, bare_environment
from tests.environment.ports import free_port
from tests.fixtures.processes import Program
from tests.fixtures.sites import PASSWORDS, Stack, running_stack

pytestmark = [pytest.mark.slow, pytest.mark.nginx]

_PROGRAM = Path(__file__).parents[2] / "examples" / "decision_tree.py"
_URI = "models:/Decision Tree/Production"
_READY_S = 60
# One benign sample of the breast cancer data, rounded; a tree of three levels knows.
SAMPLE = [
    [
        *(12.5, 17.0, 80.0, 480.0, 0.09, 0.08, 0.04, 0.02, 0.17, 0.06),
        *(0.3, 1.2, 2.0, 20.0, 0.007, 0.02, 0.02, 0.01, 0.02, 0.003),
        *(14.0, 23.0, 90.0, 600.0, 0.12, 0.18, 0.13, 0.07, 0.27, 0.08),
    ]
]


@dataclass(frozen=True, slots=True)
class Registered:
    """A stack that serves the model which one client's program has promoted."""

    stack: Stack
    client: Client
    said: str


@pytest.fixture(scope="module", params=CLIENTS)
def registered(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Registered]:
    client = Client.of(request.param, request)
    serve = ("--serve", _URI, "--serve-env-manager", "local")
    with running_stack(None, *serve) as stack:
        done = client.run(_PROGRAM, tmp_path_factory.mktemp("program"), stack)
        assert done.returncode == 0, done.stdout + done.stderr
        yield Registered(stack, client, done.stdout)


def test_a_second_run_makes_version_2_and_it_is_promoted(
    registered: Registered,
) -> None:
    assert "Decision Tree 2 is in Production" in registered.said


def test_the_command_of_the_article_serves_it(
    registered: Registered, tmp_path: Path
) -> None:
    with _served_by_command(registered.stack, tmp_path) as address:
        answer = _post(f"{address}/invocations", {"inputs": SAMPLE})
        refused = _post(f"{address}/invocations", {"inputs": [SAMPLE[0][:5]]})

    assert answer.json() == {"predictions": [1]}
    assert refused.status_code == 400
    assert "5" in refused.json()["message"]
    assert "30" in refused.json()["message"]


def test_it_is_served_behind_the_same_users(registered: Registered) -> None:
    stack = registered.stack
    _wait_until_served(stack)
    vera = ("vera", PASSWORDS["vera"])
    path = "/serve/Decision%20Tree/Production/invocations"

    named = _post(stack.address + path, {"inputs": SAMPLE}, vera)
    first = _post(stack.address + "/invocations", {"inputs": SAMPLE}, vera)
    nobody = _post(stack.address + path, {"inputs": SAMPLE})

    assert named.json() == first.json() == {"predictions": [1]}
    assert nobody.status_code == 401


def test_the_artifacts_name_is_no_models_name_and_the_answer_says_which_is(
    registered: Registered, tmp_path: Path
) -> None:
    command = _serve_command("models:/MyModel-dt/Production", free_port())
    done = subprocess.run(
        command,
        env=_environment(registered.stack, tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode != 0
    assert "Decision Tree" in done.stderr


def _wait_until_served(stack: Stack) -> None:
    deadline = time.monotonic() + _READY_S
    while (state := _listing(stack)["state"]) != "serving":
        assert time.monotonic() < deadline, state
        time.sleep(0.1)


def _listing(stack: Stack) -> Mapping[str, Any]:
    auth = ("vera", PASSWORDS["vera"])
    answer = requests.get(f"{stack.address}/serve", auth=auth, timeout=10)
    (served,) = answer.json()["models"]
    return served


@contextmanager
def _served_by_command(stack: Stack, folder: Path) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = _serve_command(_URI, port)
    program = Program(command, folder / "serve.log", _environment(stack, folder))
    try:
        program.wait_until(lambda: _answers(address))
        yield address
    finally:
        program.stop()


def _serve_command(uri: str, port: int) -> list[str]:
    options = ["-m", uri, "-p", str(port), "--env-manager", "local"]
    return [sys.executable, "-m", "trackgate", "models", "serve", *options]


def _environment(stack: Stack, home: Path) -> dict[str, str]:
    return {
        **bare_environment(home),
        "TRACKING_URI": stack.address,
        "TRACKING_USERNAME": "vera",
        "TRACKING_PASSWORD": PASSWORDS["vera"],
    }


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/ping", timeout=5).ok
    except (requests.ConnectionError, requests.Timeout):
        return False


def _post(
    url: str, body: object, auth: tuple[str, str] | None = None
) -> requests.Response:
    headers = {"Content-Type": "application/json"}
    return requests.post(
        url, data=json.dumps(body), headers=headers, auth=auth, timeout=30
    )
