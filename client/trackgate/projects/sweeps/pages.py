"""Where a sweep is looked at: its children as lines across parallel coordinates."""

from __future__ import annotations

from urllib.parse import urlencode

from trackgate.client import TrackingClient
from trackgate.entities import Run
from trackgate.projects.sweeps.definition import Definition
from trackgate.projects.sweeps.space import Space
from trackgate.run_calls import PARENT_TAG

# On the parent.
COMPARE_TAG = "trackgate.sweep.compare"
NOTE_TAG = "mlflow.note.content"
# The plot has room for so many axes (docs/pages.md, "Plots").
_MOST_AXES = 12


def comparison(client: TrackingClient, parent: Run, space: Space, metric: str) -> str:
    """The address that compares all children but those that were killed: an axis for
    each parameter that varies, then the metric, which gives the colours."""
    axes = [f"params.{name}" for name in space.varied[: _MOST_AXES - 1]]
    query: list[tuple[str, str]] = [
        ("experiment", parent.info.experiment_id),
        ("filter", _children(parent)),
        *(("axis", one) for one in [*axes, f"metrics.{metric}"]),
        ("colour", f"metrics.{metric}"),
    ]
    return f"{_root(client)}/compare?{urlencode(query)}#parallel"


def run_page(client: TrackingClient, run: Run) -> str:
    """The address of a run's page."""
    return f"{_root(client)}/runs/{run.info.run_id}"


def note(client: TrackingClient, parent: Run, space: Space, made: Definition) -> str:
    """What the parent's description says, in Markdown: where to look."""
    project = made.uri.replace("`", "'")
    down = "DESC" if made.goal == "maximize" else "ASC"
    query = [
        ("filter", _children(parent)),
        ("order", f"metrics.`{made.metric}` {down}"),
    ]
    path = f"/experiments/{parent.info.experiment_id}?{urlencode(query)}"
    return (
        f"A sweep of `{project}`:"
        f" [its runs, the best first]({_root(client)}{path}), and [all in parallel"
        f" coordinates]({comparison(client, parent, space, made.metric)})."
    )


def _children(parent: Run) -> str:
    """A filter of those that were not killed."""
    clause = f"tags.`{PARENT_TAG}` = '{parent.info.run_id}'"
    return f"{clause} AND attributes.status != 'KILLED'"


def _root(client: TrackingClient) -> str:
    return client.tracking_uri.rstrip("/")
