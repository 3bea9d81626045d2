"""Lists of requests as test cases with readable names."""

from __future__ import annotations

from typing import Any

import pytest

LONGEST_NAME = 60


def cases(*values: Any) -> list[Any]:
    """Each value as a parameter of its own, named after what it holds."""
    return [pytest.param(value, id=name_of(value)) for value in values]


def name_of(value: Any) -> str:
    """A name for a test case, cut where it is long."""
    name = repr(value).replace(" ", "").replace("'", "").encode("unicode_escape")
    return name.decode()[:LONGEST_NAME]
