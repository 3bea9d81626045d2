"""A registry of many models: what a page costs does not grow with them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from trackgate_server.http.app import start_services
from trackgate_server.identity import LOCAL
from trackgate_server.operations.scope import Scope, Services
from trackgate_server.operations.serving import OPERATIONS
from trackgate_server.settings import Settings
from trackgate_server.store import migrate
from trackgate_server.store.database import open_database
from trackgate_server.store.transaction import Transaction
from trackgate_wire.endpoint import Endpoint, Message
from trackgate_wire.model_versions import SEARCH_MODEL_VERSIONS, SearchModelVersions
from trackgate_wire.registered_models import (
    GET_LATEST_VERSIONS,
    GET_REGISTERED_MODEL,
    SEARCH_REGISTERED_MODELS,
    GetLatestVersions,
    RegisteredModelRef,
    SearchRegisteredModels,
)

from tests.fixtures.databases import KINDS, NewStore
from tests.scenarios.registry_population import VERSIONS, fill, name_of

MODELS = 300


@dataclass
class Counted:
    """The driver's connection, with a count of what is sent through it."""

    driver: Any
    statements: int = 0

    def execute(self, *given: Any, **options: Any) -> Any:
        self.statements += 1
        return self.driver.execute(*given, **options)


@dataclass(frozen=True)
class Registry:
    """The operations on a registry that is full."""

    services: Services

    def ask(self, endpoint: Endpoint[Any, Any], request: Message) -> tuple[Any, int]:
        """The answer, and how many statements it took."""

        def job(db: Transaction) -> tuple[Any, int]:
            counted = Counted(db.driver)
            own = Transaction(db.connection, counted, db.kind)
            scope = Scope(self.services, LOCAL, "", 0, own)
            with counting(self.services.database.engine) as built:
                answer = OPERATIONS[endpoint].function(scope, request)
            return answer, counted.statements + len(built)

        return self.services.database.read(job)


@contextmanager
def counting(engine: Any) -> Generator[list[str]]:
    """Statements built with SQLAlchemy meanwhile."""
    seen: list[str] = []

    def note(*given: Any) -> None:
        seen.append(given[2])

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(scope="module", params=KINDS)
def registry(
    request: pytest.FixtureRequest,
    new_store: NewStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Registry]:
    home: Path = tmp_path_factory.mktemp("registry")
    uri = new_store(request.param)
    database = open_database(uri)
    migrate.upgrade(database)
    database.write(lambda db: fill(db, MODELS))
    database.close()
    settings = Settings(data_dir=home, backend_store_uri=uri, socket="in-process")
    services = start_services(settings)
    yield Registry(services)
    services.database.close()


@pytest.mark.parametrize("size", [1, 10, 100])
def test_a_page_of_models_takes_five_statements(registry: Registry, size: int) -> None:
    asked = SearchRegisteredModels(max_results=size, filter="tags.team LIKE '%'")

    page, statements = registry.ask(SEARCH_REGISTERED_MODELS, asked)

    assert len(page.registered_models) == size
    assert all(len(one.latest_versions) == 3 for one in page.registered_models)
    assert statements == 5


@pytest.mark.parametrize("size", [1, 100, MODELS * VERSIONS])
def test_a_page_of_versions_takes_three_statements(
    registry: Registry, size: int
) -> None:
    asked = SearchModelVersions(max_results=size)

    page, statements = registry.ask(SEARCH_MODEL_VERSIONS, asked)

    assert len(page.model_versions) == size
    assert statements == 3


def test_a_model_takes_five_statements_however_many_versions_it_has(
    registry: Registry,
) -> None:
    ref = RegisteredModelRef(name_of(7))
    _, statements = registry.ask(GET_REGISTERED_MODEL, ref)
    asked = GetLatestVersions(name=name_of(7))
    latest, of_latest = registry.ask(GET_LATEST_VERSIONS, asked)

    assert (statements, of_latest) == (5, 4)
    assert [one.version for one in latest.model_versions] == ["18", "19", "20"]


def test_the_pages_behind_each_other_hold_every_model_once(registry: Registry) -> None:
    seen: list[str] = []
    token: str | None = None
    while True:
        asked = SearchRegisteredModels(max_results=70, page_token=token)
        page, _ = registry.ask(SEARCH_REGISTERED_MODELS, asked)
        seen += [one.name for one in page.registered_models]
        token = page.next_page_token
        if token is None:
            break

    assert seen == [name_of(number) for number in range(1, MODELS + 1)]


def test_the_pages_behind_each_other_hold_every_version_once(
    registry: Registry,
) -> None:
    seen: list[tuple[int, str]] = []
    token: str | None = None
    while True:
        asked = SearchModelVersions(max_results=1_999, page_token=token)
        page, _ = registry.ask(SEARCH_MODEL_VERSIONS, asked)
        seen += [(one.last_updated_timestamp, one.name) for one in page.model_versions]
        token = page.next_page_token
        if token is None:
            break

    assert len(set(seen)) == len(seen) == MODELS * VERSIONS
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tags.team = 'vision'", MODELS * VERSIONS // 10),
        ("tags.team = 'nobody'", 0),
        ("tags.team LIKE 'v%'", MODELS * VERSIONS // 10),
        ("run_id = 'run-7-7'", 1),
        (f"name = '{name_of(7)}'", VERSIONS),
        ("name = 'model 0007' AND version_number > 18", 2),
        ("source_path LIKE 's3://models/7/%'", VERSIONS),
    ],
)
def test_a_filter_finds_what_there_is(
    registry: Registry, text: str, found: int
) -> None:
    page, statements = registry.ask(
        SEARCH_MODEL_VERSIONS, SearchModelVersions(filter=text)
    )

    assert len(page.model_versions) == found
    assert statements == (3 if found else 1)


@pytest.mark.parametrize("operator", ["=", "LIKE"])
@pytest.mark.parametrize("word", ["AND", "OR"])
def test_a_filter_of_a_hundred_comparisons_is_answered(
    registry: Registry, operator: str, word: str
) -> None:
    """PostgreSQL alone took minutes where it might choose an order among them."""
    text = f" {word} ".join([f"tags.team {operator} 'vision'"] * 100)
    asked = SearchRegisteredModels(filter=text)

    page, _ = registry.ask(SEARCH_REGISTERED_MODELS, asked)

    assert len(page.registered_models) == MODELS // 10
