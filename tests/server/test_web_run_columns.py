"""Columns, states and cells of the table of runs, without a server."""

from __future__ import annotations

import pytest
from trackgate_server.filters import Kind
from trackgate_server.web import run_columns, run_table_state
from trackgate_server.web.run_columns import Column
from trackgate_server.web.run_table_downloads import safe
from trackgate_wire.errors import InvalidParameterValue
from werkzeug.datastructures import MultiDict

LOSS = run_columns.parse("metrics.loss")


@pytest.mark.parametrize(
    ("text", "column"),
    {
        "status": Column("status", Kind.ATTRIBUTE, "status"),
        "metric.loss": Column("metrics.loss", Kind.METRIC, "loss"),
        "metrics.`a b`": Column("metrics.`a b`", Kind.METRIC, "a b"),
        "MIN( metrics.a.b )": Column("min(metrics.a.b)", Kind.METRIC, "a.b", "min"),
        "params.'1`x'": Column("params.`1``x`", Kind.PARAM, "1`x"),
        "tags.mlflow.user DESC": Column("tags.mlflow.user", Kind.TAG, "mlflow.user"),
    }.items(),
)
def test_a_columns_text_says_one_thing_one_way(text: str, column: Column) -> None:
    assert run_columns.parse(text) == column
    assert run_columns.parse(column.text) == column


@pytest.mark.parametrize(
    "text", ["", "loss", "run_name", "metrics.a b", "datasets.name"]
)
def test_other_texts_are_no_columns(text: str) -> None:
    with pytest.raises(InvalidParameterValue, match="There is no column"):
        run_columns.parse(text)


def test_a_click_at_a_head_sorts_one_way_then_the_other_then_not() -> None:
    state = run_table_state.of_query(MultiDict({"column": "metrics.loss"}), "1")

    seen: list[object] = []
    for _ in range(3):
        query = state.sorted_by(LOSS)
        seen.append(query["order"])
        state = run_table_state.of_query(_given(query), "1")

    assert seen == [["metrics.loss ASC"], ["metrics.loss DESC"], []]


def test_a_state_survives_its_address() -> None:
    given = [
        *(("experiment", "2"), ("experiment", "1"), ("filter", "a = 'ü&='")),
        *(("order", "run_name"), ("column", "status"), ("column", "tags.`a b`")),
        *(("stage", "deleted"), ("nested", "flat"), ("open", "abc")),
        *(("group", "tags.team"), ("view", "7")),
    ]
    state = run_table_state.of_query(MultiDict(given), None)

    assert run_table_state.unpacked(run_table_state.packed(state)) == state
    assert run_table_state.of_query(_given(state.given()), None) == state


def test_a_filter_unfolds_unless_it_is_said_otherwise() -> None:
    def folded(**query: str) -> bool:
        return run_table_state.of_query(MultiDict(query), "1").folded

    assert folded()
    assert not folded(filter="metrics.a > 1")
    assert folded(filter="metrics.a > 1", nested="fold")
    assert not folded(nested="flat")


def test_the_runs_of_a_group_are_found_by_a_filter() -> None:
    team = run_columns.parse("tags.`the team`")
    state = run_table_state.of_query(MultiDict({"filter": "a OR b"}), "1")

    assert state.narrowed(team, "it's")["filter"] == (
        "(a OR b) AND tags.`the team` = 'it''s'"
    )
    assert (
        state.narrowed(team, None)["filter"] == "(a OR b) AND tags.`the team` IS NULL"
    )


@pytest.mark.parametrize(
    "text", ["=1", "+a", "-1-1", "@a", "\tx", "\rx", "-", "1e5e", "--1"]
)
def test_no_text_is_a_formula(text: str) -> None:
    assert not safe(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", ["", "-1", "+2.5", "-.5", "-1e-3", "1=1", "a"])
def test_numbers_and_other_texts_stay(text: str) -> None:
    assert safe(text) == text


def _given(query: dict[str, object]) -> MultiDict[str, str]:
    return MultiDict(run_table_state.hidden(query))
