"""A registry of many models, written straight into the tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trackgate_server.store.sql import BulkInsert
from trackgate_server.store.transaction import Transaction

VERSIONS = 20
_BEGIN_MS = 1_700_000_000_000


def fill(db: Transaction, models: int, versions: int = VERSIONS) -> None:
    """Models "model 0000" … with versions, tags and an alias each.

    Every tenth model and version has the tag team = vision; each version has a run of
    its own, "run-<model>-<version>"; the last two of a model are in Staging and in
    Production. Time goes by with each version, one model after the other each round.
    """
    numbers = range(1, models + 1)
    _put(db, "registered_models", [_model(n, versions, models) for n in numbers])
    tags = [_tag(n, model=n) for n in numbers]
    _put(db, "registered_model_tags", tags)
    pairs = [(n, v) for v in range(1, versions + 1) for n in numbers]
    rows = [_version(n, v, versions, at) for at, (n, v) in enumerate(pairs)]
    _put(db, "model_versions", rows)
    tags = [_tag(n + v, model=n, version=v) for n, v in pairs]
    _put(db, "model_version_tags", tags)
    aliases = [{"model": n, "alias": "best", "version": versions} for n in numbers]
    _put(db, "model_aliases", aliases)


def name_of(model: int) -> str:
    return f"model {model:04}"


def _model(number: int, versions: int, models: int) -> dict[str, Any]:
    return {
        "id": number,
        "name": name_of(number),
        "user": "ada",
        "description": "",
        "created_ms": _BEGIN_MS,
        "updated_ms": _BEGIN_MS + versions * models + number,
        "last_version": versions,
    }


def _version(model: int, version: int, versions: int, at: int) -> dict[str, Any]:
    return {
        "model": model,
        "version": version,
        "user": "ada",
        "description": "",
        "source": f"s3://models/{model}/{version}",
        "location": f"s3://models/{model}/{version}",
        "run_id": f"run-{model}-{version}",
        "run_link": "",
        "model_id": "",
        "stage": max(0, version - versions + 2),
        "created_ms": _BEGIN_MS + at,
        "updated_ms": _BEGIN_MS + at,
    }


def _tag(number: int, **of: int) -> dict[str, Any]:
    team = "vision" if number % 10 == 0 else "nlp"
    return {**of, "key": "team", "value": team}


def _put(db: Transaction, table: str, rows: Sequence[dict[str, Any]]) -> None:
    types = ["text" if isinstance(cell, str) else "int8" for cell in rows[0].values()]
    insert = BulkInsert(table, tuple(rows[0]), tuple(types), "")
    db.bulk(insert, [[row[name] for row in rows] for name in rows[0]])
