"""Schemas and signatures as values: made by hand, written, read, refused."""

from __future__ import annotations

import json
import logging
from typing import Any

import numpy as np
import pandas as pd
import pytest
from trackgate.errors import InvalidParameterValue
from trackgate.models import (
    AnyType,
    Array,
    ColSpec,
    DataType,
    Map,
    ModelSignature,
    Object,
    ParamSchema,
    ParamSpec,
    Property,
    Schema,
    TensorSpec,
    infer_signature,
)

DEEP = Object(
    [
        Property("when", DataType.datetime, required=False),
        Property("tags", Array(Map("string"))),
        Property("more", AnyType()),
    ]
)
SIGNATURE = ModelSignature(
    inputs=Schema([ColSpec("double", "a"), ColSpec(DEEP, "doc", required=False)]),
    outputs=Schema([TensorSpec(np.dtype("float32"), (-1, 2))]),
    params=ParamSchema(
        [
            ParamSpec("since", "datetime", "2026-05-01T00:00:00"),
            ParamSpec("names", "string", ["a"], (-1,)),
        ]
    ),
)


def test_a_signature_comes_back_as_it_was_written() -> None:
    assert ModelSignature.from_dict(SIGNATURE.to_dict()) == SIGNATURE


def test_its_parts_are_json_in_texts() -> None:
    written = SIGNATURE.to_dict()

    assert json.loads(written["inputs"]) == [
        {"type": "double", "name": "a", "required": True},
        {
            "type": "object",
            "properties": {
                "more": {"type": "any", "required": True},
                "tags": {
                    "type": "array",
                    "items": {"type": "map", "values": {"type": "string"}},
                    "required": True,
                },
                "when": {"type": "datetime", "required": False},
            },
            "name": "doc",
            "required": False,
        },
    ]
    assert written["outputs"] == (
        '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'
    )


def test_columns_can_be_looked_up() -> None:
    inputs = SIGNATURE.inputs
    assert inputs is not None

    assert inputs.input_names() == ["a", "doc"]
    assert inputs.required_input_names() == ["a"]
    assert inputs.optional_input_names() == ["doc"]
    assert inputs.input_types_dict() == {"a": DataType.double, "doc": DEEP}


def test_what_older_files_left_out_is_read() -> None:
    columns = Schema.from_json('[{"type": "long"}, {"type": "sparkml_vector"}]')
    param = ParamSchema.from_json('[{"name": "n", "dtype": "long", "default": 1}]')

    assert [spec.required for spec in columns] == [True, True]
    assert param.params == [ParamSpec("n", "long", 1)]


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "{}",
        "[1]",
        "[]",
        '[{"name": "a"}]',
        '[{"type": "decimal"}]',
        '[{"type": "array"}]',
        '[{"type": "object", "properties": {}}]',
        '[{"type": "tensor", "tensor-spec": {"dtype": "float32"}}]',
        '[{"type": "long", "name": "a"}, {"type": "long"}]',
        '[{"type": "long", "required": false}]',
    ],
)
def test_what_is_no_schema_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameterValue):
        Schema.from_json(text)


@pytest.mark.parametrize(
    ("specs", "message"),
    [
        ([], "needs at least one"),
        ([ColSpec("long"), TensorSpec("float32", (-1,))], "not both"),
        ([TensorSpec("float32", (-1,)), TensorSpec("float32", (-1,))], "need names"),
    ],
)
def test_a_schema_that_makes_no_sense_is_refused(specs: Any, message: str) -> None:
    with pytest.raises(InvalidParameterValue, match=message):
        Schema(specs)


def test_a_signature_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidParameterValue, match="at least one of inputs"):
        ModelSignature()


def test_a_default_must_be_of_its_parameters_type() -> None:
    with pytest.raises(InvalidParameterValue, match="'n' is of the type long, not str"):
        ParamSpec("n", "long", "many")
    with pytest.raises(InvalidParameterValue, match="cannot be of the type binary"):
        ParamSpec("n", "binary", b"")


def test_integers_that_may_be_missing_get_a_hint() -> None:
    with pytest.warns(UserWarning, match="cannot hold missing values"):
        infer_signature(pd.DataFrame({"n": [1, 2]}))


def test_data_without_a_schema_are_of_any_type(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, logger="trackgate"):
        signature = infer_signature({1, 2})

    assert signature.inputs == Schema([ColSpec(AnyType())])
    assert "Values of the class set have no type in a schema" in caplog.text
