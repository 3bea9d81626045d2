"""What a sweep searches, and in which order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from trackgate.errors import ExecutionException, InvalidParameterValue
from trackgate.projects.specification import (
    EntryPoint,
    Parameter,
    Project,
    PythonEnvironment,
)
from trackgate.projects.sweeps import grammar, searches
from trackgate.projects.sweeps.definition import SearchName
from trackgate.projects.sweeps.guided import Guided
from trackgate.projects.sweeps.space import Point, Range, Space

_MAIN = EntryPoint(
    "main",
    "train {depth} {rate}",
    {"depth": Parameter("depth", "int"), "rate": Parameter("rate", "float")},
)


def space_of(**given: str) -> Space:
    project = Project(Path("a"), PythonEnvironment(), file=Path("a/MLproject"))
    return grammar.read_space(project, _MAIN, given)


def values_of(text: str, name: str = "further") -> list[str]:
    return [point[name] for point in space_of(**{name: text}).points()]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1..4", ["1", "2", "3", "4"]),
        ("-1..1", ["-1", "0", "1"]),
        ("1..10..4", ["1", "5", "9"]),
        ("0.1..0.5..0.1", ["0.1", "0.2", "0.3", "0.4", "0.5"]),
        ("log:1..4", ["1", "2", "3", "4"]),
        ("gini, entropy", ["gini", "entropy"]),
        ("gini", ["gini"]),
        ('["a,b", "1..2", 3, 0.10]', ["a,b", "1..2", "3", "0.10"]),
        ("../data", ["../data"]),
        ("[0, 1)x", ["[0, 1)x"]),
        ("", [""]),
    ],
)
def test_how_values_are_written(text: str, values: list[str]) -> None:
    assert values_of(text) == values


def test_a_range_of_a_float_is_all_between_and_has_no_end() -> None:
    space = space_of(rate="1..8", further="log:0.001..0.1", depth="1..8")

    assert space.size is None
    rate, further, _ = space.axes
    assert rate == Range("rate", 1, 8)
    assert further == Range("further", 0.001, 0.1, log=True)


def test_whole_numbers_far_apart_are_drawn_and_not_counted() -> None:
    space = space_of(depth="0..4294967295")

    (axis,) = space.axes
    assert axis == Range("depth", 0, 4294967295, whole=True)
    assert int(Guided(space, "random", "maximize", seed=0).propose(0)["depth"]) >= 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("0.5..2", "its type is int"),
        ("8..1", "does not go upwards"),
        ("1..8..0", "has to be above 0"),
        ("0..9000000..1", "at most 1,000,000"),
        ("log:0..8", "two numbers above 0"),
        ("log:1..8..2", "two numbers above 0"),
        ("log:1,2", "is no range"),
        ("1,,2", "an empty value"),
        ("1,1", "a value twice"),
        ("[]", "no list of texts and numbers"),
        ("[[1]]", "no list of texts and numbers"),
    ],
)
def test_what_is_no_range_is_said_with_file_entry_point_and_field(
    text: str, complaint: str
) -> None:
    with pytest.raises(ExecutionException) as caught:
        space_of(depth=text)

    where = "a/MLproject, entry point 'main', field 'parameters.depth': "
    assert caught.value.message.startswith(where)
    assert complaint in caught.value.message


def test_code_gives_lists_and_numbers() -> None:
    assert values_of(grammar.as_text("a", range(1, 3))) == ["1", "2"]
    assert values_of(grammar.as_text("a", ["a,b", 2.5])) == ["a,b", "2.5"]
    assert values_of(grammar.as_text("a", np.arange(2))) == ["0", "1"]
    assert values_of(grammar.as_text("a", Path("a,b"))) == ["a,b"]
    assert grammar.as_text("a", 7) == "7"
    with pytest.raises(InvalidParameterValue, match="'a' has the value None"):
        grammar.as_text("a", [None])


def test_a_grid_has_every_point_once() -> None:
    space = space_of(depth="1..3", rate="0.1,0.2", further="x")
    grid = searches.Grid(space)

    points = [grid.propose(number) for number in range(space.size or 0)]

    assert [tuple(one.values()) for one in points] == [
        (depth, rate, "x") for depth in "123" for rate in ("0.1", "0.2")
    ]


@pytest.mark.parametrize("search", ["random", "tpe"])
def test_a_search_tries_every_point_before_it_repeats_one(search: SearchName) -> None:
    space = space_of(depth="log:1..4", rate="0.1..0.3..0.1", further="x,y")

    points = walk(_guided(space, search), range(24))

    assert len({tuple(one.items()) for one in points}) == space.size == 24


@pytest.mark.parametrize("search", ["random", "tpe"])
def test_what_goes_on_later_goes_on_as_it_would_have(search: SearchName) -> None:
    space = space_of(depth="1..50", rate="log:0.001..0.1", further="x,y")
    straight = walk(_guided(space, search), range(30))

    later = _guided(space, search)
    for number, point in enumerate(straight[:20]):
        later.learn(number, point, height_of(number, point))
    # It was killed while it ran.
    later.repeat(20, straight[20])
    later.learn(20, straight[20], height_of(20, straight[20]))

    assert walk(later, range(21, 30)) == straight[21:]


def test_tpe_draws_near_what_was_good() -> None:
    space = space_of(rate="0.0..100.0")

    points = walk(_guided(space, "tpe"), range(60))

    def distance(some: list[Point]) -> float:
        return sum(abs(float(one["rate"]) - 70) for one in some) / len(some)

    assert distance(points[40:]) < distance(points[:10]) / 2


def test_another_seed_draws_other_points() -> None:
    space = space_of(rate="0.0..1.0")

    first, second = (Guided(space, "random", "minimize", seed) for seed in (0, 1))

    assert first.propose(0) != second.propose(0)
    assert first.propose(1) != first.propose(2)


def test_how_many_trials_there_are() -> None:
    small, endless = space_of(depth="1..3"), space_of(rate="0.1..0.5")

    assert searches.trials_of("grid", small, None) == 3
    assert searches.trials_of("random", small, 10) == 3
    assert searches.trials_of("tpe", endless, None) == 20
    with pytest.raises(InvalidParameterValue, match="no end"):
        searches.trials_of("grid", endless, None)
    with pytest.raises(InvalidParameterValue, match="has 3 points"):
        searches.trials_of("grid", small, 2)


def _guided(space: Space, search: SearchName) -> Guided:
    assert search != "grid"
    return Guided(space, search, "maximize", seed=3)


def walk(search: Guided, numbers: range) -> list[Point]:
    """The points of trials that run one after the other."""
    points: list[Point] = []
    for number in numbers:
        point = search.propose(number)
        search.learn(number, point, height_of(number, point))
        points.append(point)
    return points


def height_of(number: int, point: Point) -> float | None:
    """What a trial gives; each seventh fails."""
    if number % 7 == 6:
        return None
    return -abs(float(point.get("rate", 0)) - 70) + float(point.get("depth", 0))
