"""Backends: where a project's programs run.

Each is an entry point of the group `trackgate.project_backends`, ours as well as
others': a class that takes no arguments and has the one method of `Backend`.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Protocol

from trackgate import extras
from trackgate.errors import InvalidParameterValue, InvalidState
from trackgate.projects.jobs import Job
from trackgate.projects.submitted import SubmittedRun

_GROUP = "trackgate.project_backends"


class Backend(Protocol):
    """Starts the jobs that it is given."""

    def submit(self, job: Job) -> SubmittedRun:
        """Start a job and return at once, without waiting for its end.

        The run is made already; the backend sees to it that its status is set when
        the program has ended. Raises InvalidParameterValue where the job's options,
        or the project, are none of its own.
        """
        ...


def load(name: str) -> Backend:
    """The backend of that name.

    Raises InvalidParameterValue naming those there are, and InvalidState saying what
    to install for it.
    """
    points = _offered()
    if name not in points:
        known = ", ".join(sorted(points))
        raise InvalidParameterValue(
            f"No backend is called {name!r}; there are {known}."
        )
    complaint = extras.complaint(points[name], f"The backend {name!r}")
    if complaint:
        raise InvalidState(complaint)
    backend: Backend = points[name].load()()
    return backend


def _offered() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=_GROUP)}
