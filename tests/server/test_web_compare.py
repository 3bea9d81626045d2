"""What the plots of a comparison are made of, without a server."""

from __future__ import annotations

import math

import pytest
from trackgate_server.web import (
    compare_axes,
    compare_boxes,
    compare_choice,
    compare_contour,
    compare_parallel,
    compare_scatter,
)
from trackgate_server.web.compare_axes import DURATION, Axis, Value, Varied
from werkzeug.datastructures import MultiDict

RATE, MODEL = Axis("params", "rate"), Axis("params", "model")
LOSS, TEAM = Axis("metrics", "loss"), Axis("tags", "team")
SWEEP = [
    Varied(MODEL, numbers=False, distinct=3),
    Varied(RATE, numbers=True, distinct=20),
    Varied(LOSS, numbers=True, distinct=20),
    Varied(TEAM, numbers=False, distinct=2),
]


def asked(*pairs: tuple[str, str]) -> MultiDict[str, str]:
    return MultiDict(pairs)


@pytest.mark.parametrize("axis", [RATE, LOSS, TEAM, DURATION, Axis("params", "a.b=&")])
def test_an_axis_is_written_one_way(axis: Axis) -> None:
    assert compare_axes.parse(axis.text) == axis


@pytest.mark.parametrize("text", ["", "loss", "params.", "runs.a", "metric.loss"])
def test_other_texts_are_no_axes(text: str) -> None:
    assert compare_axes.parse(text) is None


@pytest.mark.parametrize(
    ("values", "plotted"),
    [
        (["8", "16.5", "1e-3"], [8.0, 16.5, 0.001]),
        (["8", "auto", None], ["8", "auto", None]),
        (["1", "nan", "inf", None], [1.0, None, None, None]),
        ([0.5, None], [0.5, None]),
        ([None], [None]),
        (["x" * 99], ["x" * 60]),
    ],
)
def test_texts_are_numbers_where_all_of_them_are(
    values: list[Value], plotted: list[Value]
) -> None:
    assert compare_axes.plotted(values) == plotted


def test_categories_that_are_numbers_stand_by_their_size() -> None:
    values: list[Value] = ["b", "10", "9", None, "a", "10"]

    assert compare_axes.categories(values) == ["9", "10", "a", "b"]


@pytest.mark.parametrize(
    ("values", "far"),
    [
        ([0.001, 1.0], True),
        ([0.02, 1.0, None], False),
        ([0.0, 1e9], False),
        ([-1.0, 1e9], False),
        ([None], False),
        (["a"], False),
    ],
)
def test_only_positive_numbers_far_apart_need_a_logarithm(
    values: list[Value], far: bool
) -> None:
    assert compare_axes.is_far_apart(values) is far
    assert compare_axes.is_log("", values) is far
    assert compare_axes.is_log("log", values)
    assert not compare_axes.is_log("linear", values)


def test_an_address_names_the_axes_with_their_scales_and_ranges() -> None:
    query = asked(
        *(("axis", "metrics.loss"), ("axis", "nonsense"), ("axis", "params.model")),
        *(("axis", "metrics.loss"), ("scale", "log"), ("scale", ""), ("scale", "odd")),
        *(("from", ""), ("from", "x"), ("from", "a"), ("to", "0.5")),
    )

    found = compare_parallel.of_query(query, SWEEP)

    assert found.uprights == [
        compare_parallel.Upright(LOSS, "log", "", "0.5"),
        compare_parallel.Upright(MODEL, "", "a", ""),
    ]


def test_without_a_choice_what_differs_is_drawn() -> None:
    nothing = asked()

    lines = compare_parallel.of_query(nothing, SWEEP)
    ground = compare_contour.of_query(nothing, SWEEP)

    assert lines.axes == [MODEL, RATE, LOSS, LOSS]
    assert compare_scatter.of_query(nothing, SWEEP).axes == (RATE, LOSS)
    assert ground.axes == [RATE, DURATION, LOSS]
    # The fewest groups say most.
    assert compare_boxes.of_query(nothing, SWEEP) == compare_boxes.Boxes(LOSS, TEAM)


def test_where_nothing_differs_there_is_how_long_runs_took() -> None:
    assert compare_parallel.of_query(asked(), []).axes == [DURATION, DURATION]
    assert compare_scatter.of_query(asked(), []).axes == (DURATION, DURATION)
    assert compare_boxes.of_query(asked(), []) is None


def test_a_text_with_a_value_for_each_run_is_no_axis_of_its_own_accord() -> None:
    path = Varied(Axis("params", "path"), numbers=False, distinct=400)

    assert compare_parallel.of_query(asked(), [path, *SWEEP]).axes[0] == MODEL


def test_groups_say_how_a_value_is_spread() -> None:
    boxes = compare_boxes.Boxes(LOSS, MODEL)
    values: dict[Axis, list[Value]] = {
        LOSS: [1.0, 3.0, 5.0, None, 7.0, 1e200],
        MODEL: ["10", "9", "10", "9", None, "9"],
    }

    groups = boxes.groups(values)

    assert [one.name for one in groups] == ["9", "10", "\N{EN DASH}"]
    assert groups[1] == compare_boxes.Group(
        "10", [0, 2], [1.0, 5.0], 3.0, math.sqrt(8), 1.0, 3.0, 5.0
    )
    assert groups[0].deviation is None


def test_of_very_many_groups_the_largest_are_shown() -> None:
    boxes = compare_boxes.Boxes(LOSS, MODEL)
    names: list[Value] = [f"{n:02}" for n in range(50)]
    values: dict[Axis, list[Value]] = {LOSS: [1.0] * 52, MODEL: [*names, "48", "49"]}

    shown, more = compare_boxes.first_of(boxes.groups(values))

    assert [one.name for one in shown] == [f"{n:02}" for n in (*range(38), 48, 49)]
    assert more == 10


def test_runs_are_named_or_searched() -> None:
    named = compare_choice.of_query(asked(("runs", "a.b"), ("run", "c")))
    searched = compare_choice.of_query(
        asked(("experiment", "1"), ("filter", "metrics.loss < 1"), ("without", "a"))
    )
    only = compare_choice.of_query(asked(("experiment", "1"), ("only", "a.b")))

    assert named.fields() == [("runs", "c.a.b")]
    assert searched.is_search
    assert searched.fields() == [
        ("experiment", "1"),
        ("filter", "metrics.loss < 1"),
        ("without", "a"),
    ]
    assert only.fields() == [("runs", "a.b")]


@pytest.mark.parametrize(
    ("text", "most"), [("7", 7), ("0", 1), ("501", 500), ("x", 500), ("", 500)]
)
def test_no_search_brings_too_many(text: str, most: int) -> None:
    assert compare_choice.of_query(asked(("most", text))).most == most
