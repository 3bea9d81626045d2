"""The client's methods about tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec

from trackgate import tables
from trackgate.content_calls import ContentCalls
from trackgate.entities import Run
from trackgate.errors import NotFound

if TYPE_CHECKING:
    # It ships no types.
    from pandas import DataFrame  # type: ignore[import-untyped]

# A run's tag that lists its tables, as MLflow's pages read it.
LOGGED_ARTIFACTS_TAG = "mlflow.loggedArtifacts"


class TableCalls(ContentCalls):
    """Tables of runs: grow one, read those of many runs together."""

    def log_table(
        self, run_id: str, data: Mapping[str, Any] | DataFrame, artifact_file: str
    ) -> None:
        """Log a table; what the file already has stays above it."""
        tables.check_table_name(artifact_file)
        frame = tables.as_frame(data)
        with suppress(NotFound):
            frame = tables.stacked([self._read_table(run_id, artifact_file), frame])
        with self.new_file(run_id, artifact_file) as path:
            tables.write(frame, path)
        self._note_table(run_id, artifact_file)

    def load_table(
        self,
        experiment_id: str,
        artifact_file: str,
        run_ids: list[str] | None = None,
        extra_columns: list[str] | None = None,
    ) -> DataFrame:
        """The tables of that name of an experiment's runs, one under the other.

        run_ids        only these runs
        extra_columns  columns of `search_runs` to add, such as "run_id"
        """
        tables.check_table_name(artifact_file)
        frames = [
            tables.with_columns(
                self._read_table(run.info.run_id, artifact_file),
                run,
                extra_columns or [],
            )
            for run in self._runs_with_table(experiment_id, artifact_file)
            if not run_ids or run.info.run_id in run_ids
        ]
        if not frames:
            raise NotFound(f"No run has a table named {artifact_file!r}.")
        return tables.stacked(frames)

    def _read_table(self, run_id: str, artifact_file: str) -> DataFrame:
        with TemporaryDirectory(prefix="trackgate-") as scratch:
            path = self.download_artifacts(run_id, artifact_file, scratch)
            return tables.read(Path(path))

    def _runs_with_table(self, experiment_id: str, artifact_file: str) -> Iterator[Run]:
        tagged = f"tags.`{LOGGED_ARTIFACTS_TAG}` LIKE '%table%'"
        token: str | None = None
        while True:
            page = self.search_runs([experiment_id], tagged, page_token=token)
            for run in page:
                if _has_table(run.data.tags, artifact_file):
                    yield run
            token = page.token
            if token is None:
                return

    def _note_table(self, run_id: str, artifact_file: str) -> None:
        tags = self.get_run(run_id).data.tags
        if not _has_table(tags, artifact_file):
            noted = [*_tables_in(tags), {"path": artifact_file, "type": "table"}]
            self.set_tag(run_id, LOGGED_ARTIFACTS_TAG, json.dumps(noted), True)


def _tables_in(tags: Mapping[str, str]) -> list[dict[str, str]]:
    noted = tags.get(LOGGED_ARTIFACTS_TAG, "[]")
    return msgspec.json.decode(noted, type=list[dict[str, str]])


def _has_table(tags: Mapping[str, str], artifact_file: str) -> bool:
    return {"path": artifact_file, "type": "table"} in _tables_in(tags)
