"""Registered models: the stock server's answers and ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cases import cases
from tests.conformance.registry import new_model, new_version, seen
from tests.conformance.sides import Sides

LONG = "v" * 100_000
TAG = {"key": "a", "value": "1"}
NAMES = ("", "  ", "a/b", "a:b", ".", "..", "..a")
# What each call on one model is sent, beside the model's name.
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "get": ("GET", {}),
    "update": ("PATCH", {"description": "d"}),
    "rename": ("POST", {"new_name": "another name"}),
    "delete": ("DELETE", {}),
    "get-latest-versions": ("POST", {}),
    "set-tag": ("POST", {"key": "k", "value": "v"}),
    "delete-tag": ("DELETE", {"key": "k"}),
}


@pytest.mark.parametrize(
    "given",
    cases(
        {},
        *({"description": text} for text in (None, "", "d", "é ☃", "d" * 5_000)),
        *({"tags": tags} for tags in (None, [], [TAG], [TAG, TAG], [{"key": "a"}])),
        {"tags": [{"key": "k" * 250, "value": LONG}]},
        {"tags": [{"key": "a b:c-d_e.f/é", "value": "☃"}]},
        {"unknown": 5},
    ),
)
def test_a_model_is_made_alike(sides: Sides, given: dict[str, Any]) -> None:
    name = new_model(sides, **given)

    assert seen(sides, name)["name"] == name


@pytest.mark.parametrize(
    "name", cases("é ☃ 日本", "a%b+c", "a.b", "x\ny", "'\"`\\", "🎉")
)
def test_any_letters_name_a_model_alike(sides: Sides, name: str) -> None:
    sides.do("registered-models/create", name=name)

    assert seen(sides, name)["name"] == name
    assert sides.same("POST", "registered-models/create", {"name": name}).code == (
        "RESOURCE_ALREADY_EXISTS"
    )


@pytest.mark.parametrize(
    "given",
    cases(
        {},
        {"name": "n1", "tags": "x"},
        {"name": "n2", "tags": [{"value": "x"}]},
        {"name": "n3", "tags": [{"key": "", "value": "x"}]},
        {"name": "n4", "tags": [{"key": "../x", "value": "x"}]},
        {"name": "n5", "tags": [{"key": "k" * 251, "value": "x"}]},
        {"name": "n6", "tags": [{"key": "k", "value": LONG + "v"}]},
        {"name": "n7", "description": 5},
    ),
)
def test_a_wrong_model_is_refused_alike(sides: Sides, given: dict[str, Any]) -> None:
    answer = sides.same("POST", "registered-models/create", given)

    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("name", cases(*NAMES, None, 5, ["a"], {}))
def test_a_model_of_a_wrong_name_is_refused_alike(sides: Sides, name: Any) -> None:
    answer = sides.same("POST", "registered-models/create", {"name": name})

    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("call", CALLS)
def test_a_call_on_no_model_is_refused_alike(sides: Sides, call: str) -> None:
    method, fields = CALLS[call]

    for name in (*NAMES, None, "nobody"):
        sent = {**fields, "name": name}
        answer = sides.same(method, f"registered-models/{call}", sent)
        assert answer.status in (400, 404)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_answers_alike(sides: Sides, call: str) -> None:
    method, fields = CALLS[call]
    name = new_model(sides, versions=1, tags=[TAG], description="old")

    sent = {**fields, "name": name}
    if call == "rename":
        sent["new_name"] = f"{name} again"
    answer = sides.same(method, f"registered-models/{call}", sent)

    assert answer.status == 200
    again = sides.same("GET", "registered-models/get", {"name": name})
    assert (again.status == 200) is (call not in ("rename", "delete"))


@pytest.mark.parametrize(
    "description", cases(None, "", "d", "é ☃", 5, ["d"], "d" * 5_000)
)
def test_a_description_changes_alike(sides: Sides, description: Any) -> None:
    name = new_model(sides, description="old")

    sent = {"name": name, "description": description}
    sides.same("PATCH", "registered-models/update", sent)

    seen(sides, name)


@pytest.mark.parametrize(
    "new_name", cases(None, "", " ", 5, "a/b", "a:b", "..", "{name}", "{taken}")
)
def test_a_model_is_renamed_alike(sides: Sides, new_name: Any) -> None:
    name, taken = new_model(sides, versions=1), new_model(sides)

    if isinstance(new_name, str):
        new_name = new_name.format(name=name, taken=taken)
    sent = {"name": name, "new_name": new_name}
    sides.same("POST", "registered-models/rename", sent)

    seen(sides, name)


def test_a_rename_takes_everything_along_alike(sides: Sides) -> None:
    name = new_model(sides, versions=2, tags=[TAG])
    alias = {"name": name, "alias": "best", "version": "1"}
    sides.do("registered-models/alias", **alias)

    sides.do("registered-models/rename", name=name, new_name=f"{name}!")

    assert seen(sides, f"{name}!")["aliases"] == [{"alias": "best", "version": "1"}]
    assert new_version(sides, f"{name}!")["version"] == "3"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("k", value) for value in (None, "", "v", LONG, LONG + "v", 5, ["v"])),
        *((key, "v") for key in (None, "", "a b/c", "a%", "/a", "a/", "k" * 250)),
        *((key, "v") for key in ("é", 5, ".", "a//b", "a\nb")),
    ],
    ids=lambda one: repr(one)[:20],
)
def test_a_tag_is_set_and_removed_alike(sides: Sides, key: Any, value: Any) -> None:
    name = new_model(sides)
    sent = {"name": name, "key": key}

    sides.same("POST", "registered-models/set-tag", {**sent, "value": value})
    seen(sides, name)
    for _ in range(2):
        sides.same("DELETE", "registered-models/delete-tag", sent)

    assert "tags" not in seen(sides, name)


def test_a_deleted_model_is_made_again_alike(sides: Sides) -> None:
    name = new_model(sides, versions=2, tags=[TAG])

    sent = {"name": name}
    assert sides.same("DELETE", "registered-models/delete", sent).status == 200
    assert sides.same("DELETE", "registered-models/delete", sent).status == 404
    sides.do("registered-models/create", name=name)

    assert new_version(sides, name)["version"] == "1"
    assert "tags" not in seen(sides, name)
