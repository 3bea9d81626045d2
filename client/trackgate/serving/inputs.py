"""A request's body as what the model's `predict` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from trackgate.models.schema import Schema
from trackgate.serving import media, payloads
from trackgate.serving.frames import ColumnReader
from trackgate.serving.payloads import Payload
from trackgate.serving.tensors import PlainReader, TensorReader


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a model is asked: rows, and the prediction's parameters if any came."""

    data: Any
    params: Mapping[str, Any] | None = None


class _Reader(Protocol):
    def read(self, payload: Payload) -> Any: ...


class InputReader:
    """Reads bodies for one model.

    schema  of the model's inputs; None where it has none
    """

    def __init__(self, schema: Schema | None) -> None:
        self._schema = schema
        self._reader = _reader(schema)

    def read(self, body: bytes, media_type: str) -> Inputs:
        """Raises BadRequest or InvalidParameterValue; UnsupportedMedia."""
        if media_type == media.CSV:
            return Inputs(media.from_csv(body, self._schema))
        if media_type == media.PARQUET:
            return Inputs(media.from_parquet(body))
        payload = payloads.read(body)
        return Inputs(self._reader.read(payload), payload.params)


def _reader(schema: Schema | None) -> _Reader:
    if schema is None:
        return PlainReader()
    return TensorReader(schema) if schema.is_tensor_spec() else ColumnReader(schema)
