"""Where a database is, by the address it is opened with."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url


def folder_of(uri: str) -> Path | None:
    """The folder of SQLite's file; None for a database that is elsewhere."""
    url = make_url(uri)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database).absolute().parent


def described(uri: str) -> str:
    """For people: the file, or name and host; never a password."""
    url = make_url(uri)
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    port = f":{url.port}" if url.port else ""
    return f"{url.database} at {url.host or 'a local socket'}{port}"
