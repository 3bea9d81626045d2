"""Infer a signature from each of many examples with one package, and print all.

python infer_signatures.py mlflow|trackgate
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import logging
import sys
import warnings
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csc_matrix, csr_matrix

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

# Signatures know no time zones.
DAY = dt.datetime(2026, 5, 1, 12, 30)  # noqa: DTZ001
MIXED = pd.DataFrame(
    {
        "b": [True, False],
        "i8": np.array([1, 2], dtype="int8"),
        "i32": np.array([1, 2], dtype="int32"),
        "u16": np.array([1, 2], dtype="uint16"),
        "u32": np.array([1, 2], dtype="uint32"),
        "i64": [1, 2],
        "f32": np.array([1, 2], dtype="float32"),
        "f64": [1.0, 2.0],
        "s": ["a", "b"],
        "raw": [b"a", b"b"],
        "when": pd.to_datetime(["2026-05-01", "2026-05-02"]),
        "date": [DAY.date(), DAY.date()],
    }
)
HOLES = pd.DataFrame(
    {
        "f": [1.0, np.nan],
        "s": ["a", None],
        "o": pd.Series([1, None], dtype=object),
        "b": pd.Series([True, None], dtype=object),
        "none": pd.Series([None, None], dtype=object),
        "when": pd.to_datetime(["2026-05-01", None]),
        "nullable": pd.array([1, None], dtype="Int64"),
    }
)
NESTED = pd.DataFrame(
    {
        "list": [["a"], ["b", "c"]],
        "lists": [[[1], [2, 3]], [[4]]],
        "dict": [{"x": 1, "y": "a"}, {"x": 2}],
        "deep": [{"l": [{"k": 1.5}]}, {"l": [{"k": 2.5, "m": None}]}],
        "empty": [[], [1]],
        "arrays": [np.array([1.0]), np.array([2.0, 3.0])],
    }
)
INPUTS: dict[str, Any] = {
    "frame": MIXED,
    "frame with missing values": HOLES,
    "nested frame": NESTED,
    "frame without names": pd.DataFrame(np.zeros((2, 3))),
    "frame of one number": pd.DataFrame({"a": [1]}),
    "categories": pd.DataFrame({"c": pd.Categorical(["a", "b"])}),
    "series": pd.Series([1.0, 2.0], name="target"),
    "series without a name": pd.Series([1, 2]),
    "series with a missing value": pd.Series([1.0, None], name="y"),
    "series of texts": pd.Series(["a", "b"], name="t"),
    "array": np.zeros((4, 3)),
    "array of one dimension": np.zeros(4, dtype="int32"),
    "array of three": np.zeros((2, 3, 4), dtype="float32"),
    "array of texts": np.array(["abc", "de"]),
    "array of bytes": np.array([b"abc", b"de"]),
    "array of objects": np.array([1, "a"], dtype=object),
    "array of booleans": np.array([True]),
    "array of times": np.array(["2026-05-01"], dtype="datetime64[ns]"),
    "array of zero dimensions": np.array(1.0),
    "dictionary of arrays": {"a": np.zeros((2, 3)), "b": np.array(["x", "yy"])},
    "csr": csr_matrix(np.eye(3)),
    "csc": csc_matrix(np.eye(3, dtype="float32")),
    "text": "hello",
    "number": 3,
    "float": 1.5,
    "bool": True,
    "bytes": b"x",
    "time": DAY,
    "numpy number": np.float32(1.5),
    "numpy int": np.int64(1),
    "none in list": [None, None],
    "empty list": [],
    "empty dictionary": {},
    "list of numbers": [1, 2],
    "list of texts": ["a", "b"],
    "list of texts with a missing one": ["a", None],
    "list of lists": [[1.0], [2.0]],
    "list of mixed": [1, "a"],
    "list of ints and floats": [1, 1.5],
    "records": [{"a": 1, "b": "x"}, {"a": 2}],
    "records with none": [{"a": None, "b": 1}, {"a": 2, "b": 3}],
    "nested records": [{"m": [{"role": "user", "content": "hi"}], "t": 0.5}],
    "dictionary": {"a": 1, "b": [1, 2], "c": {"d": "x"}, "e": None, "f": []},
    "dictionary of texts": {"a": "x", "b": ["y", "z"]},
    "dictionary with numbers for keys": {1: "x"},
    "dictionary of arrays and more": {"a": np.zeros(2), "b": 1},
    "an object": object(),
    "a set": {1, 2},
    "a tuple": (1, 2),
}
PARAMS: dict[str, Any] = {
    "plain": {"i": 1, "f": 0.5, "s": "x", "b": True, "t": DAY, "d": DAY.date()},
    "numpy": {"i": np.int32(1), "l": np.int64(2), "f": np.float32(0.5)},
    "lists": {"i": [1, 2], "f": [0.5], "s": ["a", "b"], "t": [DAY], "n": np.zeros(2)},
    "dictionary": {"o": {"a": 1, "b": ["x"]}},
    "bytes": {"x": b"a"},
    "none": {"x": None},
    "two dimensions": {"x": [[1]]},
    "empty": {},
    "a set": {"x": {1}},
}


def main(package: str) -> None:
    models = importlib.import_module(f"{package}.models")
    found = {name: said(models, one, None) for name, one in INPUTS.items()}
    found |= {f"params: {name}": said(models, 1.0, one) for name, one in PARAMS.items()}
    json.dump(found, sys.stdout)


def said(models: Any, example: Any, params: Any) -> Any:
    """The signature as in an MLmodel file; None where it is refused."""
    try:
        return models.infer_signature(example, None, params).to_dict()
    except Exception:
        return None


main(sys.argv[1])
