"""What docs/differences.md says of the registry: both answers, and that they differ.

A line that is no longer true of the stock server fails here too.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cases import name_of
from tests.conformance.registry import NEW_VERSION, new_model, new_version
from tests.conformance.sides import Sides
from tests.conformance.test_differences import (
    ABSENT,
    CRASH,
    INTERNAL,
    INVALID,
    OK,
    Said,
)

MODELS = "registered-models"
VERSIONS = "model-versions"
ARCHIVING = {"version": "1", "archive_existing_versions": True}
LONG = "x" * 100_001

# "@model" is a registered model with one version, "@logged" a logged one.
LINES: list[tuple[str, str, dict[str, Any], Said, Said]] = [
    ("POST", f"{MODELS}/create", {"name": "n" * 257}, OK, INVALID),
    ("POST", f"{MODELS}/create", {"name": "d", "description": LONG}, OK, INVALID),
    ("DELETE", f"{MODELS}/delete-tag", {"key": "k" * 251}, OK, INVALID),
    ("POST", f"{MODELS}/alias", {"alias": "a\n", "version": "1"}, OK, INVALID),
    ("GET", f"{VERSIONS}/get", {"version": "9" * 30}, INTERNAL, ABSENT),
    ("GET", f"{VERSIONS}/get", {"version": "1_0"}, ABSENT, INVALID),
    (
        *("POST", f"{VERSIONS}/transition-stage"),
        *({**ARCHIVING, "stage": "Archived"}, INTERNAL, INVALID),
    ),
    (
        *("POST", f"{VERSIONS}/transition-stage"),
        *({**ARCHIVING, "stage": "None"}, INTERNAL, INVALID),
    ),
    *(
        ("POST", NEW_VERSION, {"source": source}, theirs, ours)
        for source, theirs, ours in (
            ("hdfs://host/x", INVALID, OK),
            ("viewfs://host/x", INVALID, OK),
            ("abfss://container@host/x", INVALID, OK),
            ("s3://bucket/lib/x", INVALID, OK),
            ("C:/x", OK, INVALID),
            ("s3://bucket/a\\..\\b", OK, INVALID),
            ("s3://bucket/x\n", OK, INVALID),
            ("s3://bucket/" + "x" * 500, OK, INVALID),
            ("file://host/x", INTERNAL, INVALID),
            ("models:/@encoded/1", ABSENT, OK),
            ("models:/@model/Staging", INTERNAL, ABSENT),
        )
    ),
    ("POST", NEW_VERSION, {"run_link": "x" * 501}, OK, INVALID),
    (
        *("POST", NEW_VERSION),
        *({"source": "models:/m-0", "model_id": "m-0"}, INTERNAL, ABSENT),
    ),
    (
        *("POST", NEW_VERSION),
        *({"source": "mlflow-artifacts:/x", "model_id": "m-0"}, INVALID, ABSENT),
    ),
    ("GET", f"{MODELS}/search", {"order_by": ["name", "name"]}, INTERNAL, INVALID),
    ("GET", f"{VERSIONS}/search", {"order_by": ["name", "name"]}, INTERNAL, INVALID),
    ("GET", f"{MODELS}/search", {"max_results": 0}, OK, INVALID),
    ("GET", f"{MODELS}/search", {"max_results": -1}, OK, INVALID),
    ("GET", f"{MODELS}/search", {"order_by": ["`name`"]}, INVALID, OK),
    ("GET", f"{MODELS}/search", {"filter": "tags.a IS NULL"}, CRASH, OK),
    ("GET", f"{VERSIONS}/search", {"filter": "tags.a IS NULL"}, CRASH, OK),
    ("GET", f"{VERSIONS}/search", {"filter": "(name = 'a')"}, INVALID, OK),
    (
        *("GET", f"{VERSIONS}/search"),
        *({"filter": "run_id = 'a' OR run_id = 'b'"}, INVALID, OK),
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "given", "theirs", "ours"),
    [pytest.param(*line, id=name_of(line[1:3])) for line in LINES],
)
def test_the_answers_differ_as_is_documented(
    sides: Sides,
    method: str,
    path: str,
    given: dict[str, Any],
    theirs: Said,
    ours: Said,
) -> None:
    name = new_model(sides, versions=1)
    defaults = {"name": name} | ({"source": "s3://b/x"} if path == NEW_VERSION else {})
    fields = defaults | {key: _named(value, name) for key, value in given.items()}

    answers = sides.apart(method, path, fields)

    assert [(answer.status, answer.code) for answer in answers] == [theirs, ours]


def _named(value: Any, name: str) -> Any:
    if not isinstance(value, str):
        return value
    value = value.replace("@encoded", name.replace(" ", "%20"))
    return value.replace("@model", name)


def test_a_version_says_which_logged_model_it_was_made_from(
    sides: Sides, experiment: str
) -> None:
    name, model = new_model(sides), sides.model(experiment)
    new_version(sides, name, source=f"models:/{model}", model_id=model)
    asked = {"name": name, "version": "1"}

    found = [
        side.send("GET", f"{VERSIONS}/get", asked).json()["model_version"]
        for side in (sides.peer, *sides.ours)
    ]

    assert ["model_id" in one for one in found] == [False, True, True]


def test_versions_that_are_found_come_with_their_aliases(sides: Sides) -> None:
    name = new_model(sides, versions=1)
    sides.do(f"{MODELS}/alias", name=name, alias="best", version="1")
    asked = {"filter": f"name = '{name}'"}

    for side in (sides.peer, *sides.ours):
        (version,) = side.send("GET", f"{VERSIONS}/search", asked).json()[
            "model_versions"
        ]
        (model,) = side.send("GET", f"{MODELS}/search", asked).json()[
            "registered_models"
        ]
        told = [one.get("aliases", []) for one in (version, *model["latest_versions"])]
        assert told == ([[], []] if side is sides.peer else [["best"], ["best"]])


def test_only_we_keep_a_history(sides: Sides) -> None:
    name = new_model(sides, versions=1)

    theirs, ours = sides.apart("GET", f"{MODELS}/history", {"name": name})

    assert (theirs.status, ours.status) == (404, 200)
