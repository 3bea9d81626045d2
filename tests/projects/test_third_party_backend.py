"""A backend of somebody else's: the one of docs/projects.md, installed as it stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from trackgate import MlflowException, TrackingClient
from trackgate.projects import backends

from tests.environment.peers import PROJECT
from tests.fixtures.sites import Stack

_PAGE = (PROJECT / "docs" / "projects.md").read_text(encoding="utf-8")
_SECTION = _PAGE.partition("\n## Your own backend\n")[2].partition("\n## ")[0]
# Priority (nice(2)).
_LOWEST = 19
_FILE = re.compile(r"^```\w+\n# (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^```text\n(trackgate run .*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages that pip has installed the page's distribution into."""
    source = tmp_path_factory.mktemp("source")
    for name, text in _FILE.findall(_SECTION):
        file = source / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    target = tmp_path_factory.mktemp("installed")
    offline = ["--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", *offline),
            *("--target", str(target), str(source / "polite-backend")),
        ],
        check=True,
    )
    return target


@pytest.mark.nginx
def test_it_is_chosen_by_its_name_and_runs_projects(
    installed: Path, as_ada: Stack, tmp_path: Path
) -> None:
    project = tmp_path / "a-project"
    project.mkdir()
    (project / "kind.sh").write_text('echo "run $MLFLOW_RUN_ID at $(nice)" > said')
    (project / "fail.sh").write_text("exit 3")
    (command,) = _COMMAND.findall(_SECTION)

    done = _shell(command, installed, tmp_path)
    failed = _shell(command.replace("kind.sh", "fail.sh"), installed, tmp_path)

    assert done.returncode == 0, done.stderr
    assert failed.returncode == 1
    _, run_id, _, level = (project / "said").read_text().split()
    assert int(level) == min(os.nice(0) + 15, _LOWEST)
    found = TrackingClient(as_ada.address).get_run(run_id)
    assert found.info.status == "FINISHED"
    assert found.data.tags["mlflow.project.backend"] == "polite"


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        MlflowException, match="'polite'; there are docker, kubernetes, local, ray"
    ):
        backends.load("polite")


def test_what_a_backend_lacks_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "farm-1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: farm\nVersion: 1.0\nProvides-Extra: run\n"
        'Requires-Dist: no-such-package>=2; extra == "run"\n'
    )
    (record / "entry_points.txt").write_text(
        "[trackgate.project_backends]\nfarm = farm:Farm [run]\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(MlflowException) as caught:
        backends.load("farm")

    assert str(caught.value) == (
        "The backend 'farm' needs no-such-package; install it with:"
        " pip install 'farm[run]'"
    )


def _shell(
    command: str, installed: Path, folder: Path
) -> subprocess.CompletedProcess[str]:
    paths = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": paths, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
