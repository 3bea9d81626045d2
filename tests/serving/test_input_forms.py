"""The forms in which rows come, and what the model gets of them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
import pytest
from trackgate.models import ModelSignature
from trackgate.models.column_types import Array, Object, Property
from trackgate.models.schema import ColSpec, Schema, TensorSpec

from tests.serving.asking import CSV, JSON, PARQUET, Asked, columns

_ROWS = [{"a": 1.5, "b": 2}, {"a": -3.0, "b": 4}]
_FRAME = pd.DataFrame(_ROWS)


def _parquet() -> bytes:
    pytest.importorskip("pyarrow")
    file = io.BytesIO()
    _FRAME.to_parquet(file)
    return file.getvalue()


_FORMS: dict[str, Any] = {
    "rows": {"inputs": [[1.5, 2], [-3, 4]]},
    "columns": {"inputs": {"a": [1.5, -3], "b": [2, 4]}},
    "records": {"inputs": _ROWS},
    "instances of rows": {"instances": [[1.5, 2], [-3, 4]]},
    "instances of records": {"instances": _ROWS},
    "instances of columns": {"instances": {"b": [2, 4], "a": [1.5, -3]}},
    "split": {"dataframe_split": {"columns": ["a", "b"], "data": [[1.5, 2], [-3, 4]]}},
    "split in another order": {
        "dataframe_split": {"columns": ["b", "a"], "data": [[2, 1.5], [4, -3]]}
    },
    "split without names": {"dataframe_split": {"data": [[1.5, 2], [-3, 4]]}},
    "split with an index": {
        "dataframe_split": {
            "index": [7, 8], "columns": ["a", "b"], "data": [[1.5, 2], [-3, 4.0]]
        }
    },
    "split with one column more": {
        "dataframe_split": {
            "columns": ["x", "a", "b"], "data": [["?", 1.5, 2], ["?", -3, 4]]
        }
    },
    "dataframe records": {"dataframe_records": [{"b": 2, "a": 1.5}, _ROWS[1]]},
}  # fmt: skip


@pytest.mark.parametrize("form", _FORMS)
def test_every_form_gives_the_model_the_same_frame(form: str) -> None:
    asked = Asked(columns(a="double", b="long"))

    assert asked.post(_FORMS[form]).predictions == _ROWS


def test_csv_and_parquet_give_it_too() -> None:
    asked = Asked(columns(a="double", b="long"))
    csv = _FRAME.to_csv(index=False).encode()

    assert asked.post(csv, f"{CSV}; charset=UTF-8").predictions == _ROWS
    assert asked.post(b"\xef\xbb\xbf" + csv, CSV).predictions == _ROWS
    assert asked.post(_FRAME.to_csv().encode(), CSV).predictions == _ROWS
    assert asked.post(_parquet(), PARQUET).predictions == _ROWS


@pytest.mark.parametrize("form", ["inputs", "instances", "dataframe_split"])
def test_thirty_doubles_become_a_frame_with_the_signatures_names(form: str) -> None:
    names = [f"mean {number}" for number in range(30)]
    signature = ModelSignature(inputs=Schema([ColSpec("double", n) for n in names]))
    asked = Asked(
        signature, lambda data, _: [list(data.columns), str(data.dtypes.iloc[0])]
    )
    row = [[*range(30)]]
    body: Any = {"columns": names, "data": row} if form == "dataframe_split" else row

    assert asked.post({form: body}).predictions == [names, "float64"]


def test_what_json_cannot_say_is_converted() -> None:
    asked = Asked(
        columns(
            flag="boolean", whole="integer", long="long", small="float",
            real="double", text="string", raw="binary", day="datetime",
        ),
        lambda data, _: [[str(value) for value in row] for row in data.to_numpy()],
    )  # fmt: skip
    row = [True, 3.0, 2**53 + 1, 0.5, 7, "é", "AAEC\n", "2026-05-01T12:30:00"]

    assert asked.post({"inputs": [row]}).predictions == [
        ["True", "3", str(2**53 + 1), "0.5", "7.0", "é", r"b'\x00\x01\x02'",
         "2026-05-01 12:30:00"]
    ]  # fmt: skip


def test_csv_has_dates_and_bytes_as_json_has() -> None:
    asked = Asked(
        columns(raw="binary", day="datetime", text="string"),
        lambda data, _: [str(value) for value in data.to_numpy()[0]],
    )
    csv = b"text,day,raw\n007,2026-05-01,AAEC\n"

    assert asked.post(csv, CSV).predictions == [
        r"b'\x00\x01\x02'", "2026-05-01 00:00:00", "007"
    ]  # fmt: skip


def test_null_is_nan_in_a_column_of_doubles() -> None:
    asked = Asked(columns(a="double", b="double"), lambda data, _: data.isna())

    answer = asked.post({"inputs": [[None, 1], [2, None]]})

    assert answer.predictions == [{"a": True, "b": False}, {"a": False, "b": True}]


def test_pythons_nan_and_infinity_are_understood() -> None:
    asked = Asked(columns(a="double"), lambda data, _: [str(v) for v in data["a"]])

    answer = asked.post(b'{"inputs": [[NaN], [Infinity], [-Infinity], [1e400]]}')

    assert answer.predictions == ["nan", "inf", "-inf", "inf"]


def test_an_optional_column_may_be_left_out() -> None:
    asked = Asked(columns(a="double", b="double?"))

    assert asked.post({"dataframe_records": [{"a": 1}]}).predictions == [{"a": 1}]


@pytest.mark.parametrize("given", [5, [5], [[5]], {"a": 5}, {"a": [5]}, [{"a": 5}]])
def test_one_column_takes_a_value_values_or_rows(given: object) -> None:
    asked = Asked(columns(a="double"))

    assert asked.post({"inputs": given}).predictions == [{"a": 5.0}]


@pytest.mark.parametrize("given", [[1, 2], [[1, 2]], [[[1, 2]]], {"a": [1, 2]}])
def test_a_list_may_be_one_cell(given: object) -> None:
    signature = ModelSignature(inputs=Schema([ColSpec(Array("long"), "a")]))
    asked = Asked(signature, lambda data, _: [list(value) for value in data["a"]])

    assert asked.post({"inputs": given}).predictions == [[1, 2]]


def test_objects_are_cells_too() -> None:
    point = Object([Property("x", "double"), Property("y", "double")])
    signature = ModelSignature(inputs=Schema([ColSpec(point, "at")]))
    asked = Asked(signature, lambda data, _: [value["y"] for value in data["at"]])
    rows = [{"at": {"x": 1.0, "y": 2.0}}, {"at": {"x": 3.0, "y": 4.0}}]

    assert asked.post({"inputs": rows}).predictions == [2.0, 4.0]


_TENSOR = ModelSignature(inputs=Schema([TensorSpec(np.dtype("float64"), (-1, 2))]))


@pytest.mark.parametrize(
    "body",
    [
        {"inputs": [[1, 2.5], [3, 4]]},
        {"instances": [[1, 2.5], [3, 4]]},
        {"dataframe_split": {"data": [[1, 2.5], [3, 4]]}},
        {"dataframe_split": {"columns": ["p", "q"], "data": [[1, 2.5], [3, 4]]}},
        {"dataframe_records": [{"p": 1, "q": 2.5}, {"p": 3, "q": 4}]},
    ],
)
def test_a_model_of_one_tensor_gets_an_array(body: object) -> None:
    asked = Asked(_TENSOR, lambda data, _: [data.dtype.name, data.tolist()])

    assert asked.post(body).predictions == ["float64", [[1, 2.5], [3, 4]]]


@pytest.mark.parametrize(
    "body",
    [
        {"inputs": {"image": [[[1, 2]]], "size": [3]}},
        {"instances": [{"image": [[1, 2]], "size": 3}]},
    ],
)
def test_a_model_of_named_tensors_gets_them_by_name(body: object) -> None:
    signature = ModelSignature(
        inputs=Schema(
            [
                TensorSpec(np.dtype("float32"), (-1, 1, 2), "image"),
                TensorSpec(np.dtype("int64"), (-1,), "size"),
            ]
        )
    )
    asked = Asked(
        signature, lambda data, _: {n: [v.dtype.name, v] for n, v in data.items()}
    )

    assert asked.post(body).predictions == {
        "image": ["float32", [[[1, 2]]]],
        "size": ["int64", [3]],
    }


def test_without_a_signature_types_are_those_of_json() -> None:
    asked = Asked(predict=lambda data, _: [type(data).__name__, data])

    split = {"dataframe_split": {"columns": ["a"], "data": [[1], [2]]}}
    assert asked.post(split).predictions == ["DataFrame", [{"a": 1}, {"a": 2}]]
    assert asked.post({"inputs": [[1, 2]]}).predictions == ["ndarray", [[1, 2]]]
    assert asked.post({"inputs": {"a": [1]}}).predictions == ["dict", {"a": [1]}]
    assert asked.post(b"a,b\n1,x\n", CSV).predictions[1] == [{"a": 1, "b": "x"}]


def test_parameters_reach_the_model_and_defaults_are_filled_in() -> None:
    from trackgate.models.params import ParamSchema, ParamSpec  # noqa: PLC0415

    params = ParamSchema(
        [ParamSpec("top", "long", 3), ParamSpec("mode", "string", "x")]
    )
    signature = ModelSignature(inputs=columns(a="double").inputs, params=params)
    asked = Asked(signature, lambda _, given: dict(given))

    some = asked.post({"inputs": [[1]], "params": {"top": 5}})
    none = asked.post({"inputs": [[1]], "params": None})
    wrong = asked.post({"inputs": [[1]], "params": {"top": "many"}})

    assert some.predictions == {"top": 5, "mode": "x"}
    assert none.predictions == {"top": 3, "mode": "x"}
    assert wrong.error[:2] == (400, "INVALID_PARAMETER_VALUE")
    assert "'top'" in wrong.error[2]


def test_the_content_type_may_be_written_in_any_case() -> None:
    asked = Asked(columns(a="double"))

    answer = asked.post(b'{"inputs": [1]}', 'Application/JSON;Charset="utf-8"')

    assert answer.predictions == [{"a": 1.0}]
    assert answer.headers["Content-Type"] == JSON
