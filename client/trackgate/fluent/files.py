"""Artifacts of the active run. Where no run is active, one is started."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from trackgate.artifact_names import join
from trackgate.client import TrackingClient
from trackgate.fluent import session, stack
from trackgate.fluent.runs import current_or_new

if TYPE_CHECKING:
    # It ships no types.
    from pandas import DataFrame  # type: ignore[import-untyped]


def log_artifact(
    local_path: str | os.PathLike[str],
    artifact_path: str | None = None,
    run_id: str | None = None,
) -> None:
    """Upload a file, or a folder under its name.

    artifact_path  folder among the run's artifacts; the top, where it is missing
    """
    client, run_id = _meant(run_id)
    client.log_artifact(run_id, local_path, artifact_path)


def log_artifacts(
    local_dir: str | os.PathLike[str],
    artifact_path: str | None = None,
    run_id: str | None = None,
) -> None:
    """Upload all that is in a folder, several files at once."""
    client, run_id = _meant(run_id)
    client.log_artifacts(run_id, local_dir, artifact_path)


def log_text(text: str, artifact_file: str, run_id: str | None = None) -> None:
    """Log a text as a file in UTF-8."""
    client, run_id = _meant(run_id)
    client.log_text(run_id, text, artifact_file)


def log_dict(
    dictionary: Mapping[str, Any] | list[Any],
    artifact_file: str,
    run_id: str | None = None,
) -> None:
    """Log a dictionary as JSON, which a file named .yaml may hold too."""
    client, run_id = _meant(run_id)
    client.log_dict(run_id, dictionary, artifact_file)


def log_stream(stream: BinaryIO, artifact_file: str, run_id: str | None = None) -> None:
    """Log what a binary stream holds as a file."""
    client, run_id = _meant(run_id)
    client.log_stream(run_id, stream, artifact_file)


def log_figure(
    figure: object, artifact_file: str, *, save_kwargs: Mapping[str, Any] | None = None
) -> None:
    """Log a figure of matplotlib or plotly in the format its name ends with."""
    run = current_or_new()
    run.client.log_figure(
        run.info.run_id, figure, artifact_file, save_kwargs=save_kwargs
    )


def log_image(
    image: object,
    artifact_file: str | None = None,
    key: str | None = None,
    step: int | None = None,
    timestamp: int | None = None,
    synchronous: bool | None = False,
) -> None:
    """Log an image, an array or of PIL: as one file, or in a series under `key`."""
    run = current_or_new()
    run.client.log_image(
        run.info.run_id, image, artifact_file, key, step, timestamp, synchronous
    )


def log_table(
    data: Mapping[str, Any] | DataFrame, artifact_file: str, run_id: str | None = None
) -> None:
    """Log a table as .json or .parquet; what the file already has stays above it."""
    client, run_id = _meant(run_id)
    client.log_table(run_id, data, artifact_file)


def load_table(
    artifact_file: str,
    run_ids: list[str] | None = None,
    extra_columns: list[str] | None = None,
) -> DataFrame:
    """The tables of that name of the experiment's runs, one under the other."""
    return session.client().load_table(
        session.experiment_id(), artifact_file, run_ids, extra_columns
    )


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """The URI of the active run's artifacts, or of one of them."""
    root = current_or_new().info.artifact_uri
    return f"{root}/{join(artifact_path)}" if artifact_path else root


def _meant(run_id: str | None) -> tuple[TrackingClient, str]:
    """The run that a call is about, and the client to reach it with."""
    if run_id is None:
        run = current_or_new()
        return run.client, run.info.run_id
    active = stack.top()
    return active.client if active else session.client(), run_id
