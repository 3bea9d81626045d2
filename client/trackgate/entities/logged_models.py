"""Logged models, with parameters and tags as dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec
from trackgate_wire import logged_models as wire
from trackgate_wire.metrics import Metric

from trackgate.errors import InvalidParameterValue


class LoggedModelStatus(StrEnum):
    """Whether a logged model's files are there."""

    UNSPECIFIED = "UNSPECIFIED"
    PENDING = "PENDING"
    READY = "READY"
    FAILED = "FAILED"

    @staticmethod
    def is_finalized(status: LoggedModelStatus) -> bool:
        """Whether no more files will come."""
        return status in (LoggedModelStatus.READY, LoggedModelStatus.FAILED)


# The wire's words are longer.
_ON_THE_WIRE = {
    LoggedModelStatus.PENDING: wire.LoggedModelStatus.PENDING,
    LoggedModelStatus.READY: wire.LoggedModelStatus.READY,
    LoggedModelStatus.FAILED: wire.LoggedModelStatus.FAILED,
}
_HERE = {there: here for here, there in _ON_THE_WIRE.items()}


def wire_status(given: str) -> wire.LoggedModelStatus:
    """A status as the wire has it; raises InvalidParameterValue for another text."""
    found = {str(here): there for here, there in _ON_THE_WIRE.items()}.get(given)
    if found is None:
        allowed = ", ".join(_ON_THE_WIRE)
        raise InvalidParameterValue(
            f"Unknown status {given!r} of a logged model; it is one of {allowed}."
        )
    return found


@dataclass(slots=True, kw_only=True)
class LoggedModel:
    """A model as a thing of its own. Times are milliseconds since 1970, UTC.

    artifact_location  where its files are
    source_run_id      the run that made it; None where there is none
    metrics            what was measured with it, each with its run and dataset
    registrations      the versions of registered models that were made from it, as
                       pairs of name and version
    """

    experiment_id: str
    model_id: str
    name: str
    artifact_location: str
    creation_timestamp: int
    last_updated_timestamp: int
    model_type: str | None = None
    source_run_id: str | None = None
    status: LoggedModelStatus = LoggedModelStatus.READY
    status_message: str | None = None
    tags: dict[str, str] = field(default_factory=dict[str, str])
    params: dict[str, str] = field(default_factory=dict[str, str])
    metrics: list[Metric] = field(default_factory=list[Metric])
    registrations: list[tuple[str, str]] = field(
        default_factory=list[tuple[str, str]], compare=False
    )

    @classmethod
    def of(cls, message: wire.LoggedModel) -> LoggedModel:
        """The model that a message of the wire describes."""
        info = message.info
        return cls(
            experiment_id=info.experiment_id,
            model_id=info.model_id,
            name=info.name,
            artifact_location=info.artifact_uri,
            creation_timestamp=info.creation_timestamp_ms or 0,
            last_updated_timestamp=info.last_updated_timestamp_ms or 0,
            model_type=info.model_type or None,
            source_run_id=info.source_run_id or None,
            status=_status_of(info.status),
            status_message=info.status_message or None,
            tags={tag.key: tag.value for tag in info.tags},
            params={param.key: param.value for param in message.data.params},
            metrics=list(message.data.metrics),
            registrations=[(one.name, one.version) for one in info.registrations],
        )

    @property
    def model_uri(self) -> str:
        """The URI that loads it."""
        return f"models:/{self.model_id}"

    def to_dictionary(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    def _repr_html_(self) -> str:
        """As a notebook shows it: its metrics, and a link to its page."""
        # Only notebooks need it.
        from trackgate.notebooks import models  # noqa: PLC0415

        return models.logged_html(self)


def _status_of(there: wire.LoggedModelStatus | None) -> LoggedModelStatus:
    if there is None:
        return LoggedModelStatus.UNSPECIFIED
    return _HERE[there]
