"""Our scoring server and the stock one, asked the same of the same model."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import trackgate.sklearn
from sklearn.linear_model import LinearRegression
from trackgate.models.loading import load_folder

from tests.environment.peers import ReadyPeer
from tests.serving.asking import CSV, JSON, Asked, columns

_PROGRAM = Path(__file__).with_name("programs") / "stock_answers.py"
_FRAME = pd.DataFrame({"a": [1.0, 2.0, 5.0, 0.5], "b": [1, 4, 2, 2]})


def _split(columns: object, data: object) -> dict[str, Any]:
    return {"dataframe_split": {"columns": columns, "data": data}}


_ROWS = [[1.5, 2], [3, 4]]
# Where both predict, they predict the same; where one refuses, the other does.
_ALIKE: dict[str, tuple[Any, str]] = {
    "split": (_split(["a", "b"], _ROWS), JSON),
    "split in another order": (_split(["b", "a"], [[2, 1.5]]), JSON),
    "split with more columns": (_split(["a", "x", "b"], [[1, "x", 2]]), JSON),
    "whole doubles for a long": (_split(["a", "b"], [[1, 2.0]]), JSON),
    "records": ({"dataframe_records": [{"a": 1, "b": 2}]}, JSON),
    "null for a double": (_split(["a", "b"], [[None, 2]]), JSON),
    "columns as inputs": ({"inputs": {"a": [1.5, 3], "b": [2, 4]}}, JSON),
    "columns as instances": ({"instances": {"a": [1.5, 3], "b": [2, 4]}}, JSON),
    "records as instances": ({"instances": [{"a": 1.5, "b": 2}]}, JSON),
    "one record as inputs": ({"inputs": {"a": 1.5, "b": 2}}, JSON),
    "charset": (_split(["a", "b"], _ROWS), f"{JSON}; charset=utf-8"),
    "CSV": ("b,a\n2,1.5\n4,3\n", CSV),
    "CSV with quotes": ('"a","b"\n"1.5","2"\n', CSV),
    "params that are not known": (
        {**_split(["a", "b"], _ROWS), "params": {"x": 1}}, JSON
    ),
    "a missing column": (_split(["a"], [[1]]), JSON),
    "no data": ({"dataframe_split": {"columns": ["a"]}}, JSON),
    "split with other keys": ({"dataframe_split": {"data": [], "x": 1}}, JSON),
    "split that is a list": ({"dataframe_split": [[1, 2]]}, JSON),
    "records that are none": ({"dataframe_records": {"a": 1}}, JSON),
    "text for a double": (_split(["a", "b"], [["x", 2]]), JSON),
    "null for a long": (_split(["a", "b"], [[1, None]]), JSON),
    "rows of different lengths": ({"inputs": [[1, 2], [1]]}, JSON),
    "two forms": ({"inputs": [], "instances": []}, JSON),
    "no form": ({}, JSON),
    "a list": ([1], JSON),
    "no JSON": ("{", JSON),
    "no CSV": ('a,b\n"', CSV),
    "text in CSV": ("a,b\nx,1\n", CSV),
    "another type": ("{}", "text/plain"),
    "another charset": ("{}", f"{JSON}; charset=latin-1"),
    "another parameter": ("{}", f"{JSON}; format=split"),
}  # fmt: skip
# Where we differ on purpose: statuses of the stock server and of ours.
_UNLIKE: dict[str, tuple[Any, str, int, int]] = {
    # The names of the signature are given to them.
    "rows as inputs": ({"inputs": _ROWS}, JSON, 400, 200),
    "rows without names": ({"dataframe_split": {"data": _ROWS}}, JSON, 400, 200),
    # Nothing is lost silently.
    "a fraction for a long": (_split(["a", "b"], [[1, 2.5]]), JSON, 200, 400),
    "numbers in texts": (_split(["a", "b"], [["1.5", 2]]), JSON, 200, 400),
    "truth for a double": (_split(["a", "b"], [[True, 2]]), JSON, 200, 400),
    "another key": ({**_split(["a", "b"], _ROWS), "x": 1}, JSON, 200, 400),
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plane over a double and a long: what it says tells what it was given."""
    folder = tmp_path_factory.mktemp("models") / "plane"
    # NaN is the model's to refuse.
    plane = LinearRegression().fit(_FRAME, _FRAME["a"] + 100 * _FRAME["b"])
    signature = columns(a="double", b="long")
    trackgate.sklearn.save_model(plane, folder, signature=signature)
    return folder


@pytest.fixture(scope="module")
def stock_answers(
    model: Path,
    ready_peer: ReadyPeer,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[tuple[int, str]]:
    """One for each case: those alike, then those unlike."""
    cases = tmp_path_factory.mktemp("cases") / "cases.json"
    asked = [*_ALIKE.values(), *((body, kind) for body, kind, *_ in _UNLIKE.values())]
    cases.write_text(json.dumps([[_text(body), kind] for body, kind in asked]))
    done = ready_peer("3").run(
        _PROGRAM, model, cases, environment=os.environ, folder=cases.parent
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_both_scoring_servers_answer_alike(
    model: Path, stock_answers: list[tuple[int, str]]
) -> None:
    asked = Asked.of(load_folder(model))
    for case, (status, said) in zip(_ALIKE, stock_answers, strict=False):
        body, kind = _ALIKE[case]
        ours = asked.post(_text(body).encode(), kind)
        if case == "null for a double":
            # The model raises, which is the server's failure and not the caller's.
            assert (status, ours.status) == (400, 500), case
            continue
        assert ours.status == status, f"{case}: {said} / {ours.body!r}"
        if status == 200:
            expected = json.loads(said)["predictions"]
            assert ours.predictions == pytest.approx(expected), case


def test_they_differ_where_they_are_meant_to(
    model: Path, stock_answers: list[tuple[int, str]]
) -> None:
    asked = Asked.of(load_folder(model))
    answers = stock_answers[len(_ALIKE) :]
    for case, (status, said) in zip(_UNLIKE, answers, strict=True):
        body, kind, stock, ours = _UNLIKE[case]

        assert status == stock, f"{case}: {said}"
        assert asked.post(_text(body).encode(), kind).status == ours, case


def _text(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body)
