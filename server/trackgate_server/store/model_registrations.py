"""Which versions were made from a logged model, as a tag of it that clients read."""

from __future__ import annotations

import json

import msgspec

from trackgate_server.store import logged_model_data
from trackgate_server.store.logged_models import LoggedModelKey
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

TAG = "mlflow.modelVersions"

_LOCK = Sql(
    "SELECT id FROM logged_models WHERE id = ?",
    # Whoever logs something of the model need not wait, nor be waited for.
    postgresql="SELECT id FROM logged_models WHERE id = ? FOR NO KEY UPDATE",
)
_FIND = Sql("SELECT value FROM logged_model_tags WHERE model = ? AND key = ?")


def add(db: Transaction, model: LoggedModelKey, name: str, version: int) -> None:
    """Add a version to the tag. Three statements."""
    # Two versions made at once would otherwise each write the tag without the other.
    db.one(_LOCK, model)
    row = db.one(_FIND, model, TAG)
    versions = [*_listed(row[0] if row else ""), {"name": name, "version": version}]
    logged_model_data.set_tags(db, model, {TAG: json.dumps(versions)})


def _listed(tag: str) -> list[object]:
    """What the tag lists; a client may have put anything there."""
    try:
        return msgspec.json.decode(tag, type=list[object])
    except msgspec.DecodeError:
        return []
