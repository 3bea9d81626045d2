"""Predictions as they stand in the answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.serving.asking import Asked

_NAN, _INF = float("nan"), float("inf")
_NOON = dt.datetime(2026, 5, 1, 12)  # noqa: DTZ001 - signatures have no time zones

_ANSWERS: dict[str, tuple[Any, str]] = {
    "whole numbers": (np.array([1, 2]), "[1, 2]"),
    "rows of numbers": (np.array([[0.5, 1.0]]), "[[0.5, 1.0]]"),
    "truth": (np.array([True, False]), "[true, false]"),
    "texts": (np.array(["a", "é"]), '["a", "\\u00e9"]'),
    "small floats": (np.array([0.1], dtype="float32"), "[0.10000000149011612]"),
    "what JSON has not": (np.array([_NAN, _INF, -_INF]), "[NaN, Infinity, -Infinity]"),
    "objects": (np.array([1, "a", None], dtype=object), '[1, "a", null]'),
    "days": (np.array(["2026-05-01"], dtype="datetime64[D]"), '["2026-05-01"]'),
    "bytes": (np.array([b"abc"]), '["YWJj"]'),
    "a frame": (pd.DataFrame({"p": [0.5], "q": ["x"]}), '[{"p": 0.5, "q": "x"}]'),
    "times in a frame": (
        pd.DataFrame({"t": [pd.Timestamp(_NOON)]}), '[{"t": "2026-05-01T12:00:00"}]'
    ),
    "a series": (pd.Series([1, 2], name="p"), '[{"p": 1}, {"p": 2}]'),
    "a series without a name": (pd.Series([1]), '[{"0": 1}]'),
    "a list": ([1, None, "a"], '[1, null, "a"]'),
    "NumPy in a list": ([np.float64(0.5), np.int64(3)], "[0.5, 3]"),
    "arrays by name": ({"y": np.array([1])}, '{"y": [1]}'),
    "one number": (np.float32(0.5), "0.5"),
    "a text": ("yes", '"yes"'),
    "nothing": (None, "null"),
    "NaN in a list": ([_NAN], "[NaN]"),
    "times": ([_NOON, _NOON.date(), _NOON.time()],
              '["2026-05-01T12:00:00", "2026-05-01", "12:00:00"]'),
    "plain bytes": (b"abc", '"YWJj"'),
    "pandas' missing value": ([pd.NA], "[null]"),
}  # fmt: skip


@pytest.mark.parametrize("case", _ANSWERS)
def test_a_prediction_stands_in_the_answer_as_json(case: str) -> None:
    predicted, text = _ANSWERS[case]

    answer = Asked(predict=lambda *_: predicted).post({"inputs": [1]})

    assert answer.status == 200
    said = answer.body.decode()
    assert said.startswith('{"predictions": ')
    # Short forms are written without blanks.
    assert said.replace(" ", "") == f'{{"predictions":{text}}}'.replace(" ", "")


@pytest.mark.parametrize("predicted", [object(), {1, 2}, 1j, {b"a": 1}])
def test_what_cannot_be_json_is_the_models_failure(predicted: object) -> None:
    answer = Asked(predict=lambda *_: predicted).post({"inputs": [1]})

    assert answer.error[:2] == (500, "INTERNAL_ERROR")
