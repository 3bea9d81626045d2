"""The option that names the database, for all commands that need one."""

from __future__ import annotations

from collections.abc import Callable

import click

from trackgate_proxy.site.data_folder import DataFolder
from trackgate_proxy.site.stored_settings import remembered_backend_store

STORE_VARIABLE = "TRACKGATE_BACKEND_STORE_URI"

Command = Callable[..., None]


def store_option(meaning: str) -> Callable[[Command], Command]:
    """Add `--backend-store-uri`; the command gets it as `backend_store_uri`."""
    return click.option("--backend-store-uri", envvar=STORE_VARIABLE, help=meaning)


def chosen_store(data: DataFolder, given: str | None) -> str | None:
    """What was given, else what is remembered; None for the default database."""
    return given or remembered_backend_store(data)


def is_sqlite(backend_store_uri: str | None) -> bool:
    """Whether a database is the embedded one, which is the default."""
    return not backend_store_uri or backend_store_uri.startswith("sqlite:")
