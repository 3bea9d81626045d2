"""Models that runs made: `runs:/RUN/NAME` may mean a logged model of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackgate.artifact_names import split_folder
from trackgate.entities import LoggedModel, Run
from trackgate.errors import NotFound

if TYPE_CHECKING:
    from trackgate.client import TrackingClient


def find(client: TrackingClient, run: Run, name: str) -> LoggedModel | None:
    """The logged model of that name that a run made; None where it made none.

    Of several the one of the highest step counts, and of those the newest.
    """
    steps = {made.model_id: made.step for made in run.outputs.model_outputs}
    found = [one for one in _made_by(client, run) if one.name == name]
    return max(
        found,
        key=lambda one: (steps.get(one.model_id, 0), one.creation_timestamp),
        default=None,
    )


def has_artifact(client: TrackingClient, run_id: str, path: str) -> bool:
    """Whether there is a file or a folder at `path` among a run's artifacts."""
    if client.list_artifacts(run_id, path):
        return True
    return path in _paths_beside(client, run_id, path)


def nothing_at(client: TrackingClient, run: Run, path: str) -> NotFound:
    """The error to raise where a run has nothing at `path`; it says what there is."""
    run_id = run.info.run_id
    models = [one.name for one in _made_by(client, run)]
    return NotFound(
        f"The run {run_id} has no artifact {path!r} and made no model of that name."
        f" Artifacts there: {_listed(_paths_beside(client, run_id, path))}. Models it"
        f" made: {_listed(models)}."
    )


def _paths_beside(client: TrackingClient, run_id: str, path: str) -> list[str]:
    folder, _ = split_folder(path)
    return [one.path for one in client.list_artifacts(run_id, folder or None)]


def _made_by(client: TrackingClient, run: Run) -> list[LoggedModel]:
    where, own = [run.info.experiment_id], f"source_run_id = '{run.info.run_id}'"
    found: list[LoggedModel] = []
    page = client.search_logged_models(where, own)
    found.extend(page)
    while page.token:
        page = client.search_logged_models(where, own, page_token=page.token)
        found.extend(page)
    return found


def _listed(names: list[str]) -> str:
    return ", ".join(repr(one) for one in sorted(set(names))) or "none"
