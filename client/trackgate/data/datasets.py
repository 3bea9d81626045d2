"""Describe the data a run used: name, fingerprint, origin, columns, size.

The data themselves are not logged. Neither pandas nor NumPy is imported; whoever
has such data has loaded them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable
from urllib.parse import urlsplit

from trackgate.entities import Dataset as DatasetEntity
from trackgate.entities import DatasetInput, InputTag
from trackgate.errors import InvalidParameterValue
from trackgate.run_context import context_tags

if TYPE_CHECKING:
    from numpy.typing import NDArray

    # It ships no types.
    from pandas import DataFrame  # type: ignore[import-untyped]

CONTEXT_TAG = "mlflow.data.context"

# Fingerprints look at so many rows, as MLflow's do (`data/digest_utils.py`).
_ROWS_HASHED = 10_000
_DIGEST_LENGTH = 8
_COLUMN_TYPES = {
    "b": "boolean",
    "i": "long",
    "u": "long",
    "f": "double",
    "M": "datetime",
}


@runtime_checkable
class DatasetLike(Protocol):
    """Any dataset that can describe itself; MLflow's own can."""

    def to_dict(self) -> dict[str, Any]:
        """name, digest, source_type and source, perhaps schema and profile."""
        ...


@dataclass(frozen=True, slots=True)
class Dataset:
    """A description of data.

    source, schema, profile  JSON
    """

    name: str
    digest: str
    source_type: str
    source: str
    schema: str | None = None
    profile: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The same as a dictionary."""
        return {name: getattr(self, name) for name in self.__slots__}


def from_pandas(
    df: DataFrame,
    source: str | os.PathLike[str] | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> Dataset:
    """Describe a data frame.

    source                where it came from, a path or a URL; else this program
    targets, predictions  names of columns; raises InvalidParameterValue if missing
    """
    frame: Any = df
    for role, column in (("targets", targets), ("predictions", predictions)):
        if column is not None and column not in frame.columns:
            raise InvalidParameterValue(
                f"The data frame has no column {column!r} for its {role}."
            )
    source_type, source_json = _origin(source)
    columns = [_column(label, kind) for label, kind in frame.dtypes.items()]
    profile = {"num_rows": len(frame), "num_elements": int(frame.size)}
    return Dataset(
        name or "dataset",
        digest or _digest(_frame_bytes(frame)),
        source_type,
        source_json,
        json.dumps({"mlflow_colspec": columns}),
        json.dumps(profile),
    )


def from_numpy(
    features: NDArray[Any] | Mapping[str, NDArray[Any]],
    source: str | os.PathLike[str] | None = None,
    targets: NDArray[Any] | Mapping[str, NDArray[Any]] | None = None,
    name: str | None = None,
    digest: str | None = None,
) -> Dataset:
    """Describe arrays: features of shape (n_rows, …), perhaps targets of (n_rows, …).

    source  where they came from, a path or a URL; else this program
    """
    groups = {"features": features, "targets": targets}
    given = {role: data for role, data in groups.items() if data is not None}
    source_type, source_json = _origin(source)
    profile = {
        f"{role}_{what}": _of_each(data, what)
        for role, data in given.items()
        for what in ("shape", "size", "nbytes")
    }
    schema = {role: _of_each(data, "dtype") for role, data in given.items()}
    return Dataset(
        name or "dataset",
        digest or _digest(_array_bytes(given.values())),
        source_type,
        source_json,
        json.dumps({"mlflow_tensorspec": schema}, default=str),
        json.dumps(profile),
    )


def as_entity(dataset: DatasetLike | DatasetEntity) -> DatasetEntity:
    """The description as the wire carries it."""
    if isinstance(dataset, DatasetEntity):
        return dataset
    given = dataset.to_dict()
    return DatasetEntity(
        name=given["name"],
        digest=given["digest"],
        source_type=given["source_type"],
        source=given["source"],
        schema=given.get("schema"),
        profile=given.get("profile"),
    )


def dataset_input(
    dataset: DatasetLike | DatasetEntity,
    context: str | None,
    tags: Mapping[str, str] | None,
) -> DatasetInput:
    """A dataset together with what a run used it for."""
    labels = [InputTag(key, str(value)) for key, value in (tags or {}).items()]
    if context:
        labels.append(InputTag(CONTEXT_TAG, context))
    return DatasetInput(as_entity(dataset), labels)


def _origin(source: str | os.PathLike[str] | None) -> tuple[str, str]:
    """Source type and JSON, in the forms that MLflow's sources have."""
    if source is None:
        return "code", json.dumps({"tags": context_tags(None)})
    text = os.fspath(source)
    scheme = urlsplit(text).scheme
    if scheme in ("http", "https"):
        return "http", json.dumps({"url": text})
    return ("local" if scheme in ("", "file") else scheme), json.dumps({"uri": text})


def _column(label: object, kind: Any) -> dict[str, object]:
    known = _COLUMN_TYPES.get(getattr(kind, "kind", "O"), "string")
    return {"type": known, "name": str(label), "required": True}


def _digest(pieces: Iterable[bytes]) -> str:
    """A short fingerprint; it tells data apart and protects nothing."""
    total = hashlib.md5(usedforsecurity=False)
    for piece in pieces:
        total.update(piece)
    return total.hexdigest()[:_DIGEST_LENGTH]


def _frame_bytes(frame: Any) -> Iterable[bytes]:
    yield str(frame.shape).encode()
    for label in frame.columns:
        yield str(label).encode()
    # Unequal cells may have equal text, but rarely a whole frame of them.
    yield frame.head(_ROWS_HASHED).to_csv(index=False).encode()


def _array_bytes(groups: Iterable[Any]) -> Iterable[bytes]:
    for data in groups:
        for label, array in sorted(_named(data).items()):
            yield f"{label} {array.dtype} {array.shape}".encode()
            yield array.reshape(-1)[:_ROWS_HASHED].tobytes()


def _of_each(data: Any, what: str) -> Any:
    if isinstance(data, Mapping):
        return {name: getattr(array, what) for name, array in _named(data).items()}
    return getattr(data, what)


def _named(data: Any) -> Mapping[str, Any]:
    """Arrays by their names; a lone one has the empty name."""
    return cast(Mapping[str, Any], data) if isinstance(data, Mapping) else {"": data}
