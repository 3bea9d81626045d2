"""Searches of runs among many: what they find, and that many are not slow."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from trackgate_server.store import migrate
from trackgate_server.store.database import Database, open_database

from tests.fixtures.databases import KINDS, NewStore
from tests.server.crowd import Crowd, Member

FEW, MANY = 2_500, 15_000
RARE = 40

SEARCHES: dict[str, tuple[str, ...]] = {
    "the newest": ("",),
    "a common tag": ("tags.t = 'common'",),
    "a rare tag": ("tags.t = 'rare'",),
    "no such tag": ("tags.t = 'none'",),
    "a rare value and an order": (f"params.p = '{RARE}'", "metrics.m DESC"),
    "nearly all, by a metric": ("tags.t = 'common'", "metrics.m DESC"),
    "the least of a metric": ("", "metrics.m"),
    "the greatest of a metric": ("", "metrics.m DESC"),
    "the best of the best": ("metrics.m > 0.999", "metrics.m DESC"),
    "a param's order": ("", "params.p DESC"),
    "a tag that ties nearly all": ("", "tags.t"),
    "a tie, then a metric": ("", "tags.t", "metrics.m"),
    "a span of time": ("start_time < 2000 AND start_time > 1000",),
}


def crowd_of(count: int) -> list[Member]:
    """Values that have nothing to do with each other, whatever the count."""
    random = Random(count)
    return [
        Member(
            number,
            metric=random.random(),
            param=str(random.randrange(count // RARE)),
            tag="rare" if number % (count // RARE) == 0 else "common",
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module", params=KINDS)
def crowds(request: pytest.FixtureRequest, new_store: NewStore) -> Iterator[Any]:
    """Few runs and many, in databases of one kind."""
    opened: list[Database] = []
    for _ in range(2):
        opened.append(open_database(new_store(request.param), connections=2))
        migrate.upgrade(opened[-1])
    yield [
        Crowd(database, crowd_of(count))
        for database, count in zip(opened, (FEW, MANY), strict=True)
    ]
    for database in opened:
        database.close()


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_visits_no_more_rows_among_six_times_as_many(
    crowds: list[Crowd], name: str
) -> None:
    few, many = (crowd.effort(*SEARCHES[name]) for crowd in crowds)

    # An order is followed for more rows than a page has, where there are so many.
    assert many < 2 * few + 3_000


@pytest.mark.parametrize("order", [(), ("metrics.m DESC",), ("start_time",)], ids=str)
def test_a_page_far_down_visits_no_more_rows_than_the_first(
    crowds: list[Crowd], order: tuple[str, ...]
) -> None:
    crowd = crowds[1]
    far = crowd.search("", *order, limit=12_000).next

    assert far is not None
    assert crowd.effort("", *order, after=far) < 2 * crowd.effort("", *order) + 100


def test_rare_runs_are_looked_up_by_id_before_postgresql_has_analyzed_any(
    db: Database,
) -> None:
    # With no statistics the index of the experiment seems as good as the id.
    crowd = Crowd(db, crowd_of(FEW), analyzed=False)

    # Counting up to a bound what conditions lead to comes first.
    assert crowd.effort("tags.t = 'rare'") < 2_500


SAME = "x" * 300
TEXTS = (SAME + "b", SAME + "a", SAME, SAME[:200], SAME[:199], "ü" * 3_000, "z" * 8_000)


def tied(number: int) -> Member:
    """Most have the same metric; the others NaN, none, or one of their own."""
    metric: float | None = 0.5
    if number % 4 == 0:
        metric = (math.nan, None, float(number), -float(number))[number // 4 % 4]
    text = TEXTS[number % len(TEXTS)]
    return Member(
        number,
        metric=metric,
        param=text if number % 3 else None,
        tag="most" if number % 10 else text,
    )


def by_metric(one: Member, *, ascending: bool) -> tuple[int, float]:
    if one.metric is None:
        return (2, 0)
    if math.isnan(one.metric):
        return (1, 0)
    return (0, one.metric if ascending else -one.metric)


ORDERS: dict[tuple[str, ...], Callable[[Member], Any]] = {
    ("metrics.m",): lambda one: (by_metric(one, ascending=True), -one.number),
    ("metrics.m DESC", "params.p"): lambda one: (
        by_metric(one, ascending=False),
        (one.param is None, (one.param or "").encode()),
        -one.number,
    ),
    ("params.p", "start_time"): lambda one: (
        (one.param is None, (one.param or "").encode()),
        one.number,
    ),
    ("tags.t", "metrics.m"): lambda one: (
        (one.tag or "").encode(),
        by_metric(one, ascending=True),
        -one.number,
    ),
}


@pytest.fixture(scope="module", params=KINDS)
def ties(request: pytest.FixtureRequest, new_store: NewStore) -> Iterator[Crowd]:
    """Thousands of runs, many of them equal by what they are ordered by."""
    database = open_database(new_store(request.param), connections=2)
    migrate.upgrade(database)
    yield Crowd(database, [tied(number) for number in range(3_600)])
    database.close()


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_pages_join_across_long_ties_and_long_texts(
    ties: Crowd, order: tuple[str, ...]
) -> None:
    everyone = sorted((tied(number) for number in range(3_600)), key=ORDERS[order])

    expected = [one.number for one in everyone]
    assert ties.numbers("", *order, limit=350) == expected
    assert ties.numbers("start_time < 300", *order, limit=70) == [
        number for number in expected if number < 300
    ]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{text[0]}{len(text)}")
def test_a_long_text_is_found_and_no_other_that_begins_alike(
    ties: Crowd, text: str
) -> None:
    found = ties.numbers(f"params.p = '{text}'", "start_time", limit=1_000)

    assert found == [number for number in range(3_600) if tied(number).param == text]
