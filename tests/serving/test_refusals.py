"""What a scoring server refuses, and in which words."""

from __future__ import annotations

import io
import logging
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from trackgate.models import ModelSignature
from trackgate.models.schema import Schema, TensorSpec

from tests.serving.asking import CSV, MOST_BYTES, PARQUET, Asked, columns

_BAD, _INVALID = "BAD_REQUEST", "INVALID_PARAMETER_VALUE"
_SIGNATURE = columns(a="double", b="long", c="string?", d="datetime?", e="binary?")

# Body, content type, code, and words of the message.
_WRONG: dict[str, tuple[Any, str, str, str]] = {
    "no JSON": (b"{", "", _BAD, "not JSON"),
    "nothing": (b"", "", _BAD, "not JSON"),
    "no UTF-8": (b'{"inputs": "\xff"}', "", _BAD, "not JSON"),
    "a list": ([1], "", _BAD, "exactly one of"),
    "null": (None, "", _BAD, "exactly one of"),
    "no form": ({}, "", _BAD, "none of them"),
    "only params": ({"params": {}}, "", _BAD, "none of them"),
    "two forms": ({"inputs": [], "instances": []}, "", _BAD, "'instances' and"),
    "an unknown key": ({"inputs": [], "input": 1}, "", _BAD, "'input'"),
    "a key twice": (b'{"inputs": [], "inputs": []}', "", _BAD, "given twice"),
    "params no object": ({"inputs": [], "params": [1]}, "", _BAD, "'params'"),
    "too deep": (b'{"inputs": ' + b"[" * 50_000, "", _BAD, "deep"),
    "deep and whole": (
        b'{"inputs": ' + b"[" * 40_000 + b"]" * 40_000 + b"}", "", _BAD, "deep"
    ),
    "no rows": ({"inputs": []}, "", _INVALID, "no rows"),
    "too few values": ({"inputs": [[1, 2], [1]]}, "", _INVALID, "Row 0 has 2"),
    "a row that is none": ({"inputs": [1, 2]}, "", _BAD, "Row 0 is 1"),
    "columns of different lengths": (
        {"inputs": {"a": [1, 2], "b": [1]}}, "", _INVALID, "different lengths: 1, 2"
    ),
    "a column that is none": (
        {"inputs": {"a": [1], "b": 1}}, "", _INVALID, "'b' is 1"
    ),
    "a missing column": ({"dataframe_records": [{"a": 1}]}, "", _INVALID, "'b'"),
    "a record that is none": ({"dataframe_records": [3]}, "", _BAD, "Row 0 is 3"),
    "records that are none": ({"dataframe_records": {"a": 1}}, "", _BAD, "a list"),
    "split without data": ({"dataframe_split": {"columns": []}}, "", _BAD, "'data'"),
    "split with more": (
        {"dataframe_split": {"data": [], "names": []}}, "", _BAD, "'names'"
    ),
    "split that is none": ({"dataframe_split": [1]}, "", _BAD, "an object"),
    "a short index": (
        {"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]], "index": []}},
        "", _INVALID, "0 labels for 1 rows",
    ),
    "text for a double": (
        {"inputs": {"a": ["1.5"], "b": [1]}}, "", _INVALID,
        "Column 'a' is of the type 'double'; row 0 has '1.5'",
    ),
    "truth for a double": ({"inputs": {"a": True, "b": 1}}, "", _INVALID, "has True"),
    "a fraction for a long": (
        {"inputs": {"a": [1, 1], "b": [1, 1.5]}}, "", _INVALID, "'b'"
    ),
    "null for a long": ({"inputs": {"a": 1, "b": None}}, "", _INVALID, "has null"),
    "too large a long": ({"inputs": {"a": 1, "b": 2**63}}, "", _INVALID, "64 bits"),
    "a number for a text": (
        {"inputs": {"a": 1, "b": 1, "c": 7}}, "", _INVALID, "'string'"
    ),
    "a wrong date": (
        {"inputs": {"a": 1, "b": 1, "d": "soon"}}, "", _INVALID, "ISO 8601"
    ),
    "a date with a zone": (
        {"inputs": {"a": 1, "b": 1, "d": "2026-05-01T00:00:00Z"}}, "", _INVALID, "zone"
    ),
    "wrong base64": ({"inputs": {"a": 1, "b": 1, "e": "*"}}, "", _INVALID, "base64"),
    "no CSV": (b'a,b\n"1', CSV, _BAD, "CSV"),
    "a wrong number in CSV": (b"a,b\nx,1\n", CSV, _BAD, "CSV"),
    "CSV without a column": (b"a\n1\n", CSV, _INVALID, "'b'"),
    "no Parquet": (b"PAR1", PARQUET, _BAD, "Parquet"),
}  # fmt: skip


def test_parquet_that_is_wrong_about_its_own_columns_is_refused() -> None:
    index = {b"pandas": b'{"index_columns": ["lost"]}'}
    pyarrow: Any = import_module("pyarrow")
    table = pyarrow.table({"a": [1]}).replace_schema_metadata(index)
    file = io.BytesIO()
    parquet: Any = import_module("pyarrow.parquet")
    parquet.write_table(table, file)

    status, code, message = Asked().post(file.getvalue(), PARQUET).error

    assert (status, code) == (400, _BAD)
    assert message.startswith("The body is no Parquet file that can be read: KeyError")


@pytest.mark.parametrize("case", _WRONG)
def test_wrong_input_is_refused_by_name(case: str) -> None:
    body, kind, code, words = _WRONG[case]
    asked = Asked(_SIGNATURE)

    status, said, message = asked.post(body, kind or "application/json").error

    assert (status, said) == (400, code)
    assert words in message
    assert len(message) < 600


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"inputs": [[1, 2, 3, 4, 5]]}, ["(1, 5)", "(-1, 30)"]),
        ({"inputs": [1.0] * 30}, ["(30,)", "(-1, 30)"]),
        ({"inputs": [[1], [1, 2]]}, ["different lengths"]),
        ({"inputs": [["1"] * 30]}, ["float64"]),
        ({"inputs": [[True] * 30]}, ["float64", "bool"]),
        ({"inputs": {"a": [1]}}, ["float64"]),
        ({"inputs": "text"}, ["float64"]),
        ({"dataframe_split": {"data": 5}}, ["data frame"]),
        ({"dataframe_split": {"data": [[1]], "dtype": "O"}}, ["dataframe_split"]),
    ],
)
def test_a_tensor_of_another_shape_or_type_is_refused(
    body: object, words: list[str]
) -> None:
    spec = TensorSpec(np.dtype("float64"), (-1, 30))
    asked = Asked(ModelSignature(inputs=Schema([spec])))

    status, code, message = asked.post(body).error

    assert (status, code) in [(400, _INVALID), (400, _BAD)]
    assert all(word in message for word in words), message


def test_five_numbers_instead_of_thirty_are_refused_and_it_says_so() -> None:
    asked = Asked(columns(**{f"c{number}": "double" for number in range(30)}))

    _, _, message = asked.post({"inputs": [[1, 2, 3, 4, 5]]}).error

    assert message.startswith("Row 0 has 5 values; 30 are needed")


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("text/plain", "text/plain"),
        ("", "''"),
        ("application/json; charset=latin-1", "latin-1"),
        ("application/json; format=split", "format"),
    ],
)
def test_other_content_types_are_refused(kind: str, word: str) -> None:
    status, code, message = Asked().post(b"{}", kind).error

    assert (status, code) == (415, _BAD)
    assert word in message


def test_a_larger_body_than_allowed_is_refused_unread() -> None:
    status, code, message = Asked().post(b"[" * (MOST_BYTES + 1)).error

    assert (status, code) == (413, _BAD)
    assert "100,000 bytes" in message


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/invocations", 405, "POST"),
        ("PUT", "/invocations", 405, "POST"),
        ("POST", "/ping", 405, "GET, HEAD"),
        ("GET", "/", 404, None),
        ("GET", "/invocations/", 404, None),
    ],
)
def test_other_paths_and_methods_are_refused_in_json(
    method: str, path: str, status: int, allowed: str | None
) -> None:
    answer = Asked().call(method, path)

    assert answer.error[:2] == (status, "ENDPOINT_NOT_FOUND")
    assert answer.headers.get("Allow") == allowed


@pytest.mark.parametrize("path", ["/ping", "/health"])
def test_it_says_that_it_is_well(path: str) -> None:
    assert (Asked().call("GET", path).status, Asked().call("GET", path).body) == (
        200,
        b"\n",
    )
    assert Asked().call("HEAD", path).body == b""


def _failing(error: BaseException) -> Asked:
    def predict(*_: object) -> None:
        raise error

    return Asked(predict=predict)


@pytest.mark.parametrize("error", [ValueError("secret"), SystemExit("secret")])
def test_a_models_own_error_is_ours_to_log_and_not_the_callers_to_see(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    status, code, message = _failing(error).post({"inputs": [1]}).error

    assert (status, code) == (500, "INTERNAL_ERROR")
    assert type(error).__name__ in message
    assert "secret" not in message
    assert "Traceback" in caplog.text
    assert "secret" in caplog.text


def test_what_is_refused_does_not_get_into_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    for body in ({"inputs": [["secret", 1, 1, 1, 1]]}, {"secret": 1}, b"secret"):
        Asked(_SIGNATURE).post(body)

    assert "secret" not in caplog.text
