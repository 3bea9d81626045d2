"""Earlier runs of steps: found by what they depended on, and taken instead of new ones.

What makes a step be taken from an earlier run are tags of that run. Whoever may log to
the experiment may set them, as they may log anything else there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trackgate import artifact_names, values
from trackgate.client import TrackingClient
from trackgate.entities import Run, RunStatus
from trackgate.run_calls import PARENT_TAG

STEP_TAG = "trackgate.step"
FINGERPRINT_TAG = "trackgate.step.fingerprint"
# The run that a step was taken from.
TAKEN_FROM_TAG = "trackgate.step.taken_from"
_NOTE_TAG = "mlflow.note.content"
# The newest; where one has lost its files, one before it may still have them.
_MOST_LOOKED_AT = 5


def find(
    client: TrackingClient, experiment_id: str, fingerprint: str, outputs: Iterable[str]
) -> Run | None:
    """The newest run of the experiment with that fingerprint that has its outputs."""
    clauses = (
        f"tags.`{FINGERPRINT_TAG}` = '{fingerprint}'",
        f"attributes.status = '{RunStatus.FINISHED}'",
    )
    found = client.search_runs(
        [experiment_id], " AND ".join(clauses), max_results=_MOST_LOOKED_AT
    )
    wanted = list(outputs)
    for run in found:
        if not missing(client, run.info.run_id, wanted):
            return run
    return None


def missing(client: TrackingClient, run_id: str, outputs: Iterable[str]) -> list[str]:
    """Those outputs that a run has not logged."""
    return [path for path in outputs if not _has(client, run_id, path)]


def record(
    client: TrackingClient, earlier: Run, tags: Mapping[str, str], name: str
) -> Run:
    """Make a run that stands for the earlier one, with its parameters and metrics."""
    earlier_id = earlier.info.run_id
    note = f"Nothing of this step has changed: it is the run [{name}]({earlier_id})."
    made = client.create_run(
        earlier.info.experiment_id,
        tags={**tags, TAKEN_FROM_TAG: earlier_id, _NOTE_TAG: note},
        run_name=name,
    )
    run_id = made.info.run_id
    client.log_batch(
        run_id,
        metrics=[values.metric(key, one) for key, one in earlier.data.metrics.items()],
        params=[values.param(key, one) for key, one in earlier.data.params.items()],
        synchronous=True,
    )
    client.set_terminated(run_id)
    return made


def step_tags(step: str, parent_id: str) -> dict[str, str]:
    """What the run of a step says in any case."""
    return {STEP_TAG: step, PARENT_TAG: parent_id}


def _has(client: TrackingClient, run_id: str, path: str) -> bool:
    folder, _ = artifact_names.split_folder(path)
    return any(one.path == path for one in client.list_artifacts(run_id, folder))
