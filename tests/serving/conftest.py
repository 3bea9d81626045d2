"""A served model: one that does as its parameters say."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.environment.ports import free_port
from tests.fixtures.processes import Program

_MODEL = '''
import os
import time

class Obedient:
    """Predicts the number that it is told, slowly or not at all if so told."""

    def predict(self, data, params=None):
        params = params or {}
        time.sleep(params.get("sleep", 0))
        while params.get("spin"):
            pass
        if params.get("fail"):
            raise ValueError("a reason that is not the caller's")
        if params.get("environment"):
            return sorted(os.environ)
        if params.get("process"):
            return os.getpid()
        return [params["say"]] * len(data)

def _load_pyfunc(path):
    return Obedient()
'''
_MLMODEL = """
flavors:
  python_function:
    loader_module: obedient
    code: code
    python_version: 3.11.0
signature:
  inputs: '[{"type": "double", "name": "a", "required": true}]'
  outputs: null
  params: '[{"name": "sleep", "type": "double", "default": 0.0, "shape": null},
    {"name": "spin", "type": "boolean", "default": false, "shape": null},
    {"name": "fail", "type": "boolean", "default": false, "shape": null},
    {"name": "environment", "type": "boolean", "default": false, "shape": null},
    {"name": "process", "type": "boolean", "default": false, "shape": null},
    {"name": "say", "type": "long", "default": 1, "shape": null}]'
"""


class Served:
    """A scoring server in processes of its own."""

    def __init__(self, program: Program, log: Path, address: str) -> None:
        self.program = program
        self.log = log
        self.address = address

    def post(self, body: Any = None, **params: Any) -> requests.Response:
        """Ask for a prediction of one row, or what `body` says."""
        asked = {"inputs": [[1.0]], "params": params} if body is None else body
        return requests.post(f"{self.address}/invocations", json=asked, timeout=30)


@pytest.fixture(scope="session")
def obedient_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's folder."""
    folder = tmp_path_factory.mktemp("models") / "obedient"
    (folder / "code").mkdir(parents=True)
    (folder / "code" / "obedient.py").write_text(_MODEL)
    (folder / "MLmodel").write_text(_MLMODEL)
    return folder


@contextmanager
def serving(
    model: Path, folder: Path, *options: str, **variables: str
) -> Iterator[Served]:
    """`trackgate models serve`, until it answers; ended at the end."""
    port = free_port()
    log = folder / f"serve-{port}.log"
    program = Program(serve_command(model, f"--port={port}", *options), log, variables)
    served = Served(program, log, f"http://127.0.0.1:{port}")
    try:
        program.wait_until(lambda: answers(f"{served.address}/ping"))
        yield served
    finally:
        program.stop()


def serve_command(model: Path, *options: str) -> list[str]:
    command = [sys.executable, "-m", "trackgate", "models", "serve", "-m", str(model)]
    return [*command, *options]


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=10).ok
    except requests.ConnectionError:
        return False


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self._path))

    def predict(self, **params: Any) -> Any:
        """The answer of one request, on a connection that is closed after it."""
        body = json.dumps({"inputs": [[1.0]], "params": params})
        headers = {"Content-Type": "application/json", "Connection": "close"}
        self.request("POST", "/invocations", body, headers)
        answer = self.getresponse()
        said = json.loads(answer.read())
        self.close()
        return said


@pytest.fixture(scope="session")
def quick_server(
    obedient_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """Cuts requests off after a second."""
    folder = tmp_path_factory.mktemp("serving")
    secrets = {"TRACKING_PASSWORD": "geheim", "PIP_INDEX_URL": "https://a:b@index"}
    with serving(obedient_model, folder, "--timeout=1", **secrets) as served:
        yield served


def until(holds: Callable[[], bool], patience_s: float = 10) -> None:
    """Fails unless it holds in time."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
