"""Options and markers of all tests; their fixtures come from the plug-ins below."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")

pytest_plugins = [
    "tests.environment.docker_engine",
    "tests.environment.peers",
    "tests.environment.postgres",
    "tests.environment.s3",
    "tests.environment.sharing_out",
    "tests.fixtures.databases",
    "tests.fixtures.setups",
    "tests.fixtures.sites",
]

# A test that asks for one of these fixtures, itself or through another, is marked.
MARKS = {
    "postgres_server": pytest.mark.postgres,
    "mortal_postgres": pytest.mark.postgres,
    "peer_python": pytest.mark.peer,
    "stack": pytest.mark.nginx,
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--nothing-missing",
        action="store_true",
        help="fail instead of skip where this machine lacks what a test needs",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark before `-m` chooses."""
    for item in items:
        for name in getattr(item, "fixturenames", ()):
            if name in MARKS:
                item.add_marker(MARKS[name])
