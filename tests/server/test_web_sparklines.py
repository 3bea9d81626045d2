"""Small pictures of metrics."""

from __future__ import annotations

import math

import pytest
from trackgate_server.web.sparklines import Look, Size, drawn, look_of
from werkzeug.datastructures import MultiDict

BOX = Size(104, 24)


def course(*values: float) -> list[tuple[int, int, float]]:
    return [(step, 10 * step, value) for step, value in enumerate(values)]


def test_a_line_fills_its_box() -> None:
    assert drawn(course(0, 1, 2), BOX).path == "M2 22L52 12L102 2"


def test_what_is_no_number_leaves_a_gap() -> None:
    picture = drawn(course(0, 1, math.nan, 1, math.inf, 2), BOX)

    assert picture.path == "M2 22L22 12"
    assert picture.dots == [(62, 12), (102, 2)]


@pytest.mark.parametrize("values", [(), (math.nan,), (-math.inf, math.inf)])
def test_nothing_to_see_is_an_empty_picture(values: tuple[float, ...]) -> None:
    picture = drawn(course(*values), BOX)

    assert (picture.path, picture.dots) == ("", [])


def test_a_value_that_never_changes_is_in_the_middle() -> None:
    assert drawn(course(7, 7), BOX).path == "M2 12L102 12"


def test_the_largest_doubles_are_drawn() -> None:
    assert drawn(course(-1.7e308, 1.7e308), BOX).path == "M2 22L102 2"


def test_times_run_to_the_right_where_they_are_asked_for() -> None:
    outline = [(0, 0, 0.0), (1, 90, 1.0), (2, 100, 2.0)]

    by_time = drawn(outline, BOX, Look(x="time")).path

    assert by_time == "M2 22L92 12L102 2"


def test_times_run_to_the_right_where_all_points_have_one_step() -> None:
    assert drawn([(5, 0, 0.0), (5, 10, 1.0)], BOX).path == "M2 22L102 2"


def test_logarithms_leave_out_what_has_none() -> None:
    picture = drawn(course(-1, 0, 1, 10, 100), BOX, Look(log=True))

    assert picture.path == "M2 22L52 12L102 2"


def test_smoothing_does_not_lean_on_the_first_value() -> None:
    smooth = drawn(course(1, 1, 1, 1), BOX, Look(smooth=0.9))

    assert smooth.path.count("12") == 4


@pytest.mark.parametrize(
    ("query", "look"),
    [
        ({}, Look()),
        ({"x": "time", "log": "1", "smooth": "0.5"}, Look("time", True, 0.5)),
        ({"x": "up", "log": "yes", "smooth": "much"}, Look()),
        ({"smooth": "2"}, Look(smooth=0.99)),
        ({"smooth": "nan"}, Look()),
        ({"smooth": "-1"}, Look()),
    ],
)
def test_an_address_says_how_lines_are_drawn(query: dict[str, str], look: Look) -> None:
    assert look_of(MultiDict(query)) == look
