"""What pages make of files: pure, from bytes to what is printed."""

from __future__ import annotations

import json

import pytest
from trackgate_server.web import (
    artifact_images,
    artifact_models,
    artifact_tables,
    artifact_texts,
)
from trackgate_server.web.artifact_kinds import Kind, kind_of
from trackgate_server.web.natural_order import natural

MLMODEL = """
artifact_path: tree
flavors:
  python_function:
    loader_module: mlflow.sklearn
    python_version: 3.11.2
  sklearn: {sklearn_version: 1.6.1, pickled_model: model.pkl}
model_id: m-1
signature:
  inputs: '[{"type": "double", "name": "width", "required": true},
    {"type": "array", "items": {"type": "string"}, "name": "words", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
  params: '[{"name": "depth", "type": "long", "default": 3, "shape": null}]'
utc_time_created: '2026-05-01 12:00:00.000000'
"""


# Kinds


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("MLmodel", Kind.MODEL),
        ("mlmodel.txt", Kind.UNKNOWN),
        ("a.PNG", Kind.IMAGE),
        ("a.svg", Kind.FRAME),
        ("a.html.gz", Kind.UNKNOWN),
        ("png", Kind.UNKNOWN),
        (".json", Kind.JSON),
        ("a.json\N{RIGHT-TO-LEFT OVERRIDE}gnp", Kind.UNKNOWN),
    ],
)
def test_the_last_extension_says_the_kind(name: str, kind: Kind) -> None:
    assert kind_of(name) is kind


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["step 10", "step 9", "Step 1", "step", "²", "step 9b"]

    assert sorted(names, key=natural) == [
        *("step", "Step 1", "step 9", "step 9b", "step 10", "²"),
    ]


# Text


def test_lines_end_alike_and_are_counted() -> None:
    text = artifact_texts.decoded(b"a\r\nb\rc\n", is_whole=True)

    assert text.text == "a\nb\nc\n"
    assert text.numbers == "1\n2\n3"


def test_a_text_of_very_many_lines_is_cut() -> None:
    text = artifact_texts.decoded(b"\n" * 1_000_000, is_whole=True)

    assert not text.is_whole
    assert text.numbers.count("\n") < 20_000


def test_a_letter_that_is_cut_in_two_is_left_out() -> None:
    assert artifact_texts.decoded("aé".encode()[:-1], is_whole=False).text == "a"
    assert artifact_texts.decoded("aé".encode()[:-1], is_whole=True).text == "a�"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_programs_of_windows_write_is_text(encoding: str) -> None:
    content = "Grüße".encode(encoding)

    assert artifact_texts.is_text(content)
    assert artifact_texts.decoded(content, is_whole=True).text == "Grüße"


@pytest.mark.parametrize("content", [b"\x89PNG\xff\xfe", b"a\0b", bytes(range(1, 256))])
def test_other_bytes_are_no_text(content: bytes) -> None:
    assert not artifact_texts.is_text(content)


def test_json_is_laid_out_without_a_changed_digit() -> None:
    text = '{"a":[1.10,1e400,-0,NaN],"b":{},"c":[ ],"d":"{\\"x\\":[1,2]}, é"}'

    found = artifact_texts.formatted(text)

    assert found is not None
    assert found.text == (
        '{\n  "a": [\n    1.10,\n    1e400,\n    -0,\n    NaN\n  ],\n  "b": {},\n'
        '  "c": [],\n  "d": "{\\"x\\":[1,2]}, é"\n}'
    )


def test_lines_of_json_are_laid_out_one_after_the_other() -> None:
    found = artifact_texts.formatted('{"a":1}\n{"a":2}\n')

    assert found is not None
    assert found.text == '{\n  "a": 1\n}\n{\n  "a": 2\n}'


@pytest.mark.parametrize(
    "text", ["", "{", "]", '{"a":1', "[}", "hello", '"open', "[" * 1_000_000]
)
def test_what_is_no_json_is_not_laid_out(text: str) -> None:
    assert artifact_texts.formatted(text) is None


def test_json_that_would_grow_without_end_is_cut() -> None:
    deep = "[" * 150 + "1," * 400_000 + "1" + "]" * 150

    found = artifact_texts.formatted(deep)

    assert found is not None
    assert not found.is_whole
    assert len(found.text) < 5_000_000


# Tables


def test_a_table_names_its_columns_and_knows_its_numbers() -> None:
    table = artifact_tables.separated('a,b\n1,"x,y"\n-2.5e3,\n', True, ",")

    assert table is not None
    assert (table.columns, table.rows) == (["a", "b"], [["1", "x,y"], ["-2.5e3", ""]])
    assert table.numeric == [True, False]
    assert table.note == ""


def test_a_long_table_says_what_is_left_out() -> None:
    text = "a\n" + "1\n" * 501
    columns = ",".join(f"c{number}" for number in range(120))

    long = artifact_tables.separated(text, True, ",")
    wide = artifact_tables.separated(f"{columns}\n", True, ",")

    assert long is not None
    assert len(long.rows) == 500
    assert long.note == "These are the first 500 rows."
    assert wide is not None
    assert len(wide.columns) == 100
    assert wide.note == "These are the first 100 of 120 columns."


def test_a_row_that_is_cut_off_is_left_out() -> None:
    table = artifact_tables.separated("a,b\n1,2\n3,", False, ",")

    assert table is not None
    assert table.rows == [["1", "2"]]


def test_rows_may_be_longer_and_shorter_than_the_first() -> None:
    table = artifact_tables.separated("\na\n1,2,3\n\n", True, ",")

    assert table is not None
    assert (table.columns, table.rows[1]) == (["", "", ""], ["1", "2", "3"])


def test_one_endless_value_is_no_table() -> None:
    assert artifact_tables.separated('a\n"' + "x" * 200_000, True, ",") is None


def test_semicolons_separate_where_they_name_the_columns() -> None:
    assert artifact_tables.separator_of("a;b;c,d\n1,2,3,4\n") == ";"
    assert artifact_tables.separator_of("a,b;c,d\n") == ","


def test_a_logged_table_is_one() -> None:
    data = [["x", {"a": 1}, None], ["y" * 600, 2, 0.5]]
    text = json.dumps({"columns": ["t", "v", "n"], "data": data})

    table = artifact_tables.logged_table(text)

    assert table is not None
    assert table.rows[0] == ["x", '{"a": 1}', ""]
    assert table.rows[1][0] == "y" * 500 + "…"


@pytest.mark.parametrize(
    "text",
    [
        *("[]", "{}", '{"columns": [], "data": []}', "[" * 100_000),
        '{"columns": ["a"], "data": [1]}',
        '{"columns": ["a"], "data": {}}',
        '{"columns": "a", "data": "b"}',
    ],
)
def test_other_json_is_no_table(text: str) -> None:
    assert artifact_tables.logged_table(text) is None


# Images


@pytest.mark.parametrize(
    ("name", "series", "step"),
    [
        ("loss_step_3.png", "loss", 3),
        ("loss-epoch-012.jpg", "loss", 12),
        ("step=7.webp", "images", 7),
        ("val_step_40_attention.png", "val attention", 40),
        ("dogs+step+5+timestamp+1700+a-b-0.png", "dogs", 5),
        ("a~b%step%5%timestamp%1700%0f-1.png", "a/b", 5),
        ("a#b+step+-5+timestamp+1700+0f.png", "a/b", -5),
    ],
)
def test_names_say_the_step(name: str, series: str, step: int) -> None:
    stamp = artifact_images.stamp_of(name)

    assert stamp is not None
    assert (stamp.series, stamp.step) == (series, step)


@pytest.mark.parametrize(
    "name", ["a.png", "step_3.txt", "a_step_x.png", "stepping.png"]
)
def test_other_names_are_of_no_series(name: str) -> None:
    assert artifact_images.stamp_of(name) is None


def test_a_logged_series_shows_its_small_copies_in_order() -> None:
    names = [
        f"dogs+step+{step}+timestamp+{19 - step}+0f{step}{end}"
        for step in (10, 9, 2)
        for end in (".png", "+compressed.webp")
        if (step, end) != (2, "+compressed.webp")
    ]

    (series,) = artifact_images.series_in([*names, "notes.txt"])

    assert series.name == "dogs"
    assert [image.step for image in series.images] == [2, 9, 10]
    assert [image.shown.endswith(".webp") for image in series.images] == [
        *(False, True, True),
    ]


def test_of_many_steps_some_are_shown_the_first_and_last_among_them() -> None:
    names = [f"a_step_{step}.png" for step in range(1_000)]

    series = artifact_images.series_of("a_step_5.png", names)

    assert series is not None
    assert len(series.images) == 1_000
    assert len(series.beside) == artifact_images.MOST_SHOWN
    assert [series.beside[0].step, series.beside[-1].step] == [0, 999]
    assert series.left_out == 1_000 - artifact_images.MOST_SHOWN


# Models


def test_a_model_file_says_flavors_and_signature() -> None:
    model = artifact_models.read(MLMODEL)

    assert model is not None
    assert model.flavors == {
        "python_function": "python 3.11.2",
        "sklearn": "sklearn 1.6.1",
    }
    assert model.facts["Logged model"] == "m-1"
    assert [(part.name, list(map(tuple, part.fields))) for part in model.signature] == [
        (
            "Inputs",
            [("width", "double", ""), ("words", "array of string", "optional")],
        ),
        ("Outputs", [("0", "int64 [-1]", "")]),
        ("Parameters", [("depth", "long", "default 3")]),
    ]


def test_snippets_name_the_model_whatever_its_path() -> None:
    model = artifact_models.read(MLMODEL)
    assert model is not None

    ours, stock = artifact_models.snippets('runs:/1/a "quoted" \\ name', model)

    assert ours.code.startswith("import trackgate as mlflow\n")
    for snippet in (ours, stock):
        lines = [line for line in snippet.code.splitlines() if "load_model(" in line]
        assert lines == [
            'model = mlflow.pyfunc.load_model("runs:/1/a \\"quoted\\" \\\\ name")'
        ]


def test_a_model_without_the_common_flavor_is_loaded_by_its_own() -> None:
    model = artifact_models.read("flavors: {sklearn: {sklearn_version: 1.6.1}}")
    assert model is not None

    assert "mlflow.sklearn.load_model(" in artifact_models.snippets("m", model)[0].code


def test_a_flavor_cannot_be_a_program_to_copy() -> None:
    model = artifact_models.read("flavors: {'x.y(); import os #': {}}")
    assert model is not None

    assert artifact_models.snippets("runs:/1/m", model) == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "just text", "[1, 2]", "flavors: {}", "flavors: [a]", "a: b: c"),
        "!!python/object/apply:os.system ['true']",
        "[" * 5_000,
        "flavors: &a {x: *a}\nbad: *none",
    ],
)
def test_what_describes_no_model_is_none(text: str) -> None:
    assert artifact_models.read(text) is None


def test_a_signature_may_be_anything() -> None:
    odd = 'flavors: {a: 1}\nsignature: {inputs: "{", outputs: [1], params: "[{}]"}'

    model = artifact_models.read(odd)

    assert model is not None
    assert [part.name for part in model.signature] == ["Outputs", "Parameters"]
