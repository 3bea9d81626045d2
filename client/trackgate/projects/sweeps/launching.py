"""Starts the children of a sweep.

The project is fetched once for all of them, and its environment is built for the first.
"""

from __future__ import annotations

from trackgate.projects.beginning import Place, begin, submit
from trackgate.projects.submitted import SubmittedRun
from trackgate.projects.sweeps.plans import Plan
from trackgate.projects.sweeps.trials import Trial
from trackgate.run_calls import PARENT_TAG


def start(plan: Plan, trial: Trial) -> SubmittedRun:
    """Make a run in the sweep's own and hand it to the backend.

    Raises what the backend raises; the run has ended then.
    """
    parent = plan.parent.info
    place = Place(
        experiment_id=parent.experiment_id,
        run_name=f"{parent.run_name} {trial.number + 1}",
        tags={**trial.tags(), PARENT_TAG: parent.run_id},
    )
    return submit(plan.order, begin(plan.order, plan.entry_point, trial.point, place))
