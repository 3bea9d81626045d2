"""`trackgate run`: somebody's experiment by one command, recorded as it was run."""

from __future__ import annotations

import inspect
import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import trackgate
from click.testing import CliRunner, Result
from trackgate import TrackingClient
from trackgate.cli import main
from trackgate.entities import Run
from trackgate.errors import ExecutionException, InvalidParameterValue

from tests.fixtures.sites import PASSWORDS, Stack
from tests.projects.conftest import FIXTURES
from tests.projects.git_site import commit, git, serving

pytestmark = [pytest.mark.nginx, pytest.mark.usefixtures("as_ada")]

_MLPROJECT = """
name: small
entry_points:
  main:
    parameters:
      depth: {type: int, default: 2}
      text: {default: ""}
    command: "python main.py {depth} {text}"
  cat:
    parameters: {data: path}
    command: "cat {data}"
"""
_MAIN = "import sys; print(sys.argv[1:])"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A project that needs nothing but Python."""
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "MLproject").write_text(_MLPROJECT)
    (folder / "main.py").write_text(_MAIN)
    return folder


@pytest.fixture
def experiment() -> str:
    """The name of an experiment that does not exist yet."""
    return f"projects {uuid.uuid4()}"


@pytest.fixture
def client() -> TrackingClient:
    return TrackingClient()


@pytest.fixture
def fluent(experiment: str) -> Iterator[str]:
    """Fluent calls log to a fresh experiment; its id."""
    yield trackgate.set_experiment(experiment).experiment_id
    while trackgate.active_run():
        trackgate.end_run()


def run(*words: str | Path, code: int = 0) -> Result:
    """Run a project with the Python that there is."""
    given = ["run", *map(str, words), "--env-manager", "local"]
    result = CliRunner().invoke(main, given)
    assert result.exit_code == code, result.output
    return result


def runs_of(experiment: str) -> list[Run]:
    """The runs of an experiment, the newest first; none where it does not exist."""
    client = TrackingClient()
    found = client.get_experiment_by_name(experiment)
    return [] if found is None else client.search_runs([found.experiment_id])


def only_run(experiment: str) -> Run:
    (found,) = runs_of(experiment)
    return found


def output_of(run: Run) -> str:
    return trackgate.artifacts.load_text(f"runs:/{run.info.run_id}/output.log")


def start(*words: str | Path) -> subprocess.Popen[str]:
    """The command as a process of its own, which hears Ctrl-C."""
    command = [sys.executable, "-m", "trackgate", "run", *map(str, words)]
    return subprocess.Popen(
        ["env", "--default-signal", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.usefixtures("kept_environments")
def test_the_articles_project_runs_with_its_own_client(
    as_ada: Stack, experiment: str
) -> None:
    words = (FIXTURES / "article", "-P", "tree_depth=3")

    done = start(*words, "--experiment-name", experiment)

    output, errors = done.communicate(timeout=300)
    assert done.returncode == 0, output + errors
    assert "trained a tree of depth 3" in output
    found = only_run(experiment)
    assert found.info.status == "FINISHED"
    assert found.info.user_id == "ada"
    assert found.data.params == {"tree_depth": "3"}
    assert set(found.data.metrics) == {"accuracy", "precision", "recall"}
    assert found.data.metrics["accuracy"] > 0.9
    assert found.data.tags["mlflow.user"] == "ada"
    assert found.data.tags["mlflow.source.type"] == "PROJECT"
    assert found.data.tags["mlflow.source.name"].endswith("fixtures/article")
    assert found.data.tags["mlflow.project.entryPoint"] == "main"
    assert found.data.tags["mlflow.project.backend"] == "local"
    assert found.data.tags["mlflow.project.env"] == "virtualenv"
    assert "trained a tree of depth 3" in output_of(found)
    assert PASSWORDS["ada"] not in output + errors + output_of(found)


@pytest.mark.slow
@pytest.mark.usefixtures("kept_environments")
def test_the_articles_project_runs_from_a_folder_of_a_branch(
    tmp_path: Path, experiment: str
) -> None:
    texts = {
        f"sub__folder__{file.stem}_{file.suffix[1:]}": file.read_text()
        for file in (FIXTURES / "article").iterdir()
        if file.suffix
    }
    project = (FIXTURES / "article" / "MLproject").read_text()
    commit(tmp_path / "work", **texts)
    (tmp_path / "work" / "sub" / "folder" / "MLproject").write_text(project)
    wanted = commit(tmp_path / "work")
    git(tmp_path / "work", "branch", "deep")
    commit(tmp_path / "work", sub__folder__main_py="raise SystemExit('too new')")
    git(tmp_path, "clone", "--quiet", "--bare", "work", "repo.git")

    done = start(
        *(f"{tmp_path}/repo.git#sub/folder", "-v", "deep", "-P", "tree_depth=4"),
        *("--experiment-name", experiment),
    )

    output, errors = done.communicate(timeout=300)
    assert done.returncode == 0, output + errors
    found = only_run(experiment)
    assert found.info.status == "FINISHED"
    assert found.data.params == {"tree_depth": "4"}
    uri = (tmp_path / "repo.git").as_uri()
    assert found.data.tags["mlflow.source.name"] == f"{uri}#sub/folder"
    assert found.data.tags["mlflow.source.git.commit"] == wanted
    assert found.data.tags["mlflow.source.git.branch"] == "deep"
    assert found.data.tags["mlflow.source.git.repoURL"] == uri


def test_what_is_run_is_recorded(small: Path, experiment: str) -> None:
    text = 'it\'s $(touch evil) "all"'

    words = ("-P", "depth=3", "-P", f"text={text}", "-P", "more=a b")
    run(small, *words, "--experiment-name", experiment, "--run-name", "first")

    found = only_run(experiment)
    assert found.info.run_name == "first"
    assert found.data.params == {"depth": "3", "text": text, "more": "a b"}
    assert output_of(found) == f"{['3', text, '--more', 'a b']}\n"
    assert not (small / "evil").exists()


def test_a_commit_runs_as_it_was_and_its_number_is_recorded(
    tmp_path: Path, small: Path, experiment: str
) -> None:
    wanted = commit(small)
    commit(small, main_py="raise SystemExit('too new')")

    run(small, "-v", wanted[:10], "--experiment-name", experiment)

    found = only_run(experiment)
    assert found.info.status == "FINISHED"
    assert found.data.tags["mlflow.source.git.commit"] == wanted
    assert "mlflow.source.git.branch" not in found.data.tags
    assert found.data.tags["mlflow.source.name"] == small.as_uri()
    assert output_of(found) == "['2', '']\n"


def test_nothing_of_a_password_in_an_address_is_recorded(
    small: Path, experiment: str
) -> None:
    commit(small)
    with serving(small.parent) as site:
        uri = site.url("small/.git", "ada:a%3Asecret%2Fof%20her%40own@")
        words = ("-P", "link=https://ada:her-secret@host/a")
        done = run(uri, *words, "--experiment-name", experiment)

    found = only_run(experiment)
    assert found.data.tags["mlflow.source.git.repoURL"] == site.url("small/.git")
    assert found.data.params["link"] == "https://host/a"
    recorded = json.dumps(found.to_dictionary()) + done.stderr
    assert "secret" not in recorded


@pytest.mark.parametrize(
    ("name", "text", "output"),
    [
        ("script.py", "import sys; print(sys.argv)", "['script.py', '--a', '1']\n"),
        ("script.sh", 'echo "$@"', "--a 1\n"),
    ],
)
def test_a_folder_without_a_file_runs_its_scripts(
    tmp_path: Path, experiment: str, name: str, text: str, output: str
) -> None:
    (tmp_path / name).write_text(text)

    words = ("-e", name, "-P", "a=1", "--experiment-name", experiment)
    run(tmp_path, *words)

    found = only_run(experiment)
    assert found.data.tags["mlflow.project.entryPoint"] == name
    assert output_of(found) == output


def test_a_run_that_there_is_may_record_it(
    client: TrackingClient, small: Path, fluent: str
) -> None:
    made = client.create_run(fluent, tags={"own": "tag"})

    run(small, "--run-id", made.info.run_id, "--run-name", "again")

    found = client.get_run(made.info.run_id)
    assert (found.info.status, found.info.run_name) == ("FINISHED", "again")
    assert found.data.params == {"depth": "2", "text": ""}
    assert found.data.tags["own"] == "tag"
    assert found.data.tags["mlflow.project.entryPoint"] == "main"


def test_what_a_path_names_is_downloaded_before(
    client: TrackingClient, small: Path, tmp_path: Path, fluent: str, experiment: str
) -> None:
    made = client.create_run(fluent)
    client.log_text(made.info.run_id, "from the store", "data.csv")
    uri = f"runs:/{made.info.run_id}/data.csv"
    storage = tmp_path / "storage"

    words = ("--experiment-id", fluent, "--storage-dir", storage)
    run(small, "-e", "cat", "-P", f"data={uri}", *words)

    found, _ = runs_of(experiment)
    assert output_of(found) == "from the store"
    assert found.data.params == {"data": uri}
    (file,) = storage.rglob("data.csv")
    assert file.parent.name == "param_0"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (
            ["-P", "depth=deep"],
            "field 'parameters.depth': 'deep' is not a whole number",
        ),
        (["-e", "none"], "has no entry point 'none'"),
        (
            ["-e", "cat"],
            "entry point 'cat', field 'parameters.data': no value is given",
        ),
        (["-b", "none"], "No backend is called 'none'"),
        (["-v", "main"], "is in no Git repository"),
        (["-c", "none.json"], "'none.json' cannot be read"),
    ],
)
def test_what_cannot_run_is_said_in_one_line_before_anything_is_made(
    small: Path, experiment: str, words: list[str], complaint: str
) -> None:
    done = run(small, *words, "--experiment-name", experiment, code=1)

    (line,) = done.stderr.splitlines()
    assert complaint in line
    assert TrackingClient().get_experiment_by_name(experiment) is None


@pytest.mark.parametrize(
    "words",
    [["-P", "depth"], ["-P", "=1"], ["-P", "a=1", "-P", "a=1"], ["-c", "{"]],
    ids=" ".join,
)
def test_options_that_are_none_are_refused(small: Path, words: list[str]) -> None:
    run(small, *words, code=2)


def test_a_program_that_fails_is_a_run_that_has_failed(
    small: Path, experiment: str
) -> None:
    (small / "main.py").write_text("raise SystemExit('no data')")

    done = run(small, "--experiment-name", experiment, code=1)

    found = only_run(experiment)
    assert found.info.status == "FAILED"
    assert f"{found.info.run_id} has ended as FAILED" in done.stderr
    assert output_of(found) == "no data\n"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_an_interruption_reaches_the_program_and_its_run(
    small: Path, experiment: str, number: signal.Signals, code: int
) -> None:
    (small / "main.py").write_text(
        "import signal, time\n"
        "try:\n"
        "    signal.signal(signal.SIGTERM, signal.default_int_handler)\n"
        "    print('begun', flush=True)\n"
        "    time.sleep(60)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    words = ("--env-manager", "local", "--experiment-name", experiment)
    process = start(small, *words)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"

    process.send_signal(number)

    _, errors = process.communicate(timeout=30)
    assert process.returncode == code, errors
    found = only_run(experiment)
    assert found.info.status == "KILLED"
    assert output_of(found) == "begun\ninterrupted\n"


def test_name_and_password_are_in_the_environment_and_in_no_argument(
    small: Path, experiment: str
) -> None:
    (small / "main.py").write_text(
        "import os, pathlib\n"
        "names = [n for n in os.environ if n.endswith('TRACKING_PASSWORD')]\n"
        "print(*sorted(names), os.environ['MLFLOW_RUN_ID'])\n"
        "secret = os.environ['MLFLOW_TRACKING_PASSWORD'].encode()\n"
        "arguments = []\n"
        "for file in pathlib.Path('/proc').glob('[0-9]*/cmdline'):\n"
        "    try:\n"
        "        arguments += file.read_bytes().split(bytes(1))\n"
        "    except OSError:\n"
        "        pass\n"
        "print([one for one in arguments if secret in one])\n"
    )

    done = run(small, "--experiment-name", experiment)

    found = only_run(experiment)
    names = "MLFLOW_TRACKING_PASSWORD TRACKING_PASSWORD"
    assert output_of(found) == f"{names} {found.info.run_id}\n[]\n"
    assert PASSWORDS["ada"] not in json.dumps(found.to_dictionary()) + done.output


def test_a_project_may_run_projects_inside_of_its_run(
    small: Path, fluent: str, experiment: str
) -> None:
    with trackgate.start_run() as outer:
        submitted = trackgate.run(small, env_manager="local")

    assert submitted.get_status() == "FINISHED"
    inner = trackgate.get_run(submitted.run_id)
    assert inner.data.tags["mlflow.parentRunId"] == outer.info.run_id
    assert inner.info.experiment_id == fluent


def test_a_run_that_is_not_waited_for_goes_on_beside(
    small: Path, experiment: str, tmp_path: Path
) -> None:
    (small / "main.py").write_text(
        "import pathlib, sys, time\n"
        "while not pathlib.Path(sys.argv[2]).exists():\n"
        "    time.sleep(0.02)\n"
    )
    go = tmp_path / "go"

    submitted = trackgate.projects.run(
        str(small),
        parameters={"text": go},
        experiment_name=experiment,
        synchronous=False,
        env_manager="local",
    )

    assert submitted.get_status() == "RUNNING"
    assert only_run(experiment).info.status == "RUNNING"
    go.touch()
    assert submitted.wait()
    assert only_run(experiment).info.status == "FINISHED"


def test_a_failure_is_an_exception_for_callers(small: Path, fluent: str) -> None:
    (small / "main.py").write_text("raise SystemExit(3)")

    with pytest.raises(ExecutionException, match="has ended as FAILED"):
        trackgate.projects.run(str(small), env_manager="local")
    with pytest.raises(InvalidParameterValue, match="either an experiment's name"):
        trackgate.projects.run(str(small), experiment_name="a", experiment_id="1")


def test_the_function_takes_what_mlflows_takes() -> None:
    """Those of 3.x, in its order; `build_image` may be None, and more may follow."""
    found = inspect.signature(trackgate.projects.run).parameters.values()

    defaults = {"entry_point": "main", "backend": "local", "synchronous": True}
    names = (
        *("uri", "entry_point", "version", "parameters", "docker_args"),
        *("experiment_name", "experiment_id", "backend", "backend_config"),
        *("storage_dir", "synchronous", "run_id", "run_name", "env_manager"),
        *("build_image", "docker_auth"),
    )
    assert [(one.name, one.default) for one in found][: len(names)] == [
        (name, inspect.Parameter.empty if name == "uri" else defaults.get(name))
        for name in names
    ]


def test_without_its_extra_the_command_says_what_to_install(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)

    done = run(small, code=1)

    assert "pip install 'trackgate[projects]'" in done.stderr


def test_a_program_may_end_before_the_runs_that_it_has_begun(
    small: Path, experiment: str, tmp_path: Path
) -> None:
    """What was fetched and downloaded for them stays as long, and no longer."""
    commit(small, main_py="import time; time.sleep(0.3); import late", late_py="")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    program = (
        "import sys, trackgate\n"
        "trackgate.projects.run(sys.argv[1], version='trunk', synchronous=False,"
        " experiment_name=sys.argv[2], env_manager='local')\n"
    )

    subprocess.run(
        [sys.executable, "-c", program, str(small), experiment],
        env={**os.environ, "TMPDIR": str(scratch)},
        check=True,
        capture_output=True,
    )

    assert only_run(experiment).info.status == "FINISHED"
    assert not list(scratch.iterdir())
