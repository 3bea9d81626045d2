"""Archives of PostgreSQL's own programs, `pg_dump` and `pg_restore`."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from trackgate_server.store.database import DatabaseRefused

_OWN_BACKUP = (
    "If there is a backup of your own, TRACKGATE_SNAPSHOT=no (--no-snapshot) goes on"
    " without."
)


def dump(
    file: Path,
    tables: Sequence[tuple[str, str]],
    server_version: int,
    address: str,
    environment: dict[str, str],
) -> None:
    """Write tables, each a schema and a name, into an archive.

    server_version  as libpq tells it: 170002 is 17.2
    address         connection string of the database, without a password

    Raises DatabaseRefused where it cannot be done.
    """
    _run(
        [
            _dumper(server_version // 10_000),
            *("--format=custom", "--compress=1", "--no-password"),
            *("--no-owner", "--no-privileges", f"--file={file}"),
            *(f"--table={_pattern(*table)}" for table in tables),
            f"--dbname={address}",
        ],
        environment,
    )


@contextmanager
def as_sql(file: Path, *options: str) -> Generator[IO[bytes]]:
    """An archive as SQL. Raises DatabaseRefused if it cannot be read to its end."""
    command = [
        _reader(),
        *("--file=-", "--no-owner", "--no-privileges", "--no-comments"),
        *(*options, str(file.absolute())),
    ]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(  # noqa: S603 - no shell, and a file's name as its last word
            command, stdout=subprocess.PIPE, stderr=complaints
        ) as program,
    ):
        yield cast("IO[bytes]", program.stdout)
        if program.wait() != 0:
            complaints.seek(0)
            complaint = first_line(complaints.read().decode(errors="replace"))
            raise DatabaseRefused(f"{file} cannot be read ({complaint}).")


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - no shell; tables are quoted
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise DatabaseRefused(
            f"No snapshot can be taken ({first_line(done.stderr)}), so nothing was"
            f" changed. {_OWN_BACKUP}"
        )


def _dumper(release: int) -> str:
    """`pg_dump` that is no older than the server. Raises DatabaseRefused."""
    program = shutil.which("pg_dump")
    found = 0 if program is None else _release_of(program)
    if program is not None and found >= release:
        return program
    instead = f"{program} is of {found}" if found else "there is none"
    raise DatabaseRefused(
        "Before the database is changed a snapshot is taken, which needs pg_dump of"
        f" PostgreSQL {release} or newer, and {instead}: install"
        f" postgresql-client-{release}. {_OWN_BACKUP}"
    )


def _reader() -> str:
    program = shutil.which("pg_restore")
    if program is None:
        raise DatabaseRefused(
            "Reading a snapshot needs pg_restore, and there is none: install"
            " postgresql-client."
        )
    return program


def _release_of(program: str) -> int:
    """Its major version; 0 if it does not tell."""
    try:
        done = subprocess.run(  # noqa: S603 - found in PATH
            [program, "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return 0
    match = re.search(r"\) (\d+)", done.stdout)
    return int(match[1]) if match else 0


def _pattern(schema: str, table: str) -> str:
    """A name as `pg_dump --table` takes it literally."""
    return ".".join('"{}"'.format(name.replace('"', '""')) for name in (schema, table))


def first_line(complaint: str) -> str:
    """What a program or the server says, as part of a sentence."""
    return complaint.strip().partition("\n")[0] or "no reason given"
