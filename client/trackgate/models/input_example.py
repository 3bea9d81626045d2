"""Input examples: data a model takes, saved beside it as JSON (MLflow's format)."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

from trackgate.errors import InvalidParameterValue
from trackgate.models import libraries
from trackgate.models.code_files import inside
from trackgate.models.json_columns import typed
from trackgate.models.kinds import is_dict, is_list
from trackgate.models.mlmodel import Model
from trackgate.models.param_inference import param_schema
from trackgate.models.schema import Schema

np = libraries.load("numpy")
pd = libraries.load("pandas")

EXAMPLE_FILE = "input_example.json"
SERVING_FILE = "serving_input_example.json"
# Requests to chat models are sent as they are, not under "inputs".
_CHAT_KEYS = ("messages", "prompt", "input")


class InputExample:
    """An example, and what is written of it.

    given  a data frame, an array or dictionary of arrays, a sparse matrix, or what
           JSON can hold; or a pair of that and a dictionary of parameters

    Raises InvalidParameterValue for anything else.
    """

    def __init__(self, given: Any) -> None:
        self.data, self.params = _split(given)
        self.info: dict[str, Any] = {"artifact_path": EXAMPLE_FILE}
        if self.params:
            self.info["params"] = "true"
        kind, content, serving = _described(self.data)
        self.info |= {**kind, "serving_input_path": SERVING_FILE}
        self._content = content
        self._serving = serving
        if self.params is not None:
            self._content = {"inputs": content, "params": self.params}
            is_chat = serving is content
            more = self.params if is_chat else {"params": self.params}
            self._serving = {**serving, **more}

    def for_model(self) -> Any:
        """A copy of the data, which the model may change."""
        return deepcopy(self.data)

    def save(self, folder: Path) -> dict[str, Any]:
        """Write the example's files, and return what the MLmodel file says of them."""
        (folder / EXAMPLE_FILE).write_text(_json(self._content), encoding="utf-8")
        serving = _json(self._serving, indent=2)
        (folder / SERVING_FILE).write_text(serving, encoding="utf-8")
        return self.info


def read(model: Model, folder: Path) -> Any:
    """The example in a model's folder, in the form it was given; None without one."""
    info = model.saved_input_example_info
    if not info:
        return None
    content = _content(info, folder)
    if info.get("params"):
        content = content["inputs"]
    schema = model.get_input_schema()
    match info.get("type"):
        case "dataframe":
            return typed(_frame(content), schema)
        case "ndarray":
            return _arrays(content, schema)
        case "sparse_matrix_csc" | "sparse_matrix_csr" as kind:
            return _sparse(content, kind)
        case _:
            return content


def read_params(model: Model, folder: Path) -> Any:
    """The example's parameters; None where it has none."""
    info = model.saved_input_example_info
    if not info or not info.get("params"):
        return None
    return _content(info, folder)["params"]


def read_serving(model: Model, folder: Path) -> str | None:
    """The body of a request to the model's server; None where there is none."""
    name = (model.saved_input_example_info or {}).get("serving_input_path")
    return inside(folder, name).read_text(encoding="utf-8") if name else None


def _split(given: Any) -> tuple[Any, dict[str, Any] | None]:
    if not isinstance(given, tuple):
        return deepcopy(given), None
    pair = cast(Sequence[Any], given)
    if len(pair) != 2 or not is_dict(pair[1]):
        raise InvalidParameterValue(
            "An input example that is a tuple is a pair of data and a dictionary of"
            " parameters."
        )
    param_schema(pair[1])
    return deepcopy(pair[0]), deepcopy(pair[1])


def _described(data: Any) -> tuple[dict[str, str], Any, Any]:
    """What the MLmodel file says of the data, the data as JSON, and a request."""
    if isinstance(data, pd.DataFrame):
        split = _split_frame(data)
        orient = "split" if "columns" in split else "values"
        kind = {"type": "dataframe", "pandas_orient": orient}
        return kind, split, {"dataframe_split": split}
    if isinstance(data, np.ndarray):
        content = _plain(data)
        return {"type": "ndarray"}, content, {"inputs": content}
    if _is_sparse(data):
        kind = {"type": f"sparse_matrix_{data.format}"}
        return kind, _sparse_parts(data), {"inputs": data.toarray()}
    if is_dict(data):
        return _described_dict(data)
    if is_list(data) and _has_array(data):
        raise InvalidParameterValue("Lists of arrays are no input examples.")
    if is_list(data) or isinstance(data, dt.date) or np.isscalar(data):
        return {"type": "json_object"}, data, {"inputs": data}
    raise InvalidParameterValue(
        "An input example is a DataFrame, an array, a sparse matrix, a dictionary, a"
        f" list or a plain value, not {type(data).__name__}."
    )


def _described_dict(data: dict[str, Any]) -> tuple[dict[str, str], Any, Any]:
    arrays = [isinstance(value, np.ndarray) for value in data.values()]
    if any(arrays) and not all(arrays):
        raise InvalidParameterValue(
            "In an input example that is a dictionary, either all values are arrays or"
            " none is."
        )
    if any(arrays):
        content = {name: _plain(value) for name, value in data.items()}
        return {"type": "ndarray"}, content, {"inputs": content}
    if any(key in data for key in _CHAT_KEYS):
        return {"type": "json_object"}, data, data
    return {"type": "json_object"}, data, {"inputs": data}


def _split_frame(frame: Any) -> dict[str, Any]:
    split = frame.astype(object).where(frame.notnull(), None).to_dict(orient="split")
    del split["index"]
    if list(frame.columns) == list(range(len(frame.columns))):
        del split["columns"]
    kept: dict[str, Any] = split
    return kept


def _plain(array: Any) -> Any:
    if np.issubdtype(array.dtype, np.floating) and np.isnan(array).any():
        return np.where(np.isnan(array), None, array).tolist()
    return array.tolist()


def _is_sparse(data: Any) -> bool:
    sparse = libraries.loaded("scipy.sparse")
    return sparse is not None and isinstance(
        data, sparse.csr_matrix | sparse.csc_matrix
    )


def _sparse_parts(matrix: Any) -> dict[str, Any]:
    return {
        "data": _plain(matrix.data),
        "indices": matrix.indices.tolist(),
        "indptr": matrix.indptr.tolist(),
        "shape": list(matrix.shape),
    }


def _has_array(data: Any) -> bool:
    if is_dict(data):
        return any(map(_has_array, data.values()))
    if is_list(data):
        return any(map(_has_array, data))
    return isinstance(data, np.ndarray)


def _content(info: Mapping[str, Any], folder: Path) -> Any:
    file = inside(folder, str(info.get("artifact_path", EXAMPLE_FILE)))
    return json.loads(file.read_text(encoding="utf-8"))


def _frame(content: Any) -> Any:
    if isinstance(content, list):
        # MLflow 1 wrote records.
        return pd.DataFrame(content)
    return pd.DataFrame(content["data"], columns=content.get("columns"))


def _arrays(content: Any, schema: Schema | None) -> Any:
    is_known = schema is not None and schema.is_tensor_spec()
    specs = schema.inputs if schema is not None and is_known else []
    if is_dict(content):
        types = {spec.name: spec.type for spec in specs}
        return {name: np.array(part, types.get(name)) for name, part in content.items()}
    return np.array(content, specs[0].type if specs else None)


def _sparse(content: Mapping[str, Any], kind: str) -> Any:
    sparse = libraries.load("scipy.sparse")
    make = sparse.csc_matrix if kind.endswith("csc") else sparse.csr_matrix
    parts = content["data"], content["indices"], content["indptr"]
    return make(parts, shape=tuple(content["shape"]))


def _json(content: Any, indent: int | None = None) -> str:
    return json.dumps(content, default=_as_json, indent=indent)


def _as_json(value: Any) -> Any:
    """What JSON has no form for, in MLflow's."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.datetime64):
        return str(value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bytes | bytearray):
        return base64.encodebytes(value).decode("ascii")
    if isinstance(value, dt.date | pd.Timestamp):
        return value.isoformat()
    raise TypeError(f"An input example cannot hold a {type(value).__name__}.")
