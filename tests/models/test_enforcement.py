"""Data that does not fit a signature is refused in words that help; the rest is not
touched more than it must be. `test_signatures_alike` holds the rules to the peer's."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from trackgate.errors import InvalidParameterValue
from trackgate.models import (
    Array,
    ColSpec,
    DataType,
    Object,
    ParamSchema,
    ParamSpec,
    Property,
    Schema,
    TensorSpec,
    infer_signature,
)
from trackgate.models.enforcement import enforce, enforce_params

NAMES = [f"feature {number}" for number in range(30)]


def frame(rows: int = 1) -> Any:
    return pd.DataFrame(np.arange(rows * 30.0).reshape(rows, 30), columns=NAMES)


def schema_of(data: Any) -> Schema:
    schema = infer_signature(data).inputs
    assert schema is not None
    return schema


def refused(data: Any, schema: Schema) -> str:
    with pytest.raises(InvalidParameterValue) as caught:
        enforce(data, schema)
    return caught.value.message


def test_columns_in_place_are_not_copied() -> None:
    given = frame(1000)

    passed = enforce(given, schema_of(given))

    assert all(np.shares_memory(passed[name], given[name]) for name in NAMES)


def test_the_model_may_add_columns_to_what_it_gets() -> None:
    given = frame()

    passed = enforce(given, schema_of(given))
    passed["new"] = 1

    assert list(given.columns) == NAMES


def test_columns_come_in_the_models_order_without_others() -> None:
    given = frame()[NAMES[::-1]].assign(other="x")

    assert list(enforce(given, schema_of(frame())).columns) == NAMES


def test_a_missing_column_is_named() -> None:
    message = refused(frame().drop(columns=["feature 7"]), schema_of(frame()))

    assert message == "The model's input lacks the required column: 'feature 7'."


def test_of_many_missing_columns_a_few_are_named_and_extra_ones_too() -> None:
    message = refused(pd.DataFrame({"a": [1.0]}), schema_of(frame()))

    assert "lacks 30 required columns: 'feature 0', 'feature 1'" in message
    assert message.endswith("and 20 more. Extra columns came: 'a'.")


def test_an_optional_column_may_be_missing() -> None:
    schema = schema_of(pd.DataFrame({"a": [1.0], "b": [None]}))

    assert list(enforce(pd.DataFrame({"a": [2.0]}), schema).columns) == ["a"]


def test_a_column_of_another_type_is_named_with_what_came() -> None:
    schema = Schema([ColSpec("double", "size")])

    message = refused(pd.DataFrame({"size": ["big"]}), schema)

    assert message.startswith("Column 'size' is of the type double (float64) in the")
    assert "but str came" in message or "but objects (str) came" in message


def test_integers_with_missing_values_get_a_hint() -> None:
    schema = Schema([ColSpec("long", "count")])

    message = refused(pd.DataFrame({"count": [1.0, None]}), schema)

    assert "but float64 came" in message
    assert "Integers with missing values come as floats." in message


def test_five_numbers_for_thirty_columns_are_counted() -> None:
    message = refused(np.zeros((1, 5)), schema_of(frame()))

    assert message == "The model takes 30 columns, but 5 came."


def test_five_numbers_for_a_tensor_of_thirty_are_counted() -> None:
    message = refused(np.zeros((1, 5)), schema_of(np.zeros((4, 30))))

    assert "has the shape (-1, 30) in the model's signature" in message
    assert "an array of the shape (1, 5) came" in message
    assert message.endswith("Each row has 30 numbers, not 5.")


def test_an_array_fills_named_columns_by_position() -> None:
    passed = enforce(np.arange(30.0).reshape(1, 30), schema_of(frame()))

    assert list(passed.columns) == NAMES
    assert passed["feature 29"].tolist() == [29.0]


def test_a_wider_array_is_refused_where_columns_have_names() -> None:
    message = refused(np.zeros((2, 31)), schema_of(frame()))

    assert message == "The model takes 30 columns, but 31 came in 2 rows."


def test_a_column_that_came_twice_is_named() -> None:
    given = pd.DataFrame([[1.0, 2.0]], columns=["a", "a"])

    assert refused(given, Schema([ColSpec("double", "a")])) == (
        "Columns came twice: 'a'."
    )


def test_a_tensor_of_another_type_is_refused() -> None:
    schema = Schema([TensorSpec(np.dtype("float64"), (-1, 2))])

    message = refused(np.zeros((1, 2), dtype="float32"), schema)

    assert message == ("The model's input is of the type float64, but float32 came.")


def test_the_way_to_a_nested_part_is_named() -> None:
    kind = Object([Property("tags", Array(DataType.string)), Property("n", "long")])
    schema = Schema([ColSpec(kind, "doc")])

    message = refused(pd.DataFrame({"doc": [{"tags": "a", "n": 1}]}), schema)

    assert message == (
        "Column 'doc', row 0['tags'] is a list in the model's signature, but str 'a'"
        " came."
    )


def test_a_list_with_an_item_of_another_type_is_named() -> None:
    schema = Schema([ColSpec(Array(DataType.long), "counts")])

    message = refused(pd.DataFrame({"counts": [[1, 2], [1, "x"]]}), schema)

    assert message == (
        "Column 'counts', row 1 is a list of long in the model's signature, but list"
        " [1, 'x'] came."
    )


def test_a_dictionary_with_a_moment_in_it_is_a_row() -> None:
    row = {"size": 1.5, "when": dt.datetime(2020, 1, 2), "day": dt.date(2020, 1, 3)}  # noqa: DTZ001
    columns = {"size": "double", "when": "datetime", "day": "datetime"}
    schema = Schema([ColSpec(kind, name) for name, kind in columns.items()])

    given = enforce(row, schema)

    assert given.to_dict("records") == [
        {
            "size": 1.5,
            "when": pd.Timestamp("2020-01-02"),
            "day": pd.Timestamp("2020-01-03"),
        }
    ]


def test_times_with_a_zone_are_refused_with_a_hint() -> None:
    times = pd.to_datetime(["2020-01-02"]).tz_localize("Europe/Berlin")
    schema = Schema([ColSpec("datetime", "when")])

    message = refused(pd.DataFrame({"when": times}), schema)

    assert "Column 'when' is of the type datetime" in message
    assert "tz_convert('UTC').dt.tz_localize(None)" in message


PARAMS = ParamSchema(
    [ParamSpec("depth", "long", 3), ParamSpec("names", "string", ["a"], (-1,))]
)


def test_parameters_that_are_not_given_have_their_defaults() -> None:
    assert enforce_params({"depth": 5}, PARAMS) == {"depth": 5, "names": ["a"]}


def test_unknown_parameters_are_left_out_with_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert enforce_params({"deep": 5}, None) == {}
    assert "does not know the parameters 'deep'" in caplog.text


def test_a_parameter_of_another_type_is_named() -> None:
    with pytest.raises(
        InvalidParameterValue, match=r"'depth' is of the type long, not"
    ):
        enforce_params({"depth": 1.5}, PARAMS)


def test_a_whole_number_must_fit_its_type() -> None:
    with pytest.raises(InvalidParameterValue, match="which has 64 bits"):
        enforce_params({"depth": 2**63}, PARAMS)
