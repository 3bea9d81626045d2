"""A server that runs, and how to talk to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.systems.process_tree import ProcessTree
from bench.systems.stores import Store

API = "/api/2.0/mlflow"
FIRST_ANSWER = f"{API}/experiments/get?experiment_id=0"


@dataclass(frozen=True)
class System:
    """A tracking server of one kind on one database.

    address  such as http://127.0.0.1:5000
    headers  what each request needs, a password's header with ours
    login    user and password, where it wants them
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
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    login: tuple[str, str] | None = None
