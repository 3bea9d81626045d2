"""What holds for every search expression, whatever somebody may send."""

import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from trackgate_server.filters import (
    And,
    Comparison,
    FilterError,
    Kind,
    Node,
    Or,
    OrderTerm,
    limits,
    parse_experiments_filter,
    parse_runs_filter,
    parse_runs_order,
)

# PostgreSQL keeps no NUL and UTF-8 no half surrogates, so neither is ever parsed.
storable = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
bigints = st.integers(-(2**63) + 1, 2**63 - 1)
doubles = st.floats(allow_nan=False)
lists = st.lists(storable, min_size=1, max_size=3).map(tuple)
SYMBOLS = ("=", "!=", ">", ">=", "<", "<=")
LIKES = ("=", "!=", "LIKE", "ILIKE")


def comparisons_of(
    kind: Kind,
    keys: st.SearchStrategy[str],
    operators: tuple[str, ...],
    values: st.SearchStrategy[object],
) -> st.SearchStrategy[Comparison]:
    return st.builds(
        Comparison, st.just(kind), keys, st.sampled_from(operators), values
    )


comparisons = st.one_of(
    st.builds(
        Comparison,
        st.just(Kind.METRIC),
        storable,
        st.sampled_from(SYMBOLS),
        doubles,
        st.sampled_from(["last", "min", "max"]),
    ),
    *(
        st.one_of(
            comparisons_of(kind, storable, LIKES, storable),
            comparisons_of(kind, storable, ("IS NULL", "IS NOT NULL"), st.none()),
        )
        for kind in (Kind.PARAM, Kind.TAG)
    ),
    comparisons_of(Kind.ATTRIBUTE, st.just("run_name"), LIKES, storable),
    comparisons_of(Kind.ATTRIBUTE, st.just("run_id"), ("IN", "NOT IN"), lists),
    comparisons_of(
        Kind.ATTRIBUTE, st.sampled_from(["start_time", "end_time"]), SYMBOLS, bigints
    ),
    comparisons_of(
        Kind.DATASET, st.sampled_from(["name", "context"]), ("IN", "NOT IN"), lists
    ),
)


def groups_of(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    terms = st.lists(nodes, min_size=2, max_size=4).map(tuple)
    return st.builds(And, terms) | st.builds(Or, terms)


nodes = st.recursive(comparisons, groups_of, max_leaves=12)
order_terms = st.one_of(
    st.builds(
        OrderTerm,
        st.sampled_from([Kind.PARAM, Kind.TAG]),
        storable,
        st.booleans(),
    ),
    st.builds(
        OrderTerm,
        st.just(Kind.METRIC),
        storable,
        st.booleans(),
        st.sampled_from(["last", "min", "max"]),
    ),
)
# Arbitrary text rarely gets past the first token; words of the language do.
WORDS = """
    metrics.m params.p tags.`a b` run_id run_name start_time datasets.name name
    = != >= < LIKE IN NOT IS NULL AND OR ( ) , min max 'x' "y" 1 -2.5e3 ' ` . ;
"""
almost_filters = st.lists(st.sampled_from(WORDS.split()), max_size=15).map(" ".join)


@st.composite
def damaged_filters(draw: st.DrawFn) -> str:
    """A right filter in which a piece was replaced by something else."""
    text = str(draw(nodes))
    start = draw(st.integers(0, len(text)))
    length = draw(st.integers(0, 5))
    return text[:start] + draw(st.text(max_size=3)) + text[start + length :]


def parse_runs_order_clause(text: str) -> tuple[OrderTerm, ...]:
    return parse_runs_order([text])


def refusal_of(parse: Callable[[str], object], text: str) -> FilterError | None:
    try:
        parse(text)
    except FilterError as refused:
        return refused
    return None


@given(nodes)
def test_a_tree_written_down_is_read_back_as_the_same_tree(tree: Node) -> None:
    assert parse_runs_filter(str(tree)) == tree


@given(order_terms)
def test_an_order_written_down_is_read_back_as_the_same_order(term: OrderTerm) -> None:
    assert parse_runs_order([str(term)]) == (term,)


@settings(max_examples=300)
@given(st.text() | almost_filters | damaged_filters())
@example("\0")
@example("\ud800")
@example("metrics.m > " + "9" * 5_000)
@example("start_time > " + "9" * 5_000)
def test_any_text_is_understood_or_refused_at_a_place_in_it(text: str) -> None:
    for parse in (
        parse_runs_filter,
        parse_experiments_filter,
        parse_runs_order_clause,
    ):
        refused = refusal_of(parse, text)

        if refused is not None:
            assert 1 <= refused.position <= len(text) + 1
            assert len(refused.message) < 500


@given(almost_filters | damaged_filters())
def test_what_is_understood_means_the_same_when_written_again(text: str) -> None:
    if refusal_of(parse_runs_filter, text) is None:
        tree = parse_runs_filter(text)

        assert parse_runs_filter(str(tree or "")) == tree


HOSTILE = """
    ' " ` ''a ( ) . 1 1. a. a.1 - = , 'a', tags.` (tags.t='x')OR( 1e \\' İ
"""


@pytest.mark.parametrize("piece", [*HOSTILE.split(), "a ", "tags.t='x' AND "])
def test_hostile_repetition_is_answered_at_once(piece: str) -> None:
    fill = piece * (limits.FILTER_CHARACTERS // len(piece))
    started_s = time.process_time()

    for text in (fill, f"tags.t = '{fill}", f"run_id IN ({fill}", f"metrics.{fill}"):
        refusal_of(parse_runs_filter, text[: limits.FILTER_CHARACTERS])

    # All four take some hundredths of a second; quadratic reading takes minutes.
    assert time.process_time() - started_s < 5
