"""Datasets as the page of a run shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from trackgate_wire.datasets import DatasetInput

_CONTEXT_TAG = "mlflow.data.context"
# A profile may have millions of characters.
_LONGEST_TEXT = 4_000


class ShownDataset(NamedTuple):
    """A dataset that a run used.

    context  what for; "" where nobody said
    columns  how many its schema names; None where it names none
    texts    labels and texts that describe it, not empty
    """

    name: str
    digest: str
    context: str
    source_type: str
    columns: int | None
    texts: list[tuple[str, str]]


def shown(inputs: Sequence[DatasetInput]) -> list[ShownDataset]:
    """What people want to know of the datasets."""
    return [_shown(one) for one in inputs]


def _shown(used: DatasetInput) -> ShownDataset:
    data = used.dataset
    context = next((tag.value for tag in used.tags if tag.key == _CONTEXT_TAG), "")
    described = (("Source", data.source), ("Schema", data.schema))
    return ShownDataset(
        data.name,
        data.digest,
        context,
        data.source_type,
        _columns(data.schema),
        list(_texts((*described, ("Profile", data.profile)))),
    )


def _texts(described: Iterable[tuple[str, str | None]]) -> Iterable[tuple[str, str]]:
    for label, text in described:
        if text:
            cut = len(text) > _LONGEST_TEXT
            yield label, text[:_LONGEST_TEXT] + "…" if cut else text


class _TableSchema(msgspec.Struct):
    """As MLflow writes the schema of a table."""

    mlflow_colspec: list[Any]


# Made once, by one thread: see `trackgate_wire.codec.prepare`.
_schemas = msgspec.json.Decoder(_TableSchema)


def _columns(schema: str | None) -> int | None:
    """How many a table's schema has; None for any other text."""
    try:
        return len(_schemas.decode(schema or "").mlflow_colspec)
    except msgspec.DecodeError:
        return None
