"""A throw-away PostgreSQL of the benchmark's own, as Debian's package sets it up."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

import psycopg
from psycopg import sql

from bench.systems.process_tree import ProcessTree
from bench.systems.programs import free_port, inherited

_PROGRAMS = Path("/usr/lib/postgresql")
_SUPERUSER = "bench"
_START_S = 60


@dataclass(frozen=True)
class Cluster:
    """A running server; whoever may enter its folder needs no password."""

    folder: Path
    port: int
    tree: ProcessTree

    def database(self, name: str) -> PostgresDatabase:
        """The database of that name, made if it is not there."""
        known = sql.SQL("SELECT FROM pg_database WHERE datname = {}").format(name)
        with self.connect("postgres") as db:
            if db.execute(known).fetchone() is None:
                db.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return PostgresDatabase(self, name)

    def connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        """A connection that commits each statement."""
        return psycopg.connect(
            host=str(self.folder), port=self.port, user=_SUPERUSER,
            dbname=database, autocommit=True,
        )  # fmt: skip


@dataclass(frozen=True)
class PostgresDatabase:
    """One system's database."""

    cluster: Cluster
    name: str
    backend: Literal["postgresql"] = "postgresql"

    @property
    def tree(self) -> ProcessTree:
        return self.cluster.tree

    def uri(self, scheme: str | None = None) -> str:
        """Over the cluster's unix socket."""
        place = {"host": self.cluster.folder, "port": self.cluster.port}
        return (
            f"{scheme or 'postgresql'}://{_SUPERUSER}@/{self.name}?{urlencode(place)}"
        )

    def size_bytes(self) -> int:
        with self.cluster.connect(self.name) as db:
            (size,) = db.execute(
                "SELECT pg_database_size(current_database())"
            ).fetchone() or (0,)
            return int(str(size))


@contextmanager
def started(folder: Path) -> Generator[Cluster]:
    """A cluster in `folder`, with PostgreSQL's default settings, made if it is new.

    As root it runs as Debian's `postgres`, since PostgreSQL refuses to be root; that
    account must be able to reach the folder. The path of a socket in it must stay
    below 108 bytes.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    if not (folder / "data").exists():
        _create(folder)
    port = free_port()
    log = folder / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*_as_owner(), *_command(folder, port)],
            cwd=folder,
            env=inherited(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    cluster = Cluster(folder, port, ProcessTree(process.pid))
    try:
        _wait(cluster, process, log)
        yield cluster
    finally:
        # A fast shutdown: connections are ended.
        process.send_signal(signal.SIGINT)
        process.wait(timeout=_START_S)


def version() -> str:
    """Of the newest release that is installed."""
    return subprocess.run(
        [_programs() / "postgres", "--version"],
        check=True, capture_output=True, text=True,
    ).stdout.split()[2]  # fmt: skip


def _create(folder: Path) -> None:
    subprocess.run(
        [
            *(*_as_owner(), _programs() / "initdb", "--pgdata", folder / "data"),
            *("--username", _SUPERUSER, "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8"),
        ],
        check=True,
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )


def _command(folder: Path, port: int) -> list[str | Path]:
    places = {
        "port": port,
        "listen_addresses": "",
        "unix_socket_directories": folder,
        "unix_socket_permissions": "0700",
    }
    flags = [f"--{name}={value}" for name, value in places.items()]
    return [_programs() / "postgres", "-D", folder / "data", *flags]


def _wait(cluster: Cluster, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            cluster.connect("postgres").close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"PostgreSQL did not start:\n{log.read_text()}"
                ) from None
            time.sleep(0.05)
        else:
            return


def _programs() -> Path:
    found = [path.parent for path in _PROGRAMS.glob("*/bin/initdb")]
    return max(found, key=lambda folder: int(folder.parent.name))


def _as_owner() -> list[str]:
    # The server goes when the benchmark does, even if that is killed.
    prefix = ["setpriv", "--pdeathsig", "QUIT"]
    if os.geteuid() == 0:
        prefix += ["--reuid", "postgres", "--regid", "postgres", "--init-groups"]
    return [*prefix, "--"]
