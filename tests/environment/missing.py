"""What a test does when this machine lacks what it needs."""

from __future__ import annotations

from typing import NoReturn

import pytest


def missing(config: pytest.Config, what: str) -> NoReturn:
    """Skip the test with the reason; fail it under `--nothing-missing`.

    `scripts/test` installs everything and passes that option, so that there a
    test can't stop running unnoticed.
    """
    message = f"{what}; scripts/test installs it"
    if config.getoption("--nothing-missing"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
