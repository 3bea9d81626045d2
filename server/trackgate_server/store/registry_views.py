"""Rows of the registry as the protocol shows them, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence

from trackgate_wire.model_versions import ModelVersion, ModelVersionTag
from trackgate_wire.registered_models import RegisteredModel, RegisteredModelAlias

from trackgate_server.store import model_aliases, model_labels, model_versions
from trackgate_server.store.model_aliases import AliasRow
from trackgate_server.store.model_labels import VersionKey
from trackgate_server.store.model_stages import STAGES
from trackgate_server.store.model_versions import VersionRow
from trackgate_server.store.registered_models import ModelRow
from trackgate_server.store.transaction import Transaction


def of_versions(db: Transaction, rows: Sequence[VersionRow]) -> list[ModelVersion]:
    """Versions with tags and aliases. Two statements, however many."""
    aliases = model_aliases.of_models(db, [row.model for row in rows])
    return _versions(db, rows, aliases)


def of_models(db: Transaction, rows: Sequence[ModelRow]) -> list[RegisteredModel]:
    """Models with tags, aliases and latest versions. Four statements, however many."""
    models = [row.id for row in rows]
    tags = model_labels.of_models(db, models)
    aliases = model_aliases.of_models(db, models)
    names: dict[int, list[RegisteredModelAlias]] = {model: [] for model in models}
    for one in aliases:
        names[one.model].append(RegisteredModelAlias(one.alias, str(one.version)))
    latest = _latest(db, models, aliases)
    return [
        RegisteredModel(
            name=row.name,
            creation_timestamp=row.created_ms,
            last_updated_timestamp=row.updated_ms,
            user_id=row.user,
            description=row.description or "",
            latest_versions=latest[row.id],
            tags=tags[row.id],
            aliases=names[row.id],
        )
        for row in rows
    ]


def _latest(
    db: Transaction, models: Sequence[int], aliases: Sequence[AliasRow]
) -> dict[int, list[ModelVersion]]:
    """By model the newest version of each stage."""
    rows = model_versions.latest(db, models, range(len(STAGES)))
    found: dict[int, list[ModelVersion]] = {model: [] for model in models}
    for row, version in zip(rows, _versions(db, rows, aliases), strict=True):
        found[row.model].append(version)
    return found


def _versions(
    db: Transaction, rows: Sequence[VersionRow], aliases: Sequence[AliasRow]
) -> list[ModelVersion]:
    keys: list[VersionKey] = [(row.model, row.version) for row in rows]
    tags = model_labels.of_versions(db, keys)
    names: dict[VersionKey, list[str]] = {}
    for one in aliases:
        names.setdefault((one.model, one.version), []).append(one.alias)
    return [
        _version(row, tags[key], names.get(key, []))
        for row, key in zip(rows, keys, strict=True)
    ]


def _version(
    row: VersionRow, tags: list[ModelVersionTag], aliases: list[str]
) -> ModelVersion:
    return ModelVersion(
        name=row.name,
        version=str(row.version),
        creation_timestamp=row.created_ms,
        last_updated_timestamp=row.updated_ms,
        user_id=row.user,
        current_stage=STAGES[row.stage].value,
        description=row.description,
        source=row.source,
        run_id=row.run_id,
        tags=tags,
        run_link=row.run_link,
        aliases=aliases,
        model_id=row.model_id,
    )
