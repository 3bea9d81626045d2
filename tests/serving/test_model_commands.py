"""`trackgate models predict`, `prepare-env` and `generate-dockerfile`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from trackgate.cli import main

_ROWS = b'{"inputs": [[1.0], [2.0]], "params": {"say": 7}}'


def _command(*words: str, body: bytes = b"", **variables: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "trackgate", "models", *words],
        input=body,
        env={**os.environ, **variables},
        capture_output=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_standard_input_is_predicted_to_standard_output(obedient_model: Path) -> None:
    code, said, _ = _command("predict", "-m", str(obedient_model), body=_ROWS)

    assert code == 0
    assert json.loads(said) == {"predictions": [7, 7]}


def test_a_file_is_predicted_to_a_file(obedient_model: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a\n1\n2\n3\n")
    files = ["-i", str(tmp_path / "rows.csv"), "-o", str(tmp_path / "answer.json")]

    code, said, _ = _command("predict", "-m", str(obedient_model), "-t", "csv", *files)

    assert (code, said) == (0, "")
    answer = json.loads((tmp_path / "answer.json").read_text())
    assert answer == {"predictions": [1, 1, 1]}


def test_wrong_input_ends_the_command_with_one_line(obedient_model: Path) -> None:
    body = b'{"inputs": [["one"]]}'

    code, said, error = _command("predict", "-m", str(obedient_model), body=body)

    assert (code, said) == (1, "")
    assert error == (
        "Error: Column 'a' is of the type 'double'; row 0 has 'one'.\n"
    )  # fmt: skip


@pytest.fixture
def packed_model(obedient_model: Path, tmp_path: Path) -> Path:
    """The obedient model, which says what it needs."""
    folder = tmp_path / "packed"
    folder.mkdir()
    (folder / "code").mkdir()
    for name in ("MLmodel", "code/obedient.py"):
        (folder / name).write_bytes((obedient_model / name).read_bytes())
    (folder / "requirements.txt").write_text("toolz==1.0.0\n")
    version = "{}.{}.0".format(*sys.version_info[:2])
    (folder / "python_env.yaml").write_text(f"python: {version}\n")
    return folder


def test_a_dockerfile_has_the_model_its_packages_and_no_root(
    packed_model: Path, tmp_path: Path
) -> None:
    target = tmp_path / "image"
    words = ["models", "generate-dockerfile", "-m", str(packed_model), "-d"]

    done = CliRunner().invoke(main, [*words, str(target)])

    assert done.exit_code == 0, done.output
    text = (target / "Dockerfile").read_text()
    minor = "{}.{}".format(*sys.version_info[:2])
    assert f"ARG BASE_IMAGE=python:{minor}-slim\n" in text
    assert "USER model" in text
    assert "HEALTHCHECK" in text
    assert "curl" not in text
    assert (target / "model" / "MLmodel").is_file()
    assert (target / "model" / "requirements.txt").is_file()
    for line in text.splitlines():
        if line.startswith("COPY "):
            assert (target / line.split()[1]).is_dir(), line


def test_a_dockerfile_may_begin_with_another_image(
    packed_model: Path, tmp_path: Path
) -> None:
    words = ["models", "generate-dockerfile", "-m", str(packed_model)]
    target = str(tmp_path / "image")

    CliRunner().invoke(main, [*words, "-d", target, "--base-image", "debian:x"])
    again = CliRunner().invoke(main, [*words, "-d", target])

    text = (tmp_path / "image" / "Dockerfile").read_text()
    assert "ARG BASE_IMAGE=debian:x\n" in text
    assert again.exit_code == 1
    assert "not empty" in again.output


def test_without_an_engine_an_image_is_not_built_and_it_says_so(
    packed_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    done = CliRunner().invoke(
        main, ["models", "build-docker", "-m", str(packed_model), "-n", "x"]
    )

    assert done.exit_code == 1
    assert "`docker`" in done.output


def test_without_conda_its_environments_are_not_built_and_it_says_so(
    packed_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.delenv("CONDA_EXE", raising=False)
    (packed_model / "conda.yaml").write_text("dependencies: [python=3.11]\n")
    monkeypatch.setenv("TRACKGATE_ENVIRONMENTS", str(tmp_path / "environments"))
    words = ["models", "prepare-env", "-m", str(packed_model), "--env-manager", "conda"]

    done = CliRunner().invoke(main, words)

    assert done.exit_code == 1
    assert "`conda`" in done.output


@pytest.mark.slow
def test_a_models_own_environment_is_built_once_and_used(
    packed_model: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "environments"
    settings = {"TRACKGATE_ENVIRONMENTS": str(cache), "TRACKING_PASSWORD": "geheim"}
    model = ["-m", str(packed_model), "--env-manager", "virtualenv"]
    (packed_model / "code" / "obedient.py").write_text(
        "import os, toolz\n"
        "class Model:\n"
        "    def predict(self, data, params=None):\n"
        "        return [toolz.__version__, os.environ.get('TRACKING_PASSWORD')]\n"
        "def _load_pyfunc(path):\n"
        "    return Model()\n"
    )

    code, interpreter, error = _command("prepare-env", *model, **settings)
    assert code == 0, error
    answer = _command("predict", *model, body=_ROWS, **settings)

    assert Path(interpreter.strip()).is_relative_to(cache)
    assert cache.stat().st_mode & 0o777 == 0o700
    assert json.loads(answer[1]) == {"predictions": ["1.0.0", None]}
    assert "Building" in error
    assert "Building" not in answer[2]


@pytest.mark.slow
def test_a_half_made_environment_is_built_again(
    packed_model: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "environments"
    settings = {"TRACKGATE_ENVIRONMENTS": str(cache)}
    (packed_model / "requirements.txt").write_text("no-such-thing @ file:///nowhere\n")
    model = ["-m", str(packed_model)]

    failed = _command("prepare-env", *model, **settings)
    left = [one.name for one in cache.iterdir() if one.is_dir()]
    (lock,) = cache.iterdir()
    (cache / lock.stem).mkdir()
    again = _command("prepare-env", *model, **settings)

    assert failed[0] == again[0] == 1
    assert left == []
    assert "not finished" in again[2]
