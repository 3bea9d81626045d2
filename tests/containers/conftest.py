"""The stacks that the tests of containers share.

Each lives no longer than the file that uses it.
"""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.containers.stacks import Stack
from tests.environment.ports import free_port

# Known to the engine from one session to the next, so that little is built again.
_TAG = "test"

NewStack = Callable[..., Stack]


@pytest.fixture(scope="session")
def postgres_image(engine: None) -> str:
    """PostgreSQL as an image, from where packages come from."""
    image = "trackgate-test-postgres"
    folder = Path(__file__).parent / "postgres"
    command = ["docker", "build", "--quiet", "--tag", image, str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return image


@pytest.fixture(scope="module")
def new_stack(
    engine: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewStack]:
    """Prepares stacks from copies of the project; removed after the file."""
    prepared: list[Stack] = []

    def prepare(**settings: str) -> Stack:
        name = f"tg-{secrets.token_hex(4)}"
        own = {
            "COMPOSE_PROJECT_NAME": name,
            "TRACKGATE_TAG": _TAG,
            "PORT": str(free_port()),
        }
        stack = Stack.prepare(tmp_path_factory.mktemp(name), own | settings)
        prepared.append(stack)
        return stack

    # What this shell says about Compose is not meant for tests.
    for variable in ("COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "PUBLIC_URL"):
        os.environ.pop(variable, None)
    yield prepare
    for stack in prepared:
        stack.remove()


@pytest.fixture(scope="module")
def stack(new_stack: NewStack) -> Stack:
    """One server with SQLite, as `docker compose up --wait` starts it, with ada."""
    started = new_stack()
    started.start()
    started.add_user("ada", "correct horse of ada")
    return started


@pytest.fixture(scope="module")
def postgres_stack(new_stack: NewStack, postgres_image: str) -> Stack:
    """Three servers on PostgreSQL."""
    started = new_stack(
        COMPOSE_FILE="compose.yaml:compose.postgres.yaml",
        POSTGRES_IMAGE=postgres_image,
        SERVERS="3",
    )
    started.start()
    return started
