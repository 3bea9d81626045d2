"""Experiments, with their tags as a dictionary."""

from __future__ import annotations

from trackgate_wire.experiments import Experiment as WireExperiment
from trackgate_wire.scalars import LifecycleStage


class Experiment:
    """A named set of runs. Times are milliseconds since the Unix epoch, UTC."""

    def __init__(
        self,
        experiment_id: str,
        name: str,
        artifact_location: str,
        lifecycle_stage: str,
        tags: dict[str, str] | None = None,
        creation_time: int | None = None,
        last_update_time: int | None = None,
    ) -> None:
        self.experiment_id = experiment_id
        self.name = name
        self.artifact_location = artifact_location
        self.lifecycle_stage = lifecycle_stage
        self.tags = tags or {}
        self.creation_time = creation_time
        self.last_update_time = last_update_time

    @classmethod
    def of(cls, message: WireExperiment) -> Experiment:
        """The experiment that a message of the wire describes."""
        return cls(
            message.experiment_id,
            message.name,
            message.artifact_location,
            message.lifecycle_stage or LifecycleStage.ACTIVE,
            {tag.key: tag.value for tag in message.tags},
            message.creation_time,
            message.last_update_time,
        )

    def _repr_html_(self) -> str:
        """As a notebook shows it: its newest runs, and a link to its page."""
        # Only notebooks need it.
        from trackgate.notebooks import experiments  # noqa: PLC0415

        return experiments.html(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Experiment) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(self.experiment_id)

    def __repr__(self) -> str:
        return f"<Experiment {self.experiment_id} {self.name!r}>"
