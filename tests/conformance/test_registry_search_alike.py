"""Searches of the registry: the stock server's answers and ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cases import cases
from tests.conformance.registry import new_version
from tests.conformance.sides import Sides

MODELS = "registered-models/search"
VERSIONS = "model-versions/search"
STEM = "shelf"
MINE = f"name LIKE '{STEM}%'"
PROMPT = [{"key": "mlflow.prompt.is_prompt", "value": "true"}]


@pytest.fixture(scope="module")
def shelf(sides: Sides) -> Sides:
    """Five models, versions of three of them, and a prompt."""
    for letter, team in (
        ("B", "nlp"),
        ("a", "x"),
        ("b", "nlp"),
        ("c", ""),
        ("d", None),
    ):
        tags = [{"key": "team", "value": team}] if team is not None else []
        name = f"{STEM} {letter}"
        sides.do("registered-models/create", name=name, tags=tags)
    for letter, run, source in (
        ("a", "run-1", "s3://bucket/a/1"),
        ("b", "run-2", "s3://bucket/b/1"),
        ("a", "", "s3://Bucket/a/2"),
        ("B", "run-1", "gs://bucket/B/1"),
        ("b", "run-1", "gs://bucket/b/2"),
    ):
        tags = [{"key": "note", "value": f"of {letter}"}]
        given = {"run_id": run, "source": source, "tags": tags}
        new_version(sides, f"{STEM} {letter}", **given)
    sides.do("registered-models/create", name=f"{STEM} prompt", tags=PROMPT)
    new_version(sides, f"{STEM} prompt", source="dummy-source", tags=PROMPT)
    return sides


@pytest.mark.parametrize(
    "text",
    cases(
        *("name = 'shelf a'", "name != 'shelf a'", "name LIKE '%B'", "name ILIKE '%B'"),
        *("name IN ('shelf a', 'shelf c')", "name NOT IN ('shelf a')"),
        *("attribute.name = 'shelf a'", "tags.team = 'nlp'", "tag.team != 'nlp'"),
        *("tags.team LIKE 'n%'", "tags.team ILIKE 'N_P'", "tags.`team` = ''"),
        *('tags."team" = "nlp"', "tags.nobody = 'x'", "tags.team = 'nlp' "),
        "tags.team = 'nlp' AND tags.team != 'x'",
        "tags.mlflow.prompt.is_prompt = 'true'",
        "tags.`mlflow.prompt.is_prompt` != 'false'",
        "tags.`mlflow.prompt.is_prompt` = 'false'",
        "tags.`mlflow.prompt.is_prompt` != 'true' AND tags.team = 'nlp'",
    ),
)
def test_models_are_found_alike(shelf: Sides, text: str) -> None:
    asked = {"filter": f"{MINE} AND {text}"}

    assert shelf.same("GET", MODELS, asked).status == 200


@pytest.mark.parametrize(
    "text",
    cases(
        *("foo = 'x'", "creation_timestamp > 1", "name > 'a'", "name = 1", "name = x"),
        *("tags.team IN ('x')", "name IN ()", "name IN 'x'", "attributes.name = 'x'"),
        *("name", "name =", "= 'x'", "name == 'x'", "NOT name = 'x'", "  "),
        *("params.x = 'y'", "metrics.x > 1", "registered_model.name = 'x'"),
        *("run_id = 'x'", "name BETWEEN 'a' AND 'b'", "tags.team > 'a'", "name = 'x"),
    ),
)
def test_a_wrong_filter_of_models_is_refused_alike(shelf: Sides, text: str) -> None:
    answer = shelf.same("GET", MODELS, {"filter": text})

    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    "order",
    cases(
        [], ["name"], ["name ASC"], ["name DESC"], ["name desc"], ["foo"], ["name x"]
    ),
)
def test_models_are_ordered_alike(shelf: Sides, order: list[str]) -> None:
    shelf.same("GET", MODELS, {"filter": MINE, "order_by": order})


@pytest.mark.parametrize(
    "order",
    cases(
        *([key] for key in ("timestamp", "last_updated_timestamp", "TIMESTAMP")),
        *([key] for key in ("creation_timestamp", "attribute.name", "", "name ASC x")),
    ),
)
def test_an_order_of_models_is_read_alike(shelf: Sides, order: list[str]) -> None:
    # Of the same millisecond here may be what is not there.
    asked = {"filter": f"{MINE} AND name LIKE '%a'", "order_by": order}

    shelf.same("GET", MODELS, asked)


@pytest.mark.parametrize(
    "text",
    cases(
        *("name = 'shelf a'", "name IN ('shelf a', 'shelf b')", "name ILIKE '%B'"),
        *("name NOT IN ('shelf a')", "attribute.name = 'shelf b'", "run_id = 'run-1'"),
        *("run_id != 'run-1'", "run_id IN ('run-1', 'run-2')", "run_id = ''"),
        *("run_id NOT IN ('run-1')", "run_id LIKE 'run%'", "run_id ILIKE 'RUN-1'"),
        *("version_number = 1", "version_number = '1'", "version_number != 1"),
        *("version_number > 1", "version_number >= 1", "version_number < 2"),
        *("version_number <= '2'", "attribute.version_number = 2"),
        *("source_path = 'gs://bucket/b/2'", "source_path LIKE 's3://b%'"),
        *("source_path ILIKE 'S3://B%'", "source_path != 's3://bucket/a/1'"),
        *("tags.note = 'of a'", "tags.note != 'of a'", "tag.note LIKE 'of%'"),
        *("tags.note ILIKE 'OF B'", "tags.nobody = 'x'", "tags.`note` = 'of b'"),
        "run_id = 'run-1' AND version_number = 1 AND tags.note = 'of a'",
        "tags.`mlflow.prompt.is_prompt` = 'true'",
        "tags.`mlflow.prompt.is_prompt` = 'false'",
    ),
)
def test_versions_are_found_alike(shelf: Sides, text: str) -> None:
    asked = {"filter": f"{MINE} AND {text}", "order_by": ["name", "version_number"]}

    assert shelf.same("GET", VERSIONS, asked).status == 200


@pytest.mark.parametrize(
    "text",
    cases(
        *(
            "foo = 'x'",
            "current_stage = 'None'",
            "creation_timestamp > 1",
            "aliases = 'x'",
        ),
        *("version_number = 1.5", "version_number = 'x'", "version_number LIKE '1'"),
        *("version_number IN (1)", "version_number IN ('1')", "run_id > 'a'"),
        *("source_path IN ('x')", "source_path > 'x'", "source = 'x'", "run_id = 5"),
        *("tags.note IN ('x')", "params.x = 'y'", "name = x", "  ", "version = '1'"),
        *("attributes.name = 'x'", "name == 'x'", "model_id = 'x'", "name = 'x"),
    ),
)
def test_a_wrong_filter_of_versions_is_refused_alike(shelf: Sides, text: str) -> None:
    answer = shelf.same("GET", VERSIONS, {"filter": text})

    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    "order",
    cases(
        *(["name"], ["name DESC"], ["version_number"], ["version_number DESC"]),
        *(["name", "version_number"], ["version_number asc", "name desc"]),
        *(["attribute.name", "attribute.version_number DESC"], ["`name`"]),
        *(["foo"], ["run_id"], ["timestamp"], ["name x"], [""], ["current_stage"]),
    ),
)
def test_versions_are_ordered_alike(shelf: Sides, order: list[str]) -> None:
    shelf.same("GET", VERSIONS, {"filter": MINE, "order_by": order})


@pytest.mark.parametrize("order", cases([], ["creation_timestamp DESC", "name"]))
def test_the_newest_versions_come_first_alike(sides: Sides, order: list[str]) -> None:
    name = f"newest {len(order)}"
    sides.do("registered-models/create", name=name)
    for _ in range(3):
        new_version(sides, name)

    asked = {"filter": f"name = '{name}'", "order_by": order}
    found = sides.same("GET", VERSIONS, asked).body["model_versions"]

    assert [one["version"] for one in found] == ["3", "2", "1"]


@pytest.mark.parametrize("size", cases(1, 2, 3, 100))
@pytest.mark.parametrize("path", [MODELS, VERSIONS])
def test_pages_are_alike(shelf: Sides, path: str, size: int) -> None:
    pages = shelf.pages(
        "GET", path, {"filter": MINE, "max_results": size, "order_by": ["name"]}
    )

    assert sum(len(next(iter(page.values()))) for page in pages) == 5


@pytest.mark.parametrize("size", cases(1, 1_000, 1_001, "x", 1.5, ""))
def test_a_size_of_a_page_of_models_is_read_alike(shelf: Sides, size: Any) -> None:
    shelf.same("GET", MODELS, {"filter": MINE, "max_results": size})


@pytest.mark.parametrize("size", cases(1, 200_000, 200_001, 0, -1, "x", 1.5))
def test_a_size_of_a_page_of_versions_is_read_alike(shelf: Sides, size: Any) -> None:
    asked = {"filter": MINE, "max_results": size, "order_by": ["name"]}

    shelf.same("GET", VERSIONS, asked)


@pytest.mark.parametrize("path", [MODELS, VERSIONS])
def test_a_wrong_token_is_refused_alike(shelf: Sides, path: str) -> None:
    answer = shelf.same("GET", path, {"page_token": "x"})

    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
