"""A kernel, and a person who is logged in to a real stack."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import trackgate

from tests.fixtures.sites import PASSWORDS, Stack
from tests.notebooks.kernels import Kernel, running_kernel


def environment(stack: Stack) -> dict[str, str]:
    """Where the server is, and who asks."""
    return {
        "TRACKING_URI": stack.address,
        "TRACKING_USERNAME": "ada",
        "TRACKING_PASSWORD": PASSWORDS["ada"],
    }


@pytest.fixture(scope="session")
def kernel(stack: Stack) -> Iterator[Kernel]:
    """A kernel that has loaded the extension and speaks to the stack."""
    with running_kernel(environment(stack)) as started:
        started.run("import trackgate\n%load_ext trackgate")
        yield started


@pytest.fixture
def ada(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """This process is ada's; the id of a fresh experiment of hers."""
    for name, value in environment(stack).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "")
    yield trackgate.set_experiment(f"experiment {uuid.uuid4()}").experiment_id
    while trackgate.active_run():
        trackgate.end_run()
