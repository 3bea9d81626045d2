"""What is logged, in the shapes that a server takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trackgate_wire import limits

from trackgate import values
from trackgate.entities import Metric

if TYPE_CHECKING:
    from trackgate_wire.runs import Param

    from trackgate.data.datasets import Dataset


def as_params(given: Mapping[str, Any]) -> list[Param]:
    """Parameters as text, shortened to what a server takes."""
    return [
        values.param(
            _short(str(key), limits.KEY_LENGTH),
            _short(str(value), limits.PARAM_VALUE_LENGTH),
        )
        for key, value in given.items()
    ]


def as_metrics(
    given: Mapping[str, float], dataset: Dataset | None, model_id: str | None
) -> list[Metric]:
    """Points of one moment, of the dataset and the model they belong to."""
    now = values.now_ms()
    return [
        Metric(
            key,
            value,
            now,
            0,
            model_id=model_id,
            dataset_name=dataset.name if dataset else None,
            dataset_digest=dataset.digest if dataset else None,
        )
        for key, value in given.items()
    ]


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 3]}..."
