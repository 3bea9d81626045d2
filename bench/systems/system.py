"""A server that runs, and how to talk to it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.systems.process_tree import ProcessTree
from bench.systems.stores import Store

API = "/api/2.0/mlflow"
FIRST_ANSWER = f"{API}/experiments/get?experiment_id=0"

Login = tuple[str, str]
"""User and password."""


@dataclass(frozen=True)
class System:
    """A tracking server of one kind on one database.

    address  such as http://127.0.0.1:5000
    login    where it wants one
    tree     the server's processes, those of a PostgreSQL are the store's
    folder   what it keeps; with SQLite the database as well
    start_s  seconds from starting the program to the first real answer
    """

    name: str
    address: str
    tree: ProcessTree
    store: Store
    folder: Path
    start_s: float
    login: Login | None = None

    @property
    def headers(self) -> Mapping[str, str]:
        """What each request needs."""
        return headers_of(self.login)


def headers_of(login: Login | None) -> Mapping[str, str]:
    """The headers that bring a login; none without one."""
    if login is None:
        return {}
    token = base64.b64encode(":".join(login).encode()).decode()
    return {"Authorization": f"Basic {token}"}
