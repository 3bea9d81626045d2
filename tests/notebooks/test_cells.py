"""`%%trackgate run NAME` in a real kernel, against the stack behind Nginx."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbclient.exceptions import CellExecutionError
from trackgate import TrackingClient
from trackgate.entities import Run

from tests.notebooks.kernels import Kernel


def test_a_cell_becomes_a_run_and_shows_itself(
    kernel: Kernel, ada: str, tmp_path: Path
) -> None:
    _choose(kernel, ada)
    kernel.run("depth = 3")
    cell = "trackgate.log_param('depth', depth)\nfound = depth + 1\nfound"

    outputs = kernel.run(f"%%trackgate run tree of {{depth}}\n{cell}")

    run = _only_run(ada)
    assert run.info.run_name == "tree of 3"
    assert run.info.status == "FINISHED"
    assert run.data.params == {"depth": "3"}
    assert run.data.tags["mlflow.source.type"] == "NOTEBOOK"
    kept = TrackingClient().download_artifacts(run.info.run_id, "cell.py", tmp_path)
    assert Path(kept).read_text().strip() == cell
    value, shown = outputs
    assert value["data"]["text/plain"] == "4"
    assert f"/runs/{run.info.run_id}" in shown["data"]["text/html"]
    assert kernel.run("found")[0]["data"]["text/plain"] == "4"


def test_a_cell_that_raises_is_a_failed_run_and_stops_the_notebook(
    kernel: Kernel, ada: str
) -> None:
    _choose(kernel, ada)

    with pytest.raises(CellExecutionError) as failure:
        kernel.run("%%trackgate run broken\nboom = 0\n1 / boom")

    assert failure.value.ename == "ZeroDivisionError"
    assert "1 / boom" in str(failure.value)
    assert "cells.py" not in str(failure.value)
    assert _only_run(ada).info.status == "FAILED"
    assert kernel.run("trackgate.active_run() is None")[0]["data"] == {
        "text/plain": "True"
    }


def test_an_interrupted_cell_is_a_killed_run(kernel: Kernel, ada: str) -> None:
    _choose(kernel, ada)

    with pytest.raises(CellExecutionError):
        kernel.run(
            "%%trackgate run\nimport os, signal\nos.kill(os.getpid(), signal.SIGINT)"
        )

    assert _only_run(ada).info.status == "KILLED"


def test_cells_are_nested_in_the_run_that_is_active(kernel: Kernel, ada: str) -> None:
    _choose(kernel, ada)
    kernel.run("outer = trackgate.start_run(run_name='outer')")

    kernel.run("%%trackgate run 'inner'\n%time trackgate.log_metric('loss', 1)")
    kernel.run("trackgate.end_run()")

    inner, outer = _runs(ada)
    assert (inner.info.run_name, outer.info.run_name) == ("inner", "outer")
    assert inner.data.tags["mlflow.parentRunId"] == outer.info.run_id
    assert inner.data.metrics == {"loss": 1.0}


def test_a_semicolon_at_the_end_hides_the_value(kernel: Kernel, ada: str) -> None:
    _choose(kernel, ada)

    outputs = kernel.run("%%trackgate run quiet\n40 + 2;")

    assert [one["output_type"] for one in outputs] == ["display_data"]


def test_another_word_than_run_is_refused_in_one_line(kernel: Kernel, ada: str) -> None:
    _choose(kernel, ada)

    with pytest.raises(CellExecutionError, match=r"%%trackgate run \[NAME\]"):
        kernel.run("%%trackgate walk\n1")

    assert _runs(ada) == []


def test_what_stands_last_in_a_cell_shows_itself_as_a_table(
    kernel: Kernel, ada: str
) -> None:
    _choose(kernel, ada)
    kernel.run("with trackgate.start_run() as run:\n    trackgate.log_metric('a', 1)")

    assert f"/experiments/{ada}" in kernel.html(f"trackgate.get_experiment('{ada}')")
    assert "<table>" in kernel.html("run")


def test_the_extension_is_unloaded(kernel: Kernel, ada: str) -> None:
    kernel.run("%unload_ext trackgate")
    try:
        with pytest.raises(CellExecutionError, match="trackgate"):
            kernel.run("%%trackgate run\n1")
    finally:
        kernel.run("%load_ext trackgate")


def _choose(kernel: Kernel, experiment_id: str) -> None:
    kernel.run(f"trackgate.set_experiment(experiment_id='{experiment_id}')")


def _runs(experiment_id: str) -> list[Run]:
    return list(TrackingClient().search_runs([experiment_id]))


def _only_run(experiment_id: str) -> Run:
    (run,) = _runs(experiment_id)
    return run
