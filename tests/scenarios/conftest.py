"""What a scenario starts from: an experiment and a run that nobody else touches."""

from __future__ import annotations

import pytest

from tests.fixtures.api import Api
from tests.scenarios.acts import new_experiment, new_run


@pytest.fixture
def experiment(api: Api) -> str:
    """A new experiment's id."""
    return new_experiment(api)


@pytest.fixture
def run(api: Api, experiment: str) -> str:
    """A new run's id."""
    return new_run(api, experiment)
