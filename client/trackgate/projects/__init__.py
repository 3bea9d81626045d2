"""Projects: run a packaged experiment by one command, and record it.

The conventions are MLflow's ("MLflow Projects"), so projects written for it run here
unchanged. Nothing here is loaded before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackgate.lazily import loader as _loader

if TYPE_CHECKING:
    from trackgate.errors import ExecutionException
    from trackgate.projects.running import run
    from trackgate.projects.submitted import SubmittedRun
    from trackgate.projects.sweeps.sweeping import sweep
    from trackgate.projects.sweeps.working import SweepResult

__all__ = ["ExecutionException", "SubmittedRun", "SweepResult", "run", "sweep"]

_HOMES = {
    "running": ("ExecutionException", "run"),
    "submitted": ("SubmittedRun",),
    "sweeps.sweeping": ("sweep",),
    "sweeps.working": ("SweepResult",),
}
__getattr__ = _loader(__name__, _HOMES)
