"""The stock Python clients, old and new, on our bare server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.environment.peers import ReadyPeer, Release

PROGRAMS = Path(__file__).parent / "programs"

EVERYWHERE = (
    *("client_calls", "fluent_calls", "artifact_calls", "registry_calls"),
    "command_line",
)


# Each release on another database: that both answer alike is tested elsewhere.
@pytest.mark.parametrize(
    ("release", "kind", "program"),
    [
        *(("2", "postgresql", program) for program in EVERYWHERE),
        *(("3", "sqlite", program) for program in EVERYWHERE),
        ("2", "postgresql", "model_calls"),
        ("3", "sqlite", "logged_model_calls"),
    ],
)
def test_a_program_runs_as_on_the_stock_server(
    ready_peer: ReadyPeer,
    our_addresses: dict[str, str],
    tmp_path: Path,
    release: Release,
    kind: str,
    program: str,
) -> None:
    settings = {
        "MLFLOW_TRACKING_URI": our_addresses[kind],
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "GIT_PYTHON_REFRESH": "quiet",
        "HOME": str(tmp_path),
    }

    ended = ready_peer(release).run(
        PROGRAMS / f"{program}.py",
        environment={"PATH": os.environ["PATH"], **settings},
        folder=tmp_path,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
