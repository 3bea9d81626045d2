"""Registered models and their versions, with tags and aliases as dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
from trackgate_wire.metrics import Metric
from trackgate_wire.model_versions import ModelParam, ModelVersionTag
from trackgate_wire.model_versions import ModelVersion as WireVersion
from trackgate_wire.registered_models import (
    ModelMove,
    RegisteredModelAlias,
    RegisteredModelTag,
)
from trackgate_wire.registered_models import RegisteredModel as WireModel

__all__ = [
    "ModelMove",
    "ModelVersion",
    "ModelVersionTag",
    "RegisteredModel",
    "RegisteredModelAlias",
    "RegisteredModelTag",
]


@dataclass(slots=True, kw_only=True)
class ModelVersion:
    """One version of a registered model. Times are milliseconds since 1970, UTC.

    version   a whole number, as text
    source    where its files are, as whoever registered it wrote it
    run_id    the run that made it; None where it is not known
    model_id  the logged model it was made from; None where there is none
    """

    name: str
    version: str
    creation_timestamp: int | None = None
    last_updated_timestamp: int | None = None
    description: str | None = None
    user_id: str | None = None
    current_stage: str = "None"
    source: str = ""
    run_id: str | None = None
    run_link: str | None = None
    status: str = "READY"
    status_message: str | None = None
    tags: dict[str, str] = field(default_factory=dict[str, str])
    aliases: list[str] = field(default_factory=list[str])
    model_id: str | None = None
    params: list[ModelParam] = field(default_factory=list[ModelParam])
    metrics: list[Metric] = field(default_factory=list[Metric])

    @classmethod
    def of(cls, message: WireVersion) -> ModelVersion:
        """The version that a message of the wire describes."""
        return cls(
            name=message.name,
            version=message.version,
            creation_timestamp=message.creation_timestamp,
            last_updated_timestamp=message.last_updated_timestamp,
            description=message.description or None,
            user_id=message.user_id or None,
            current_stage=message.current_stage,
            source=message.source,
            run_id=message.run_id or None,
            run_link=message.run_link or None,
            status=str(message.status),
            status_message=message.status_message or None,
            tags={tag.key: tag.value for tag in message.tags},
            aliases=list(message.aliases),
            model_id=message.model_id or None,
            params=list(message.model_params),
            metrics=list(message.model_metrics),
        )

    def to_dictionary(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    def _repr_html_(self) -> str:
        """As a notebook shows it: with charts, and links to its page and run."""
        # Only notebooks need it.
        from trackgate.notebooks import models  # noqa: PLC0415

        return models.version_html(self)


@dataclass(slots=True, kw_only=True)
class RegisteredModel:
    """A name with numbered versions. Times are milliseconds since 1970, UTC.

    latest_versions  the newest version of each stage that has any
    aliases          the version that each alias points at
    """

    name: str
    creation_timestamp: int | None = None
    last_updated_timestamp: int | None = None
    description: str | None = None
    latest_versions: list[ModelVersion] = field(default_factory=list[ModelVersion])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    aliases: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, message: WireModel) -> RegisteredModel:
        """The model that a message of the wire describes."""
        return cls(
            name=message.name,
            creation_timestamp=message.creation_timestamp,
            last_updated_timestamp=message.last_updated_timestamp,
            description=message.description or None,
            latest_versions=[ModelVersion.of(one) for one in message.latest_versions],
            tags={tag.key: tag.value for tag in message.tags},
            aliases={alias.alias: alias.version for alias in message.aliases},
        )

    def to_dictionary(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    def _repr_html_(self) -> str:
        """As a notebook shows it: its newest versions, and a link to its page."""
        # Only notebooks need it.
        from trackgate.notebooks import models  # noqa: PLC0415

        return models.registered_html(self)
