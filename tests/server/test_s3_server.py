"""Servers that keep their artifacts in S3, as their users meet them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests
from click.testing import CliRunner
from trackgate_server.cli import gc
from trackgate_wire.runs import CREATE_RUN, CreateRun

from tests.environment.peers import ReadyPeer, Release
from tests.environment.s3 import S3Server, credentials
from tests.fixtures.sites import Server, running_server

PROGRAMS = Path(__file__).parents[1] / "conformance" / "programs"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def server(
    s3_server: S3Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A bare server on S3."""
    folder = tmp_path_factory.mktemp("server-on-s3")
    with running_server(folder, environment(s3_server)) as running:
        yield running


def environment(s3_server: S3Server) -> dict[str, str]:
    settings = s3_server.settings()
    return s3_server.environment() | {
        f"TRACKGATE_{name.upper()}": value for name, value in settings.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("release", "program"), [("2", "artifact_calls"), ("3", "artifact_calls")]
)
def test_a_stock_client_sees_no_difference(
    ready_peer: ReadyPeer,
    server: Server,
    tmp_path: Path,
    release: Release,
    program: str,
) -> None:
    settings = {
        "MLFLOW_TRACKING_URI": server.address,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "GIT_PYTHON_REFRESH": "quiet",
        "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true",
        "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": str(MIB),
        "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": str(MIB),
        "HOME": str(tmp_path),
    }

    ended = ready_peer(release).run(
        PROGRAMS / f"{program}.py",
        environment={"PATH": os.environ["PATH"], **settings},
        folder=tmp_path,
    )

    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said
    assert "Failed to upload" not in said


def test_a_large_file_and_a_range_of_it_pass_in_constant_memory(server: Server) -> None:
    run = server.client().call(CREATE_RUN, CreateRun()).run
    home = run.info.artifact_uri.removeprefix("mlflow-artifacts:/")
    url = f"{server.address}/api/2.0/mlflow-artifacts/artifacts/{home}/x"
    size = 100 * MIB
    requests.put(url, data=b"warm up" * MIB, timeout=60).raise_for_status()
    before = memory(server)

    sent = requests.put(url, data=(b"\0" * MIB for _ in range(100)), timeout=60)
    with requests.get(url, stream=True, timeout=60) as whole:
        received = sum(len(chunk) for chunk in whole.iter_content(MIB))
    last = requests.get(url, headers={"Range": f"bytes={size - 5}-"}, timeout=60)

    assert sent.status_code == 200
    assert received == size
    assert (last.status_code, last.content) == (206, b"\0" * 5)
    assert memory(server) - before < 48 * MIB


def memory(server: Server) -> int:
    """Bytes that all of its processes have in memory."""
    tree = psutil.Process(server.program.pid).children(recursive=True)
    return sum(process.memory_info().rss for process in tree)


def test_gc_says_why_it_cannot_purge(s3_server: S3Server, tmp_path: Path) -> None:
    settings = environment(s3_server) | {"TRACKGATE_S3_ENDPOINT": "http://127.0.0.1:1"}

    ended = CliRunner(env=settings).invoke(gc, ["--data-dir", str(tmp_path)])

    assert ended.exit_code == 1
    assert ended.output.startswith("Error: Artifacts cannot be kept in s3://")
    assert "http://127.0.0.1:1" in ended.output
    assert ended.output.count("\n") == 1


def test_a_server_that_s3_does_not_let_in_says_why_and_ends(
    s3_server: S3Server, tmp_path: Path
) -> None:
    wrong = tmp_path / "credentials"
    wrong.write_text(credentials("tester", "wrong-secret"))
    settings = environment(s3_server) | {"AWS_SHARED_CREDENTIALS_FILE": str(wrong)}

    ended = subprocess.run(
        [sys.executable, "-m", "trackgate_server", "--data-dir", tmp_path / "data"],
        env={"PATH": os.environ["PATH"], **settings},
        capture_output=True,
        timeout=60,
        text=True,
    )

    assert ended.returncode == 1
    assert "the keys are refused (SignatureDoesNotMatch)" in ended.stderr
    assert ended.stderr.count('"ERROR"') == 1
    assert "Traceback" not in ended.stderr
    assert "secret" not in ended.stderr
    assert not list((tmp_path / "data").glob("tracking.db*"))
