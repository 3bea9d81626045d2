"""The runs that are active: a stack for each thread, and all of them together."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackgate.fluent.active_run import ActiveRun


class _Stack(threading.local):
    def __init__(self) -> None:
        self.runs: list[ActiveRun] = []
        self.last_id: str | None = None


_here = _Stack()
# In the order they were started, whatever their thread.
_everywhere: dict[str, ActiveRun] = {}


def push(run: ActiveRun) -> None:
    """Make a run the active one of this thread."""
    _here.runs.append(run)
    _everywhere[run.info.run_id] = run


def pop() -> ActiveRun | None:
    """Take the active run off this thread's stack; None where there is none."""
    if not _here.runs:
        return None
    run = _here.runs.pop()
    _everywhere.pop(run.info.run_id, None)
    _here.last_id = run.info.run_id
    return run


def top() -> ActiveRun | None:
    """The active run of this thread."""
    return _here.runs[-1] if _here.runs else None


def has(run_id: str) -> bool:
    """Whether a run is on this thread's stack."""
    return any(run.info.run_id == run_id for run in _here.runs)


def last_id() -> str | None:
    """Id of the run that this thread ended last."""
    return _here.last_id


def take_all() -> list[ActiveRun]:
    """Empty every stack of what this process started; the newest run comes first."""
    taken = [run for run in _everywhere.values() if run.is_ours]
    _everywhere.clear()
    _here.runs.clear()
    return taken[::-1]


def is_empty() -> bool:
    """Whether no run is active in any thread."""
    return not _everywhere
