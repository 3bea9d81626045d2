"""A disk that is full refuses clearly, loses nothing, and is used again when freed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from trackgate_wire.errors import TemporarilyUnavailable, TrackgateError
from trackgate_wire.metrics import (
    GET_METRIC_HISTORY,
    LOG_METRIC,
    GetMetricHistory,
    LogMetric,
)
from trackgate_wire.runs import CREATE_RUN, LOG_BATCH, CreateRun, LogBatch, Metric

from tests.fixtures.api import Api
from tests.fixtures.sites import running_server

pytestmark = pytest.mark.slow

_BATCH = 500


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount") or "mount"
    command = [mount, "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_database_disk_loses_nothing_and_recovers(
    tmp_path: Path, small_disk: Path
) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(5 * 1024**2))
    settings = {"TRACKGATE_BACKEND_STORE_URI": f"sqlite:///{small_disk}/tracking.db"}
    with running_server(tmp_path, settings) as server:
        api = server.client()
        run_id = api.call(CREATE_RUN, CreateRun()).run.info.run_id

        answered, refusal = _log_until_refused(api, run_id)

        assert isinstance(refusal, TemporarilyUnavailable)
        assert "nothing was stored" in refusal.message
        assert _steps(api, run_id) == set(range(answered * _BATCH))
        filler.unlink()
        point = LogMetric(run_id=run_id, key="loss", value=1, timestamp=1, step=10**9)
        api.call(LOG_METRIC, point)
        assert _steps(api, run_id) == {*range(answered * _BATCH), 10**9}


def _log_until_refused(api: Api, run_id: str) -> tuple[int, TrackgateError]:
    """How many batches were answered with 200, and what came then."""
    for number in range(1_000):
        first = number * _BATCH
        points = [
            Metric("loss", step * 0.1, step, step)
            for step in range(first, first + _BATCH)
        ]
        try:
            api.call(LOG_BATCH, LogBatch(run_id=run_id, metrics=points))
        except TrackgateError as error:
            return number, error
    raise AssertionError("the disk was never full")


def _steps(api: Api, run_id: str) -> set[int]:
    asked = GetMetricHistory(run_id=run_id, metric_key="loss")
    return {point.step for point in api.call(GET_METRIC_HISTORY, asked).metrics}
