"""A server that goes away and comes back costs a training script nothing."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from trackgate import TrackingClient
from trackgate.settings import Settings

from tests.client.programs import Programs
from tests.environment.ports import free_port
from tests.fixtures.processes import Program


class Restartable:
    """A bare server that is stopped and started again, on the same port and data."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._port = free_port()
        self._program: Program | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        flags = ["--data-dir", str(self._data_dir), "--port", str(self._port)]
        command = [sys.executable, "-m", "trackgate_server", *flags]
        self._program = Program(command, self._data_dir / "server.log", {})
        self._program.wait_until(self._is_ready)

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()
            self._program = None

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.address}/health", timeout=5).ok
        except requests.ConnectionError:
            return False


@pytest.fixture
def restartable(tmp_path: Path) -> Iterator[Restartable]:
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o700)
    made = Restartable(data_dir)
    made.start()
    yield made
    made.stop()


def test_a_restart_in_the_midst_loses_no_point(restartable: Restartable) -> None:
    client = TrackingClient(
        restartable.address, settings=Settings(max_retries=20, backoff_factor_s=0.01)
    )
    run_id = client.create_run("0").info.run_id
    logged = threading.Event()

    def log() -> None:
        for step in range(300):
            client.log_metric(run_id, "loss", float(step), 1, step)
            time.sleep(0.005)
        logged.set()

    threading.Thread(target=log, daemon=True).start()
    time.sleep(0.3)
    restartable.stop()
    restartable.start()

    assert logged.wait(60)
    assert len(client.get_metric_history(run_id, "loss")) == 300


def test_what_one_program_could_not_send_the_next_one_sends(
    restartable: Restartable, tmp_path: Path
) -> None:
    client = TrackingClient(restartable.address)
    programs = Programs(restartable.address, tmp_path)
    variables = {"TRACKGATE_SPOOL": str(tmp_path / "spool")}
    first = programs.start(
        """
        import trackgate
        with trackgate.start_run() as run:
            print(run.info.run_id, flush=True)
            input()
            for step in range(2_500):
                trackgate.log_metric("loss", 0.5, step=step, synchronous=False)
            trackgate.log_param("p", 1, synchronous=False)
        """,
        TRACKING_MAX_RETRIES="0",
        **variables,
    )
    assert first.stdout
    run_id = first.stdout.readline().strip()
    restartable.stop()
    _, errors = first.communicate("\n", timeout=60)
    assert first.returncode == 0, errors
    assert "kept in" in errors
    restartable.start()

    second = programs.run("import trackgate; trackgate.start_run()", **variables)

    assert second.returncode == 0, second.stderr
    run = client.get_run(run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params == {"p": "1"}
    assert len(client.get_metric_history(run_id, "loss")) == 2_500
