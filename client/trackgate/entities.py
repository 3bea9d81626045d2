"""What the client hands out: the wire's messages, and a few friendlier shapes.

Attribute names are MLflow's. A run's metrics, parameters and tags are dictionaries
here and lists on the wire.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
from trackgate_wire.artifacts import FileInfo
from trackgate_wire.datasets import (
    Dataset,
    DatasetInput,
    InputTag,
    ModelInput,
    ModelOutput,
    RunInputs,
    RunOutputs,
)
from trackgate_wire.experiments import Experiment as WireExperiment
from trackgate_wire.experiments import ExperimentTag
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import Param, RunInfo, RunTag
from trackgate_wire.runs import Run as WireRun
from trackgate_wire.runs import RunData as WireRunData
from trackgate_wire.scalars import LifecycleStage, RunStatus, ViewType

from trackgate.errors import InvalidParameterValue

LoggedModelInput = ModelInput
LoggedModelOutput = ModelOutput

__all__ = [
    "Dataset",
    "DatasetInput",
    "Experiment",
    "ExperimentTag",
    "FileInfo",
    "InputTag",
    "LifecycleStage",
    "LoggedModelInput",
    "LoggedModelOutput",
    "Metric",
    "PagedList",
    "Param",
    "Run",
    "RunData",
    "RunInfo",
    "RunInputs",
    "RunOutputs",
    "RunStatus",
    "RunTag",
    "ViewType",
    "view_type",
]

ItemT = TypeVar("ItemT")


class PagedList(list[ItemT]):
    """One page of a search; `token` asks for the next, None where it is the last."""

    def __init__(self, items: Iterable[ItemT], token: str | None) -> None:
        super().__init__(items)
        self.token = token

    def to_list(self) -> list[ItemT]:
        """The same items as a plain list."""
        return list(self)


class RunData:
    """What a run measured: latest metrics, parameters and tags, by key."""

    __slots__ = ("metrics", "params", "tags")

    def __init__(
        self, metrics: dict[str, float], params: dict[str, str], tags: dict[str, str]
    ) -> None:
        self.metrics = metrics
        self.params = params
        self.tags = tags

    @classmethod
    def of(cls, message: WireRunData) -> RunData:
        """The wire's lists as dictionaries."""
        return cls(
            {metric.key: metric.value for metric in message.metrics},
            {param.key: param.value for param in message.params},
            {tag.key: tag.value for tag in message.tags},
        )

    def to_dictionary(self) -> dict[str, dict[str, Any]]:
        """Plain dictionaries, as `trackgate runs describe` prints them."""
        return {"metrics": self.metrics, "params": self.params, "tags": self.tags}

    def __repr__(self) -> str:
        return f"RunData(metrics={self.metrics!r}, params={self.params!r}, tags=…)"


class Run:
    """One execution of a piece of training code, as it was when it was read."""

    def __init__(
        self,
        info: RunInfo,
        data: RunData,
        inputs: RunInputs | None = None,
        outputs: RunOutputs | None = None,
    ) -> None:
        self.info = info
        self.data = data
        self.inputs = inputs or RunInputs()
        self.outputs = outputs or RunOutputs()

    @classmethod
    def of(cls, message: WireRun) -> Run:
        """The run that a message of the wire describes."""
        return cls(
            message.info, RunData.of(message.data), message.inputs, message.outputs
        )

    def to_dictionary(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        return {
            "info": msgspec.to_builtins(self.info),
            "data": self.data.to_dictionary(),
            "inputs": msgspec.to_builtins(self.inputs),
            "outputs": msgspec.to_builtins(self.outputs),
        }

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Run):
            return NotImplemented
        return self.to_dictionary() == other.to_dictionary()

    def __hash__(self) -> int:
        return hash(self.info.run_id)

    def __repr__(self) -> str:
        return f"<Run {self.info.run_id} {self.info.run_name!r} {self.info.status}>"


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

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Experiment) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(self.experiment_id)

    def __repr__(self) -> str:
        return f"<Experiment {self.experiment_id} {self.name!r}>"


_VIEW_NUMBERS = {
    1: ViewType.ACTIVE_ONLY,
    2: ViewType.DELETED_ONLY,
    3: ViewType.ALL,
}


def view_type(given: ViewType | str | int) -> ViewType:
    """A view type by itself, its name in any case, or MLflow's number for it."""
    if isinstance(given, int):
        found = _VIEW_NUMBERS.get(given)
    else:
        found = next((view for view in ViewType if view == given.upper()), None)
    if found is None:
        allowed = ", ".join(view.lower() for view in ViewType)
        raise InvalidParameterValue(f"Unknown view type {given!r}; it is {allowed}.")
    return found
