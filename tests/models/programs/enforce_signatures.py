"""Hold data against schemas with one package, and print what became of it.

python enforce_signatures.py mlflow|trackgate
"""

from __future__ import annotations

import datetime as dt
import decimal
import importlib
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

PLAIN = (
    *("boolean", "integer", "long", "float", "double"),
    *("string", "binary", "datetime"),
)
COLUMNS: dict[str, Any] = {
    "bool": pd.Series([True, False]),
    "bool with none": pd.Series([True, None], dtype=object),
    "int8": pd.Series([1, 2], dtype="int8"),
    "int32": pd.Series([1, 2], dtype="int32"),
    "int64": pd.Series([1, 2], dtype="int64"),
    "zeros and ones": pd.Series([0, 1], dtype="int64"),
    "uint8": pd.Series([1, 2], dtype="uint8"),
    "uint32": pd.Series([1, 2], dtype="uint32"),
    "uint64": pd.Series([3, 2], dtype="uint64"),
    "float32": pd.Series([1.5, 2], dtype="float32"),
    "float64": pd.Series([1.5, 2]),
    "ints with nan": pd.Series([1.0, np.nan]),
    "objects that are ints": pd.Series([1, 2], dtype=object),
    "objects that are floats": pd.Series([1.5, None], dtype=object),
    "decimals": pd.Series([decimal.Decimal("1.5"), decimal.Decimal(2)]),
    "bytes": pd.Series([b"a", b"b"]),
    "naive times": pd.Series(pd.to_datetime(["2026-05-01", None])),
    "seconds": pd.Series(np.array(["2026-05-01"] * 2, dtype="datetime64[s]")),
    "zoned times": pd.Series(pd.to_datetime(["2026-05-01"] * 2, utc=True)),
    "dates": pd.Series([dt.date(2026, 5, 1)] * 2, dtype=object),
    "Int64": pd.Series([1, 2], dtype="Int64"),
    "Int64 with a missing one": pd.Series([1, None], dtype="Int64"),
    "Float64": pd.Series([1.5, 2], dtype="Float64"),
    "texts": pd.Series(["a", "b"]),
}
# What pandas 2 and 3 keep in different types is compared by its values alone.
TENSORS: dict[str, Any] = {
    "fits": np.zeros((2, 3)),
    "too wide": np.zeros((2, 5)),
    "too deep": np.zeros((2, 3, 1)),
    "flat": np.zeros(3),
    "float32": np.zeros((2, 3), dtype="float32"),
    "ints": np.zeros((2, 3), dtype="int64"),
    "frame": pd.DataFrame(np.zeros((2, 3))),
    "frame too wide": pd.DataFrame(np.zeros((2, 4))),
    "frame of a column of lists": pd.DataFrame({"x": [[1, 2, 3], [4, 5, 6]]}),
    "frame of ragged lists": pd.DataFrame({"x": [[1, 2, 3], [4]]}),
    "frame of arrays": pd.DataFrame({"x": [np.zeros(3), np.ones(3)]}),
    "empty frame": pd.DataFrame(),
    "list": [[0.0, 0.0, 0.0]],
    "dictionary": {"a": np.zeros((2, 3))},
    "sparse": csr_matrix(np.zeros((2, 3))),
    "text": "hello",
}
NAMED: dict[str, Any] = {
    "fits": {"a": np.zeros((1, 2)), "b": np.array(["x"])},
    "extra": {"a": np.zeros((1, 2)), "b": np.array(["x"]), "c": np.zeros(1)},
    "missing": {"a": np.zeros((1, 2))},
    "lists": {"a": [[1.0, 2.0]], "b": ["x"]},
    "frame": pd.DataFrame({"a": [[1.0, 2.0]], "b": ["x"]}),
    "array": np.zeros((1, 2)),
}
WHOLE: dict[str, Any] = {
    "in order": pd.DataFrame({"a": [1.0], "b": ["x"], "c": [2]}),
    "in another order": pd.DataFrame({"c": [2], "b": ["x"], "a": [1.0]}),
    "extra": pd.DataFrame({"a": [1.0], "b": ["x"], "c": [2], "d": [0]}),
    "without the optional one": pd.DataFrame({"a": [1.0], "b": ["x"]}),
    "without a required one": pd.DataFrame({"a": [1.0], "c": [2]}),
    "other index": pd.DataFrame({"a": [1.0], "b": ["x"], "c": [2]}, index=[7]),
    "dictionary": {"a": 1.0, "b": "x", "c": 2},
    "dictionary of lists": {"a": [1.0, 2.0], "b": ["x", "y"], "c": [2, 3]},
    "dictionary of arrays": {"a": np.ones(2), "b": np.array(["x", "y"])},
    "records": [{"a": 1.0, "b": "x"}, {"a": 2.0, "b": "y"}],
    "sparse": csr_matrix(np.eye(3)),
    "text": "x",
}
NESTED: dict[str, tuple[Any, Any]] = {
    "list of texts": (["Array", "string"], ["a", "b"]),
    "empty list": (["Array", "string"], []),
    "text for a list": (["Array", "string"], "a"),
    "ints for doubles": (["Array", "double"], [1, 2]),
    "floats for longs": (["Array", "long"], [1.5]),
    "array": (["Array", "double"], np.ones(2)),
    "lists": (["Array", ["Array", "long"]], [[1], [2, 3]]),
    "map": (["Map", "long"], {"x": 1}),
    "map with a number for a key": (["Map", "long"], {1: 1}),
    "map of texts": (["Map", "long"], {"x": "y"}),
    "object": (["Object", {"x": "long"}], {"x": 1}),
    "object without a property": (["Object", {"x": "long", "y": "string"}], {"x": 1}),
    "object with another": (["Object", {"x": "long"}], {"x": 1, "z": 1}),
    "object of another type": (["Object", {"x": "long"}], {"x": "a"}),
    "number for an object": (["Object", {"x": "long"}], 1),
    "any": (["AnyType"], {"x": [1, None]}),
}
UNNAMED: dict[str, Any] = {
    "frame": pd.DataFrame([[1.0, 2.0]]),
    "named frame": pd.DataFrame({"x": [1.0], "y": [2.0], "z": [3.0]}),
    "array": np.ones((2, 2)),
    "narrow array": np.ones((2, 1)),
    "list": [[1.0, 2.0]],
    "flat list": [1.0, 2.0],
    "number": 1.0,
}
PARAMS: dict[str, Any] = {
    "none": None,
    "all": {"i": 2, "f": 1, "s": "y", "l": [3], "t": "2026-05-02T00:00:00"},
    "unknown": {"z": 1},
    "float for int": {"i": 1.5},
    "text for int": {"i": "1"},
    "bool for int": {"i": True},
    "numpy": {"i": np.int64(3), "f": np.float32(1)},
    "number for list": {"l": 1},
    "array for list": {"l": np.array([1, 2])},
    "texts in list": {"l": ["a"]},
    "bad time": {"t": "yesterday"},
    "no dictionary": [1],
}


# The peer also refuses by whatever goes wrong.
REFUSALS: type[Exception] = (
    Exception
    if sys.argv[1] == "mlflow"
    else importlib.import_module("trackgate.exceptions").MlflowException
)


def main(package: str) -> None:
    types = importlib.import_module(f"{package}.types.schema")
    json.dump(dict(outcomes(package, types)), sys.stdout)


def outcomes(package: str, types: Any) -> Iterator[tuple[str, Any]]:
    """Each case's name, and what the model would have got; None where refused."""
    enforce, enforce_params = functions(package)
    columns, tensor = types.ColSpec, types.TensorSpec
    for kind, name in product(PLAIN, COLUMNS):
        schema = types.Schema([columns(kind, "x")])
        frame = pd.DataFrame({"x": COLUMNS[name]})
        yield f"{name} for {kind}", tried(enforce, frame, schema)
    mixed = [
        columns("double", "a"),
        columns("string", "b"),
        columns("long", "c", False),
    ]
    matrix = [tensor(np.dtype("float64"), (-1, 3))]
    named = [
        tensor(np.dtype("float64"), (-1, 2), "a"),
        tensor(np.dtype("str"), (-1,), "b"),
    ]
    unnamed = [columns("double"), columns("double")]
    for what, specs, cases in (
        ("frames", mixed, WHOLE),
        ("tensors", matrix, TENSORS),
        ("named tensors", named, NAMED),
        ("unnamed columns", unnamed, UNNAMED),
    ):
        for name, data in cases.items():
            yield f"{what}: {name}", tried(enforce, data, types.Schema(specs))
    for name, (kind, value) in NESTED.items():
        schema = types.Schema([columns(made(types, kind), "x")])
        frame = pd.DataFrame({"x": pd.Series([value], dtype=object)})
        yield f"nested: {name}", tried(enforce, frame, schema)
    params = params_of(types)
    for name, given in PARAMS.items():
        yield f"params: {name}", tried(enforce_params, given, params)


def functions(package: str) -> tuple[Any, Any]:
    if package == "mlflow":
        home = importlib.import_module("mlflow.models.utils")
        return home._enforce_schema, home._enforce_params_schema
    home = importlib.import_module("trackgate.models.enforcement")
    return home.enforce, home.enforce_params


def params_of(types: Any) -> Any:
    param = types.ParamSpec
    return types.ParamSchema(
        [
            param("i", "long", 1),
            param("f", "double", 0.5),
            param("s", "string", "x"),
            param("l", "long", [1], (-1,)),
            param("t", "datetime", "2026-05-01T00:00:00"),
        ]
    )


def made(types: Any, kind: Any) -> Any:
    """A nested type from its description."""
    if isinstance(kind, str):
        return kind
    name, *rest = kind
    if name == "Object":
        properties = [types.Property(key, part) for key, part in rest[0].items()]
        return types.Object(properties)
    return getattr(types, name)(*(made(types, part) for part in rest))


def tried(enforce: Any, data: Any, schema: Any) -> Any:
    try:
        return described(enforce(data, schema))
    except REFUSALS:
        return None


def described(data: Any) -> Any:
    """What a model would get, in words that do not depend on the release of pandas."""
    if isinstance(data, pd.DataFrame):
        return {str(name): described(data[name]) for name in data.columns}
    if isinstance(data, pd.Series):
        kind = data.dtype.kind if data.dtype.kind in "OUT" else data.dtype.name
        is_text = isinstance(data.dtype, pd.StringDtype)
        return ["O" if is_text else kind, [repr(plain(one)) for one in data], len(data)]
    if isinstance(data, np.ndarray):
        name = "str" if data.dtype.kind == "U" else data.dtype.name
        return [name, list(data.shape)]
    if isinstance(data, csr_matrix):
        return ["sparse", data.dtype.name, list(data.shape)]
    if isinstance(data, dict):
        return {str(name): described(one) for name, one in sorted(data.items())}
    return repr(plain(data))


def plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    missing = value is None or value is pd.NA or value is pd.NaT or value != value
    return None if missing else value


main(sys.argv[1])
