"""Runs, with their metrics, parameters and tags as dictionaries."""

from __future__ import annotations

from typing import Any

import msgspec
from trackgate_wire.datasets import RunInputs, RunOutputs
from trackgate_wire.runs import Run as WireRun
from trackgate_wire.runs import RunData as WireRunData
from trackgate_wire.runs import RunInfo


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

    def _repr_html_(self) -> str:
        """As a notebook shows it: with charts, and a link to its page."""
        from trackgate.notebooks import runs  # noqa: PLC0415 - only notebooks need it

        return runs.html(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Run):
            return NotImplemented
        return self.to_dictionary() == other.to_dictionary()

    def __hash__(self) -> int:
        return hash(self.info.run_id)

    def __repr__(self) -> str:
        return f"<Run {self.info.run_id} {self.info.run_name!r} {self.info.status}>"
