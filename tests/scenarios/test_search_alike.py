"""Any search finds the same on SQLite, on PostgreSQL and in plain Python."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from trackgate_wire.runs import SearchRuns
from trackgate_wire.scalars import ViewType

from tests.fixtures.api import Api
from tests.fixtures.sites import DATABASES, Sites
from tests.scenarios import population
from tests.scenarios.acts import new_experiment, pages
from tests.scenarios.population import Key, Known, in_order, like, met

pytestmark = pytest.mark.postgres

LOSS = "val loss/epoch"
NEVER = "no run has this"
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
NUMBERS = (
    *("0", "-1", "0.5", "2.3", "7", "1050", "1100.5"),
    *("1e308", "-1e308", "1e999", "-1e999", "1e-320"),
)
PATTERN_LETTERS = "%_aäÄpFl1\\'nü0"


@dataclass(frozen=True)
class Question:
    """A filter and whom it means."""

    text: str
    means: Callable[[Known], bool]

    def __repr__(self) -> str:
        return self.text


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


texts: SearchStrategy[str] = st.one_of(
    st.sampled_from(population.TEXTS),
    st.sampled_from([team for team in population.TEAMS if team]),
    st.sampled_from(["train", "Train-Ü", "d1", "d2", "training", "FINISHED", "run 05"]),
    st.text(PATTERN_LETTERS, max_size=6),
)


def passes(sign: str, text: str) -> Callable[[str], bool]:
    """What a comparison with a text asks of a value that is there."""

    def test(value: str) -> bool:
        if sign in COMPARE:
            return COMPARE[sign](value, text)
        return like(value, text, fold=sign == "ILIKE")

    return test


NUMBERS_OF: dict[str, Callable[[Known], float | None]] = {
    "metrics.acc": lambda run: run.last("acc"),
    f"metrics.`{LOSS}`": lambda run: run.last(LOSS),
    f"min(metrics.`{LOSS}`)": lambda run: run.least(LOSS),
    f"max(metrics.`{LOSS}`)": lambda run: run.greatest(LOSS),
    f"metrics.`{NEVER}`": lambda run: None,
    "start_time": lambda run: run.started_ms,
    "end_time": lambda run: run.ended_ms,
}
TEXTS_OF: dict[str, Callable[[Known], str | None]] = {
    "params.depth": lambda run: run.params.get("depth"),
    "params.text": lambda run: run.params["text"],
    "tags.team": lambda run: run.tags.get("team"),
    f"tags.`{NEVER}`": lambda run: None,
    "run_name": lambda run: run.name,
    "status": lambda run: run.status.value,
}


@st.composite
def about_numbers(draw: DrawFn) -> Question:
    name = draw(st.sampled_from(sorted(NUMBERS_OF)))
    sign = draw(st.sampled_from(sorted(COMPARE)))
    number = draw(st.sampled_from(NUMBERS))
    value_of, compare = NUMBERS_OF[name], COMPARE[sign]
    return Question(
        f"{name} {sign} {number}",
        lambda run: met(value_of(run), lambda value: compare(value, float(number))),
    )


@st.composite
def about_texts(draw: DrawFn) -> Question:
    name = draw(st.sampled_from(sorted(TEXTS_OF)))
    sign = draw(st.sampled_from(["=", "!=", "LIKE", "ILIKE"]))
    text, value_of = draw(texts), TEXTS_OF[name]
    return Question(
        f"{name} {sign} {quoted(text)}",
        lambda run: met(value_of(run), passes(sign, text)),
    )


@st.composite
def about_presence(draw: DrawFn) -> Question:
    name = draw(st.sampled_from([name for name in sorted(TEXTS_OF) if "." in name]))
    value_of, absent = TEXTS_OF[name], draw(st.booleans())
    return Question(
        f"{name} {'IS NULL' if absent else 'IS NOT NULL'}",
        lambda run: (value_of(run) is None) is absent,
    )


@st.composite
def about_datasets(draw: DrawFn) -> Question:
    place, name = draw(st.sampled_from(list(enumerate(("name", "digest", "context")))))
    sign = draw(st.sampled_from(["=", "!=", "LIKE", "ILIKE"]))
    text = draw(texts)
    return Question(
        f"datasets.{name} {sign} {quoted(text)}",
        lambda run: any(met(one[place], passes(sign, text)) for one in run.datasets),
    )


@st.composite
def about_lists(draw: DrawFn) -> Question:
    place, name = draw(st.sampled_from(list(enumerate(("name", "digest", "context")))))
    listed, within = draw(st.lists(texts, min_size=1, max_size=3)), draw(st.booleans())
    sign = "IN" if within else "NOT IN"
    return Question(
        f"datasets.{name} {sign} ({', '.join(map(quoted, listed))})",
        lambda run: any(
            met(one[place], lambda value: (value in listed) is within)
            for one in run.datasets
        ),
    )


def both(left: Question, right: Question) -> Question:
    return Question(
        f"({left.text} AND {right.text})",
        lambda run: left.means(run) and right.means(run),
    )


def either(left: Question, right: Question) -> Question:
    return Question(
        f"({left.text} OR {right.text})",
        lambda run: left.means(run) or right.means(run),
    )


questions: SearchStrategy[Question] = st.recursive(
    st.one_of(
        about_numbers(),
        about_texts(),
        about_presence(),
        about_datasets(),
        about_lists(),
    ),
    lambda inner: st.one_of(
        st.builds(both, inner, inner), st.builds(either, inner, inner)
    ),
    max_leaves=5,
)

ORDERED_BY: dict[str, Key] = {**NUMBERS_OF, **TEXTS_OF}

orders = st.lists(
    st.tuples(st.sampled_from(sorted(ORDERED_BY)), st.booleans()),
    max_size=3,
    unique_by=lambda term: term[0],
)


@dataclass(frozen=True)
class Kept:
    """The population on one database."""

    api: Api
    experiment: str
    runs: list[Known]

    def found(self, asked: SearchRuns) -> list[str]:
        found = pages(self.api, asked)
        return [run.info.run_name for page in found for run in page]


@pytest.fixture(scope="session")
def everywhere(sites: Sites) -> list[Kept]:
    """The population on every database."""
    kept: list[Kept] = []
    for kind in DATABASES:
        api = sites.app(kind).client()
        one = Kept(api, new_experiment(api), population.runs())
        for known in one.runs:
            population.store(api, one.experiment, known)
        kept.append(one)
    return kept


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(question=questions, order=orders, size=st.integers(1, 31))
def test_a_search_finds_the_same_everywhere(
    everywhere: list[Kept], question: Question, order: list[tuple[str, bool]], size: int
) -> None:
    terms = tuple((ORDERED_BY[name], ascending) for name, ascending in order)
    order_by = [f"{name} {'ASC' if ascending else 'DESC'}" for name, ascending in order]

    for kept in everywhere:
        asked = SearchRuns(
            experiment_ids=[kept.experiment],
            filter=question.text,
            order_by=order_by,
            max_results=size,
            run_view_type=ViewType.ALL,
        )
        meant = [run for run in kept.runs if question.means(run)]
        assert kept.found(asked) == in_order(meant, terms)
