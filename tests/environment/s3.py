"""A private S3 server for a test session: JuiceFS's gateway on a folder."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.environment.missing import missing
from tests.environment.ports import free_port
from tests.fixtures.processes import Program

PROGRAM = Path(sys.executable).parent / "juicefs"
BUCKET = "artifacts"
REGION = "us-east-1"


class S3Server:
    """One gateway with one bucket, its key a random one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.credentials_file = folder / "credentials"
        self._secret = secrets.token_urlsafe(16)
        self._meta = f"sqlite3://{folder / 'meta.db'}"
        self._program: Program | None = None
        self._numbers = count()

    def create(self) -> None:
        """Lay the bucket out, and a credentials file for it."""
        self.credentials_file.write_text(credentials("tester", self._secret))
        self.credentials_file.chmod(0o600)
        subprocess.run(
            [
                *(PROGRAM, "format", "--storage", "file", "--trash-days", "0"),
                *("--bucket", f"{self.folder / 'objects'}/", self._meta, BUCKET),
            ],
            check=True,
            capture_output=True,
        )

    def start(self) -> None:
        """Start and wait until it listens; raises RuntimeError with its log."""
        command = [
            *(str(PROGRAM), "gateway", self._meta, f"127.0.0.1:{self.port}"),
            *("--no-usage-report", "--no-banner", "--object-meta", "--keep-etag"),
            # As S3 does: what was just stored is found, names come in order.
            *("--sort-dir", "--attr-cache", "0s", "--dir-entry-cache", "0s"),
            *("--log", str(self.folder / "gateway.log"), "--backup-meta", "0"),
        ]
        keys = {"MINIO_ROOT_USER": "tester", "MINIO_ROOT_PASSWORD": self._secret}
        self._program = Program(command, self.folder / "output.log", keys)
        self._program.wait_until(self._listens)

    def stop(self) -> None:
        """Stop if it runs; what is stored stays."""
        if self._program is not None:
            self._program.stop()
            self._program = None

    @cached_property
    def client(self) -> Any:
        """Amazon's own client, to look into the bucket and to change it."""
        return boto3.client("s3", endpoint_url=self.endpoint)

    def fill(self, key: str, folder: Path) -> None:
        """Put all files of a folder below a key, faster than one by one."""
        place = f"minio://tester:{self._secret}@127.0.0.1:{self.port}/{BUCKET}/{key}/"
        subprocess.run(
            [PROGRAM, "sync", "--threads", "20", f"{folder}/", place],
            check=True,
            capture_output=True,
        )

    def destination(self) -> str:
        """A place in the bucket that nobody else uses."""
        return f"s3://{BUCKET}/test-{os.getpid()}/{next(self._numbers)}"

    def settings(self) -> dict[str, Any]:
        """Settings of a server that keeps its artifacts here, but for the keys."""
        return {
            "artifacts_destination": self.destination(),
            "s3_endpoint": self.endpoint,
        }

    def environment(self) -> dict[str, str]:
        """Where boto3 finds the keys, and nowhere else."""
        return {
            "AWS_SHARED_CREDENTIALS_FILE": str(self.credentials_file),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def _listens(self) -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        return False


def credentials(name: str, secret: str) -> str:
    """A file of keys, in the form of Amazon's tools."""
    return f"[default]\naws_access_key_id = {name}\naws_secret_access_key = {secret}\n"


@pytest.fixture(scope="session")
def s3_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[S3Server]:
    """One S3 server for the whole session; each test asks for its own destination.

    This process has its keys in the environment, as a server has.
    """
    with _running(request.config, tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def mortal_s3(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[S3Server]:
    """An S3 server of the test's own, to stop."""
    folder = tmp_path / "mortal-s3"
    folder.mkdir()
    with _running(request.config, folder) as server:
        yield server


@contextlib.contextmanager
def _running(config: pytest.Config, folder: Path) -> Generator[S3Server]:
    if not PROGRAM.exists():
        missing(config, "no S3 server (juicefs)")
    server = S3Server(folder)
    server.create()
    try:
        server.start()
        with pytest.MonkeyPatch.context() as environment:
            for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
                environment.delenv(name, raising=False)
            for name, value in server.environment().items():
                environment.setenv(name, value)
            yield server
    finally:
        server.stop()
