"""What a script logs, turned into the wire's shapes and checked before it is sent."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Protocol, SupportsFloat, SupportsIndex, cast

from trackgate_wire import codec, limits, rules
from trackgate_wire.experiments import ExperimentTag
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import Param, RunTag

from trackgate.errors import InvalidParameterValue


def now_ms() -> int:
    """Milliseconds since the Unix epoch, UTC."""
    return time.time_ns() // 1_000_000


def metric(
    key: str,
    value: object,
    timestamp: int | None = None,
    step: int | None = None,
    *,
    model_id: str | None = None,
    dataset_name: str | None = None,
    dataset_digest: str | None = None,
) -> Metric:
    """A point ready for the wire; raises InvalidParameterValue where it breaks a rule.

    value      anything with one number in it: float, NumPy scalar, tensor of one
    timestamp  milliseconds; now, where it is missing
    """
    rules.check_key("Metric", key)
    return Metric(
        key,
        codec.json_double(value if type(value) is float else _number(key, value)),
        now_ms() if timestamp is None else _whole(key, "timestamp", timestamp),
        0 if step is None else _whole(key, "step", step),
        model_id=model_id,
        dataset_name=dataset_name,
        dataset_digest=dataset_digest,
    )


def again(point: Metric) -> Metric:
    """A point that a caller built, checked and ready for the wire."""
    return metric(
        point.key,
        point.value,
        point.timestamp,
        point.step,
        model_id=point.model_id,
        dataset_name=point.dataset_name,
        dataset_digest=point.dataset_digest,
    )


def param(key: str, value: object) -> Param:
    """A parameter as text; raises InvalidParameterValue for a key that breaks a rule.

    Whether too long a value is cut or refused is a setting of the server's.
    """
    rules.check_key("Parameter", key)
    return Param(key, str(value))


def tag(key: str, value: object) -> RunTag:
    """A run's tag as text; otherwise as `param`."""
    rules.check_key("Tag", key)
    return RunTag(key, str(value))


def tags(given: Mapping[str, object] | None) -> list[RunTag]:
    """A dictionary of tags, each checked."""
    return [tag(key, value) for key, value in (given or {}).items()]


def experiment_tags(given: Mapping[str, object] | None) -> list[ExperimentTag]:
    """A dictionary of tags of an experiment, each checked."""
    return [experiment_tag(key, value) for key, value in (given or {}).items()]


def experiment_tag(key: str, value: object) -> ExperimentTag:
    """An experiment's tag as text; raises InvalidParameterValue for a broken rule."""
    rules.check_tag_key("Experiment tag", key)
    text = str(value)
    rules.check_length(
        f"Value of tag {rules.shown(key)}", text, limits.EXPERIMENT_TAG_VALUE_LENGTH
    )
    return ExperimentTag(key, text)


class _HasItem(Protocol):
    def item(self) -> SupportsFloat | SupportsIndex | str: ...


def _number(key: str, value: object) -> float:
    try:
        if not isinstance(value, int) and hasattr(value, "item"):
            # Arrays and tensors of one element; float() of those is going away.
            value = cast(_HasItem, value).item()
        return float(cast(SupportsFloat, value))
    except (TypeError, ValueError, OverflowError):
        raise InvalidParameterValue(
            f"Metric {rules.shown(key)} has the value {rules.shown(repr(value))},"
            " which is not a number."
        ) from None


def _whole(key: str, what: str, value: object) -> int:
    try:
        number = int(cast(SupportsIndex, value))
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or not limits.INT64_MIN <= number <= limits.INT64_MAX:
        raise InvalidParameterValue(
            f"Metric {rules.shown(key)} has the {what} {rules.shown(repr(value))},"
            " which is not a whole number of 64 bits."
        )
    if what == "timestamp":
        rules.check_timestamp("The timestamp", number)
    return number
