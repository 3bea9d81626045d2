"""Predictions as JSON, in the peer's form: `{"predictions": …}`.

NaN and infinities, which JSON does not have, stand as Python's `json` writes and reads
them, for so does the peer.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any

import msgspec

from trackgate.models.libraries import load, loaded


def encode(predictions: Any) -> bytes:
    """The body of an answer; raises TypeError for what JSON cannot hold."""
    return b'{"predictions": ' + _encoded(predictions) + b"}"


def _encoded(predictions: Any) -> bytes:
    np = load("numpy")
    if isinstance(predictions, np.ndarray) and _is_plain(np, predictions):
        return msgspec.json.encode(predictions.tolist())
    return json.dumps(_listed(predictions), default=_plain).encode()


def _is_plain(np: Any, array: Any) -> bool:
    """Whether all its values are numbers or truth values of JSON."""
    kind = array.dtype.kind
    return kind in "biu" or (kind == "f" and bool(np.isfinite(array).all()))


def _listed(predictions: Any) -> Any:
    pandas = loaded("pandas")
    if pandas is not None and isinstance(predictions, pandas.Series):
        predictions = pandas.DataFrame(predictions)
    if pandas is not None and isinstance(predictions, pandas.DataFrame):
        return predictions.to_dict(orient="records")
    return predictions


def _plain(value: Any) -> Any:
    """What JSON can hold in the place of one value that it cannot."""
    np = load("numpy")
    if isinstance(value, np.ndarray):
        return _plain_array(np, value)
    if isinstance(value, np.datetime64):
        return str(np.datetime_as_string(value))
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return _plain_of_pandas(value)


def _plain_array(np: Any, array: Any) -> Any:
    if array.dtype.kind == "M":
        return np.datetime_as_string(array).tolist()
    return array.tolist()


def _plain_of_pandas(value: Any) -> Any:
    pandas = loaded("pandas")
    if pandas is not None and value is pandas.NA:
        return None
    if pandas is not None and isinstance(value, pandas.DataFrame | pandas.Series):
        return _listed(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
