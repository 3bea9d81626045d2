"""Environments of projects: what goes into them, and when they are built."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from trackgate.errors import InvalidParameterValue, InvalidState
from trackgate.projects import environments
from trackgate.projects.environments import Prepared, needs
from trackgate.projects.environments.choosing import manager_for
from trackgate.projects.jobs import EnvironmentManager
from trackgate.projects.specification import (
    CondaEnvironment,
    DockerEnvironment,
    Environment,
    Project,
    PythonEnvironment,
)

PYTHON = PythonEnvironment(Path("python_env.yaml"))
CONDA = CondaEnvironment(Path("conda.yaml"))
NOTHING = PythonEnvironment()
# Stands for conda, which cannot run here: no channel can be reached.
_CONDA = """#!/bin/sh
[ "$1 $2 $4 $6" = "env create -p -f" ] || exit 2
mkdir -p "$5/bin" "$5/etc/conda/activate.d"
cp "$7" "$5/conda.yaml"
echo 'export ACTIVATED="$CONDA_PREFIX"' > "$5/etc/conda/activate.d/here.sh"
"""


@pytest.fixture(autouse=True)
def no_conda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONDA_EXE", raising=False)


@pytest.fixture
def with_conda(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "programs" / "conda"
    program.parent.mkdir()
    program.write_text(_CONDA)
    program.chmod(0o755)
    monkeypatch.setenv("CONDA_EXE", str(program))


class Folder:
    """A project's folder, and the environments that it gets."""

    def __init__(self, root: Path) -> None:
        self.path = root / "project"
        self.path.mkdir()
        self.cache = root / "environments"

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.write_text(text)
        return file

    def package(self, name: str) -> None:
        """Put a package with that one module into it."""
        info = f"{name}-1.0.dist-info"
        with zipfile.ZipFile(self.path / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}.py", "")
            wheel.writestr(f"{info}/METADATA", f"Name: {name}\nVersion: 1.0\n")
            wheel.writestr(
                f"{info}/WHEEL",
                "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            wheel.writestr(f"{info}/RECORD", "")

    def ensure(
        self, environment: Environment, manager: EnvironmentManager | None = None
    ) -> Prepared:
        return environments.ensure(Project(self.path, environment), manager, self.cache)

    def run(self, prepared: Prepared, command: str) -> str:
        """What a shell's command prints in an environment."""
        done = subprocess.run(
            prepared.shell(command),
            env=prepared.over(os.environ),
            cwd=self.path,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def built(self) -> set[str]:
        return {one.name for one in self.cache.iterdir() if one.is_dir()}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_python_env_says_version_tools_and_packages(folder: Folder) -> None:
    file = folder.write(
        "python_env.yaml",
        'python: "3.9"\nbuild_dependencies: [pip==24]\ndependencies: [a, -r more.txt]',
    )

    assert needs.of_python_env(file, folder.path) == needs.Needs(
        folder.path, "3.9", ("pip==24",), ("a", "-r more.txt")
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("python: 3.10", '`python` must be a text, such as "3.11", not 3.1.'),
        ("dependencies: numpy", "`dependencies` must be a list of texts, not 'numpy'."),
        ("build_dependencies: [1]", "`build_dependencies` must be a list of texts"),
        ("- numpy", "has no fields"),
        ("a: [", "is not YAML"),
    ],
)
def test_errors_in_a_python_env_name_file_and_field(
    folder: Folder, text: str, complaint: str
) -> None:
    file = folder.write("python_env.yaml", text)

    with pytest.raises(InvalidParameterValue) as refused:
        needs.of_python_env(file, folder.path)

    assert str(file) in refused.value.message
    assert complaint in refused.value.message


def test_of_a_conda_file_a_virtual_environment_has_python_tools_and_the_pip_part(
    folder: Folder,
) -> None:
    file = folder.write(
        "conda.yaml",
        "dependencies: [python=3.9, conda-forge::pip<=24, setuptools=70, wheel,"
        " cudatoolkit=11.8, {pip: [a==1, b]}]",
    )

    assert needs.of_conda(file) == needs.Needs(
        folder.path,
        "3.9",
        ("pip<=24", "setuptools==70.*", "wheel"),
        ("a==1", "b"),
        ("cudatoolkit=11.8",),
    )


@pytest.mark.parametrize(
    ("asked", "version"),
    [("python", None), ("python>=3.8", None), ("python>=3.99", "3.99"),
     ("python==3.9.1", "3.9.1"), ("python<3.12", None), ("python =3.12", "3.12")],
)  # fmt: skip
def test_a_range_that_has_this_python_asks_for_no_other(
    folder: Folder, asked: str, version: str | None
) -> None:
    file = folder.write("conda.yaml", f'dependencies: ["{asked}"]')

    assert needs.of_conda(file).python == version


@pytest.mark.parametrize(
    ("environment", "asked", "manager"),
    [
        (PYTHON, None, "virtualenv"),
        (PYTHON, "uv", "uv"),
        (PYTHON, "local", "local"),
        (CONDA, None, "virtualenv"),
        (CONDA, "conda", "virtualenv"),
        (CONDA, "uv", "uv"),
        (NOTHING, None, "local"),
        (NOTHING, "virtualenv", "virtualenv"),
    ],
)
def test_the_manager_is_the_one_asked_for_or_that_of_the_projects_file(
    environment: Environment,
    asked: EnvironmentManager | None,
    manager: EnvironmentManager,
) -> None:
    assert manager_for(Project(Path(), environment), asked) == manager


@pytest.mark.parametrize("asked", [None, "conda"])
def test_a_conda_file_is_for_conda_where_there_is_one(
    with_conda: None, asked: EnvironmentManager | None
) -> None:
    assert manager_for(Project(Path(), CONDA), asked) == "conda"


def test_a_manager_that_the_project_has_no_file_for_is_refused() -> None:
    with pytest.raises(InvalidParameterValue, match="has no `conda_env`"):
        manager_for(Project(Path(), PYTHON), "conda")
    with pytest.raises(InvalidParameterValue, match="a container only"):
        manager_for(Project(Path(), DockerEnvironment(image="debian")), "uv")


def test_an_environment_is_built_once_for_the_same_contents(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.package("tiny")
    folder.write("more.txt", "./tiny-1.0-py3-none-any.whl")
    file = folder.write("python_env.yaml", "dependencies: [-r more.txt]")

    first = folder.ensure(PythonEnvironment(file), "uv")
    again = folder.ensure(PythonEnvironment(file), "uv")
    folder.package("other")
    folder.write("more.txt", "./other-1.0-py3-none-any.whl")
    changed = folder.ensure(PythonEnvironment(file), "uv")

    assert first == again
    assert len(folder.built()) == 2
    assert folder.run(changed, "python -c 'import other'; pip --version")


def test_what_cannot_be_installed_leaves_no_environment(folder: Folder) -> None:
    file = folder.write("python_env.yaml", "dependencies: [./not-there.whl]")

    with pytest.raises(
        InvalidState, match=r"environment cannot be built: .* ended with"
    ):
        folder.ensure(PythonEnvironment(file), "uv")

    assert folder.built() == set()


def test_conda_makes_what_the_file_says_and_its_scripts_run(
    folder: Folder, with_conda: None
) -> None:
    file = folder.write("conda.yaml", "dependencies: [python=3.9, {pip: [a]}]")

    prepared = folder.ensure(CondaEnvironment(file))

    home = prepared.variables["CONDA_PREFIX"]
    assert prepared.manager == "conda"
    assert (Path(home) / "conda.yaml").read_text() == file.read_text()
    assert folder.run(prepared, "echo $ACTIVATED") == home
    assert folder.run(prepared, "echo $PATH").startswith(f"{home}/bin:")


@pytest.mark.slow
def test_without_conda_the_pip_part_makes_an_environment_with_nothing_of_ours(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.package("tiny")
    folder.write("more.txt", "./tiny-1.0-py3-none-any.whl")
    file = folder.write(
        "conda.yaml", "dependencies: [cudatoolkit=11.8, {pip: [-r more.txt]}]"
    )

    prepared = folder.ensure(CondaEnvironment(file))

    home = prepared.variables["VIRTUAL_ENV"]
    tiny = "python -c 'import sys, tiny; print(sys.prefix)'"
    assert folder.run(prepared, tiny) == home
    assert home in folder.run(prepared, "pip --version")
    assert folder.run(prepared, "python -c 'import trackgate' || echo none") == "none"
    assert caplog.messages[0] == (
        f"There is no conda on this machine; the pip part of {file} goes into a virtual"
        " environment without cudatoolkit=11.8, which only conda can install."
    )


def test_another_python_than_there_is_is_a_warning(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    file = folder.write("python_env.yaml", 'python: "3.99"')

    folder.ensure(PythonEnvironment(file), "uv")

    assert "asks for Python 3.99, but there is no python3.99" in caplog.text


def test_local_is_this_programs_own_environment(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    prepared = folder.ensure(NOTHING)

    assert prepared.manager == "local"
    assert (
        folder.run(prepared, "python -c 'import sys; print(sys.prefix)'") == sys.prefix
    )
    assert "does not say what it needs" in caplog.text
