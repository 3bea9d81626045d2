"""References to what an earlier step has logged: `steps:/STEP/PATH`.

As `runs:/RUN_ID/PATH`, which they become, with a step where the run is not known yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_SCHEME = "steps:/"


class Reference(NamedTuple):
    """What one step has logged and another one uses.

    path  of a file or folder among the artifacts of the step's run
    """

    step: str
    path: str


def parse(value: str) -> Reference | None:
    """The reference that a parameter's value is; None for any other text."""
    if not value.startswith(_SCHEME):
        return None
    step, _, path = value.removeprefix(_SCHEME).lstrip("/").partition("/")
    return Reference(step, path.strip("/"))


def steps_in(values: Mapping[str, str]) -> set[str]:
    """The steps whose outputs some values are."""
    found = map(parse, values.values())
    return {reference.step for reference in found if reference}


def resolved(values: Mapping[str, str], runs: Mapping[str, str]) -> dict[str, str]:
    """Values with each reference as the URI of what it names.

    runs  ids of the runs that have the steps' outputs, by step
    """
    return {name: _resolved(value, runs) for name, value in values.items()}


def _resolved(value: str, runs: Mapping[str, str]) -> str:
    reference = parse(value)
    if reference is None:
        return value
    return f"runs:/{runs[reference.step]}/{reference.path}"
