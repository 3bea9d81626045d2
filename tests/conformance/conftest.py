"""The stock server and ours side by side, started once for all these tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conformance.servers import stock_server
from tests.conformance.sides import Side, Sides
from tests.fixtures.api import new_session
from tests.fixtures.databases import NewStore
from tests.fixtures.sites import running_server


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark before `-m` chooses: the stock server and clients take seconds to start."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.peer)


@pytest.fixture(scope="session")
def our_addresses(
    new_store: NewStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The bare server on each database, by the database's kind."""
    with ExitStack() as running:
        found: dict[str, str] = {}
        for kind in ("sqlite", "postgresql"):
            settings = {"TRACKGATE_BACKEND_STORE_URI": new_store(kind)}
            folder = tmp_path_factory.mktemp(f"ours-{kind}")
            server = running.enter_context(running_server(folder, settings))
            found[kind] = server.address
        yield found


@pytest.fixture(scope="session")
def sides(
    peer_python: Callable[[str], Path],
    our_addresses: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sides]:
    """Everyone who is asked the same."""
    with ExitStack() as running:

        def side(name: str, address: str) -> Side:
            return Side(name, address, running.enter_context(new_session()))

        folder = tmp_path_factory.mktemp("peer")
        peer = running.enter_context(stock_server(peer_python("3"), folder))
        ours = tuple(side(f"ours, {kind}", url) for kind, url in our_addresses.items())
        yield Sides(side("the stock server", peer), ours)


@pytest.fixture(scope="session")
def experiment(sides: Sides) -> str:
    """An experiment for runs that no search looks for."""
    return sides.experiment()


@pytest.fixture
def run(sides: Sides, experiment: str) -> str:
    """A run of the test's own."""
    return sides.run(experiment)
