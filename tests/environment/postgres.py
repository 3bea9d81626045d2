"""A private PostgreSQL for one test session: a real server, started from nothing."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import psutil
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.environment.missing import missing
from tests.environment.ports import free_port

PROGRAMS = Path("/usr/lib/postgresql")
SUPERUSER = "trackgate"
START_TIMEOUT_S = 60
SETTINGS = {
    # On, as in production: tests kill the server and count what is left.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "unix_socket_permissions": "0700",
}


class PostgresServer:
    """One cluster in a temporary folder: its socket there, TCP on the loopback only.

    As root it runs as Debian's `postgres`, since PostgreSQL refuses to be root.
    Whoever may enter the folder needs no password; TCP needs `password`.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self.port = free_port()
        self.password = secrets.token_urlsafe(16)
        self.folder = folder
        self._programs = programs
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Lay the cluster's files out. UTF-8, ordered by code point."""
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        if os.geteuid() == 0:
            for path in (self.folder, password_file):
                shutil.chown(path, "postgres", "postgres")
        subprocess.run(
            [
                *self._as_owner(),
                *(self._programs / "initdb", "--pgdata", self.folder / "data"),
                *("--username", SUPERUSER, "--pwfile", password_file),
                *("--auth-local", "trust", "--auth-host", "scram-sha-256"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8"),
            ],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
        )
        password_file.unlink()

    def start(self) -> None:
        """Start and wait until it answers; raises RuntimeError with its log."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._as_owner(), *self._command()],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"PostgreSQL did not start:\n{self._log.read_text()}"
                )
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop in order, ending connections (a fast shutdown)."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=START_TIMEOUT_S)
            self._process = None

    def restart(self) -> None:
        """Stop if it runs, start again on the same port with the same databases."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """SIGKILL every process of the server at once, as a power cut would."""
        assert self._process is not None, "it does not run"
        server = psutil.Process(self._process.pid)
        processes = [server, *server.children(recursive=True)]
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()
        self._process = None
        psutil.wait_procs(processes[1:], timeout=10)

    def uri(self, database: str) -> str:
        """Make a new, empty database, in place of one of that name; its URI."""
        name = sql.Identifier(database)
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as db:
            db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            db.execute(sql.SQL("CREATE DATABASE {}").format(name))
        place = urlencode({"host": self.folder, "port": self.port})
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?{place}"

    def tcp_uri(self, database: str) -> str:
        """Like `uri`, over TCP with a password."""
        self.uri(database)
        return (
            f"postgresql+psycopg://{SUPERUSER}:{self.password}"
            f"@127.0.0.1:{self.port}/{database}"
        )

    def _conninfo(self, database: str) -> str:
        return make_conninfo(
            host=str(self.folder), port=self.port, user=SUPERUSER, dbname=database
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._conninfo("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _command(self) -> list[str | Path]:
        settings = SETTINGS | {
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
        }
        flags = [f"--{name}={value}" for name, value in settings.items()]
        return [self._programs / "postgres", "-D", self.folder / "data", *flags]

    def _as_owner(self) -> list[str]:
        # The server goes when the tests do, even if they are killed.
        prefix = ["setpriv", "--pdeathsig", "QUIT"]
        if os.geteuid() == 0:
            prefix += ["--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        return [*prefix, "--"]


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """One PostgreSQL for the whole session; each test asks for its own database."""
    with _running(request.config) as server:
        yield server


@pytest.fixture
def mortal_postgres(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A PostgreSQL of the test's own, to kill: nobody else's connections break."""
    with _running(request.config) as server:
        yield server


@contextlib.contextmanager
def _running(config: pytest.Config) -> Iterator[PostgresServer]:
    server = PostgresServer(
        _find_programs(config),
        # Short and outside pytest's folders: a socket's path has at most 107
        # bytes, and `postgres` may not enter a folder of root's.
        Path(tempfile.mkdtemp(prefix="trackgate-postgres-")),
    )
    try:
        server.create()
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)


def _find_programs(config: pytest.Config) -> Path:
    """The folder of the newest installed release's programs."""
    found = sorted(
        (path.parent for path in PROGRAMS.glob("*/bin/initdb")),
        key=lambda folder: int(folder.parent.name),
    )
    if not found:
        missing(config, "no PostgreSQL server")
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            missing(config, "no user postgres")
    return found[-1]
