"""Projects in containers of a real engine, against the protected server."""

from __future__ import annotations

import base64
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import cast

import pytest
from trackgate import TrackingClient, projects
from trackgate.environments.engine import Engine
from trackgate.errors import (
    ExecutionException,
    InvalidParameterValue,
    NotFound,
    PermissionDenied,
)
from trackgate.projects.children import Child

from tests.fixtures.sites import Stack
from tests.fixtures.waiting import wait_until
from tests.projects.shown_blocks import run_section

pytestmark = [pytest.mark.containers, pytest.mark.slow]
FIXTURE = Path(__file__).parent / "fixtures" / "docker"
CODE = "/mlflow/projects/code"

Begin = Callable[..., Child]


@pytest.fixture(scope="module")
def project(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared; a test that changes it takes a copy."""
    folder = tmp_path_factory.mktemp("docker") / "project"
    shutil.copytree(FIXTURE, folder)
    return folder


@pytest.fixture
def client(as_ada: Stack, monkeypatch: pytest.MonkeyPatch) -> TrackingClient:
    monkeypatch.setenv("FROM_HERE", "a secret of mine")
    return TrackingClient()


@pytest.fixture
def begin(client: TrackingClient) -> Begin:
    """Starts an entry point of a project, and returns when it prints `on`."""

    def start(project: Path, entry_point: str) -> Child:
        submitted = projects.run(
            project, entry_point, experiment_name="containers", synchronous=False
        )
        wait_until(lambda: b"on\n" in _output(client, submitted.run_id))
        return cast("Child", submitted)

    return start


class Registry(ThreadingHTTPServer):
    """Has no images, and notes with which names and passwords it was asked for them."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", 0), _Asked)
        self.address = f"127.0.0.1:{self.server_port}"
        Thread(target=self.serve_forever, daemon=True).start()


class _Asked(BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        scheme, _, proof = self.headers.get("Authorization", "").partition(" ")
        who = base64.b64decode(proof).decode() if scheme == "Basic" else ""
        self.server.asked.append((self.path, who))
        found = self.path == "/v2/"
        self.send_response((200 if found else 404) if who == "ada:geheim" else 401)
        self.send_header("WWW-Authenticate", 'Basic realm="here"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def registry(engine: None) -> Iterator[Registry]:
    with Registry() as started:
        yield started
        started.shutdown()


@dataclass(frozen=True, slots=True)
class Found:
    """What is in the project's image."""

    image: str
    files: frozenset[str]


def _files_in_image(
    client: TrackingClient, project: Path, build_image: bool | None = None
) -> Found:
    submitted = projects.run(
        project, "files", experiment_name="containers", build_image=build_image
    )
    image = client.get_run(submitted.run_id).data.tags["mlflow.docker.image.uri"]
    files = _output(client, submitted.run_id).decode().split()
    return Found(image, frozenset(files))


def _output(client: TrackingClient, run_id: str) -> bytes:
    if not client.list_artifacts(run_id):
        return b""
    return Path(client.download_artifacts(run_id, "output.log")).read_bytes()


def _containers_of(run_id: str) -> str:
    label = f"label=trackgate.run_id={run_id}"
    command = ["docker", "ps", "--all", "--quiet", "--filter", label]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_project_runs_in_a_container_and_logs_as_the_caller(
    client: TrackingClient, project: Path, tmp_path: Path
) -> None:
    words = tmp_path / "words.txt"
    words.write_text("words from here")

    submitted = projects.run(
        project,
        parameters={"number": 2.5, "words": words},
        experiment_name="containers",
        docker_args={"hostname": "elsewhere", "e": "MORE=1"},
    )

    run = client.get_run(submitted.run_id)
    assert (run.info.status, run.info.user_id) == ("FINISHED", "ada")
    assert run.data.metrics == {"number": 2.5}
    tags = run.data.tags
    assert tags["mlflow.project.env"] == "docker"
    assert tags["mlflow.docker.image.uri"].startswith("in-a-container:")
    assert tags["mlflow.docker.image.id"].startswith("sha256:")
    assert tags["folder"] == CODE
    assert tags["greeting"] == "hello"
    assert tags["from here"] == "a secret of mine"
    assert tags["volume"] == "a volume's text"
    assert tags["words"] == "words from here"


def test_an_image_is_built_once_for_the_same_files(
    client: TrackingClient, project: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)

    first = _files_in_image(client, copy)
    again = _files_in_image(client, copy)
    (copy / "more.txt").touch()
    changed = _files_in_image(client, copy)

    assert first == again
    assert "./projects/code/log.py" in first.files
    assert changed.files - first.files == {"./projects/code/more.txt"}
    assert changed.image != first.image


def test_an_image_can_be_taken_as_it_is(client: TrackingClient, project: Path) -> None:
    found = _files_in_image(client, project, build_image=False)

    assert found.files == {"none"}
    assert found.image.startswith("in-a-container-base:")


def test_a_container_that_is_cancelled_gets_the_signal(
    client: TrackingClient, project: Path, begin: Begin
) -> None:
    run = begin(project, "patient")

    run.cancel()

    assert client.get_run(run.run_id).info.status == "KILLED"
    assert b"saved\nand over\n" in _output(client, run.run_id)
    assert not _containers_of(run.run_id)


def test_a_container_that_ignores_signals_is_killed(
    client: TrackingClient, project: Path, begin: Begin
) -> None:
    run = begin(project, "stubborn")

    run.pass_on(signal.SIGTERM)
    run.pass_on(signal.SIGTERM)
    run.wait()

    assert client.get_run(run.run_id).info.status == "KILLED"
    wait_until(lambda: not _containers_of(run.run_id))


def test_no_secret_stands_in_an_argument_list(
    client: TrackingClient, project: Path, begin: Begin, stack: Stack
) -> None:
    run = begin(project, "patient")

    shown = subprocess.run(
        ["ps", "-e", "-ww", "-o", "args"], capture_output=True, text=True, check=True
    ).stdout
    run.cancel()

    assert "MLFLOW_TRACKING_PASSWORD" in shown
    assert stack.passwords["ada"] not in shown
    assert "a secret of mine" not in shown


def test_a_variable_that_is_not_set_here_is_named(
    client: TrackingClient, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FROM_HERE")

    with pytest.raises(ExecutionException, match="variable FROM_HERE is not set"):
        projects.run(project, "files", experiment_name="containers")


def test_the_backend_is_for_projects_that_want_a_container(
    client: TrackingClient, tmp_path: Path
) -> None:
    (tmp_path / "main.sh").write_text("true")

    with pytest.raises(InvalidParameterValue, match="has no `docker_env`"):
        projects.run(tmp_path, "main.sh", experiment_name="other", backend="docker")


def test_a_registry_knows_us_while_we_need_it_and_nothing_is_kept(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = tmp_path / "docker"
    configuration.mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(configuration))
    who = {"username": "ada", "password": "geheim", "registry": registry.address}

    with Engine.find().logged_in(who) as known, pytest.raises(NotFound):
        known.pull(f"{registry.address}/thing:1")

    assert ("/v2/", "ada:geheim") in registry.asked
    assert ("/v2/thing/manifests/1", "ada:geheim") in registry.asked
    assert list(configuration.iterdir()) == []


def test_a_registry_that_refuses_us_is_an_error(registry: Registry) -> None:
    who = {"username": "ada", "password": "wrong", "registry": registry.address}

    with pytest.raises(PermissionDenied), Engine.find().logged_in(who):
        pass


@pytest.mark.usefixtures("engine", "as_ada")
def test_what_the_docs_show_runs(tmp_path: Path) -> None:
    run_section("Containers", tmp_path)
