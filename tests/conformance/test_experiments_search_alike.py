"""Search of experiments: the stock server's answers and ours."""

from __future__ import annotations

import time
from itertools import permutations
from typing import Any

import pytest

from tests.conformance.cases import cases
from tests.conformance.sides import Sides

OURS = "name LIKE 'searched%'"
NAMES = {
    "searched-a": {"t": "A"},
    "searched-B": {"t": "b"},
    "searched-c%": {"u": "x"},
    "searched-É": {"t": "ü"},
    "searched-d_": {"t": "", "k w": "1"},
    "searched-gone": {"t": "A"},
}


@pytest.fixture(scope="module")
def searched(sides: Sides) -> list[str]:
    """Six experiments made at different times, the second renamed, the last deleted."""
    made: list[str] = []
    for name, tags in NAMES.items():
        labels = [{"key": key, "value": value} for key, value in tags.items()]
        made.append(sides.experiment(name=name, tags=labels))
        time.sleep(0.005)
    sides.do("experiments/delete", experiment_id=made[-1])
    time.sleep(0.005)
    sides.do("experiments/update", experiment_id=made[1], new_name="searched-B2")
    return made


def found(sides: Sides, text: str = "", method: str = "POST", **fields: Any) -> Any:
    """Names of what everyone finds among ours, or the code of everyone's refusal."""
    both = f"{OURS} AND {text}" if text else OURS
    asked = {"max_results": 100, "filter": both, **fields}
    answer = sides.same(method, "experiments/search", asked)
    if answer.status != 200:
        return answer.code
    return [one["name"] for one in answer.body.get("experiments", [])]


FILTERS = [
    *(
        f"{name} {operator} '{value}'"
        for operator in ("=", "!=", "LIKE", "ILIKE")
        for name in ("name", "attribute.name", "tags.t", "tag.`k w`", "tags.missing")
        for value in ("A", "b", "%", "", "searched-a", "%B2", "%b2", "1")
    ),
    *(
        f"{name} {operator} {value}"
        for operator in ("=", "!=", ">", ">=", "<", "<=")
        for name in ("creation_time", "last_update_time")
        for value in ("0", "9999999999999", "-1", "0.5", "1e3", "'x'")
    ),
    *(
        f"{name} {test}"
        for name in ("tags.t", "tags.missing", "name", "creation_time")
        for test in ("IS NULL", "IS NOT NULL")
    ),
    *("experiment_id = 5", "experiment_id = 'abc'", "experiment_id > '1'"),
    *("experiment_id IN ('999999')", "experiment_id NOT IN ('999999')"),
    *("lifecycle_stage = 'active'", "artifact_location LIKE '%'", "params.x = '1'"),
    *("metrics.x = 1", "foo = 'x'", "attributes.name = 'x'", "Name = 'x'"),
    *("tags.t = 5", "name = 5", "name IN ('x')", "tags.t = 'A' AND tags.t = 'b'"),
]


@pytest.mark.parametrize("text", cases(*FILTERS))
def test_a_filter_finds_alike(sides: Sides, searched: list[str], text: str) -> None:
    found(sides, text)


@pytest.mark.parametrize("operator", ["=", "!=", "IN", "NOT IN"])
def test_ids_are_found_alike(sides: Sides, searched: list[str], operator: str) -> None:
    listed = f"('{searched[0]}', '{searched[2]}')"
    value = listed if "IN" in operator else f"'{searched[0]}'"
    found(sides, f"experiment_id {operator} {value}")


ORDERS = ["name", "experiment_id", "creation_time", "last_update_time"]


@pytest.mark.parametrize(
    "terms",
    cases(
        *([name + way] for name in ORDERS for way in ("", " ASC", " DESC", " desc")),
        *map(list, permutations(["name DESC", *ORDERS[1:]], 2)),
        *([wrong] for wrong in ("tags.t", "lifecycle_stage", "", "Name", "name,x")),
        *(["`name`"], ["attribute.name"], ["name", "name DESC"]),
    ),
)
def test_an_order_is_kept_alike(
    sides: Sides, searched: list[str], terms: list[str]
) -> None:
    found(sides, order_by=terms)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "fields",
    cases(
        *({"view_type": view} for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL", "2")),
        *({"max_results": most} for most in (1, "3", 0, -1, 50_000, 50_001, "x")),
        *({"page_token": token} for token in ("", "x", "abc=")),
        {"order_by": ["name DESC", "creation_time"]},
        {"filter": "name"},
    ),
)
def test_a_search_is_asked_for_alike(
    sides: Sides, searched: list[str], method: str, fields: dict[str, Any]
) -> None:
    found(sides, method=method, **fields)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize("order", [[], ["name"], ["last_update_time DESC", "name"]])
def test_pages_follow_each_other_alike(
    sides: Sides, searched: list[str], order: list[str], size: int, method: str
) -> None:
    asked = {"filter": OURS, "max_results": size, "view_type": "ALL", "order_by": order}

    pages = sides.pages(method, "experiments/search", asked)

    assert sum(len(page["experiments"]) for page in pages) == len(NAMES)
