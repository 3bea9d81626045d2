"""The MLproject file: what it says, and how it is told that something is wrong."""

from __future__ import annotations

import logging
from pathlib import Path
from textwrap import dedent

import pytest
from trackgate.errors import ExecutionException
from trackgate.projects.mlproject import find_entry_point, read
from trackgate.projects.specification import (
    CondaEnvironment,
    DockerEnvironment,
    Parameter,
    PythonEnvironment,
)

from tests.projects.conftest import FIXTURES


def written(folder: Path, text: str, name: str = "MLproject") -> Path:
    (folder / name).write_text(dedent(text))
    return folder


def test_the_articles_project_says_what_it_offers() -> None:
    project = read(FIXTURES / "article")

    (main,) = project.entry_points.values()
    assert project.name == "breast cancer"
    assert project.environment == CondaEnvironment(FIXTURES / "article" / "conda.yaml")
    assert main.command == "python main.py {tree_depth}"
    assert main.parameters == {"tree_depth": Parameter("tree_depth", "int", "2")}


@pytest.mark.parametrize("name", ["MLproject", "mlproject", "MLPROJECT"])
def test_the_files_name_has_any_case(tmp_path: Path, name: str) -> None:
    folder = written(tmp_path, "name: found", name)

    assert read(folder).name == "found"


def test_parameters_are_a_type_a_mapping_or_nothing(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        """
        entry_points:
          main:
            command: "true"
            parameters:
              a: path
              b: {type: float, default: 1}
              c: {default: true}
              d:
        """,
    )

    found = read(folder).entry_points["main"].parameters.values()

    assert list(found) == [
        Parameter("a", "path"),
        Parameter("b", "float", "1"),
        Parameter("c", "string", "True"),
        Parameter("d", "string"),
    ]


def test_a_type_that_is_not_known_is_a_text_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = "entry_points: {main: {command: x, parameters: {a: {type: boolean}}}}"

    with caplog.at_level(logging.WARNING):
        project = read(written(tmp_path, text))

    assert project.entry_points["main"].parameters["a"].type == "string"
    assert "entry point 'main', field 'parameters.a.type'" in caplog.text
    assert "'boolean' is not known" in caplog.text


def test_without_a_file_the_environment_is_one_of_two_defaults(tmp_path: Path) -> None:
    assert read(tmp_path).environment == PythonEnvironment()
    conda = tmp_path / "conda.yaml"
    conda.touch()
    assert read(tmp_path).environment == CondaEnvironment(conda)
    python = tmp_path / "python_env.yaml"
    python.touch()
    assert read(tmp_path).environment == PythonEnvironment(python)


def test_a_container_is_an_image_or_a_folder_to_build_it_from(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        """
        docker_env:
          image: registry/image:1
          volumes: ["/data:/data:ro"]
          environment: [HTTP_PROXY, [MODE, fast]]
        """,
    )

    assert read(folder).environment == DockerEnvironment(
        image="registry/image:1",
        volumes=("/data:/data:ro",),
        environment=("HTTP_PROXY", ("MODE", "fast")),
    )
    (tmp_path / "image").mkdir()
    (tmp_path / "image" / "Dockerfile").touch()
    own = read(written(tmp_path, "docker_env: {build: image}"))
    assert own.environment == DockerEnvironment(build=tmp_path / "image")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("entry_points: {main: {}}", "entry point 'main', field 'command': it is mis"),
        ("entry_points: [main]", "field 'entry_points': ['main'] is not a mapping"),
        ("entry_points: {main: x}", "field 'entry_points.main': 'x' is not a mapping"),
        (
            "entry_points: {main: {command: [python]}}",
            "entry point 'main', field 'command': ['python'] is not a text",
        ),
        (
            "entry_points: {main: {command: x, parameters: [a]}}",
            "entry point 'main', field 'parameters': ['a'] is not a mapping",
        ),
        (
            "entry_points: {main: {command: x, parameters: {a: [1]}}}",
            "entry point 'main', field 'parameters.a': [1] is not a mapping",
        ),
        ("python_env: none.yaml", "field 'python_env': there is no file"),
        ("conda_env: none.yaml", "field 'conda_env': there is no file"),
        ("docker_env: {volumes: []}", "field 'docker_env.image': give either"),
        ("docker_env: {image: a, build: b}", "field 'docker_env.image': give either"),
        ("docker_env: {build: b}", "field 'docker_env.build': there is no Dockerfile"),
        ("docker_env: {image: a, volumes: x}", "field 'docker_env.volumes': 'x' is"),
        ("docker_env: {image: a, volumes: [1]}", "1 in the list is not a text"),
        ("docker_env: {image: a, environment: [[x]]}", "['x'] is neither a variable's"),
        ("python_env: a\nconda_env: b", "python_env and conda_env; a project has one"),
        ("- a list", "has no mapping but ['a list']"),
        ("name: [", "is not YAML in UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_file_entry_point_and_field(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(ExecutionException) as caught:
        read(written(tmp_path, text))

    assert str(tmp_path / "MLproject") in caught.value.message
    assert complaint in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("train.py", "python train.py"),
        ("a script.py", "python 'a script.py'"),
        ("{x}.py", "python '{{x}}.py'"),
        ("-c.py", "python ./-c.py"),
        ("train.sh", "/bin/zsh train.sh"),
        ("it's.R", """Rscript -e 'mlflow::mlflow_source("it'"'"'s.R")' --args"""),
    ],
)
def test_a_script_is_an_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, command: str
) -> None:
    monkeypatch.setenv("SHELL", "/bin/zsh")
    (tmp_path / name).touch()

    assert find_entry_point(read(tmp_path), name).command == command


@pytest.mark.parametrize("name", ["test", "none.py", "data.csv"])
def test_no_other_name_is_an_entry_point(tmp_path: Path, name: str) -> None:
    (tmp_path / "data.csv").touch()
    project = read(written(tmp_path, "entry_points: {main: {command: x}}"))

    with pytest.raises(ExecutionException) as caught:
        find_entry_point(project, name)

    assert f"has no entry point {name!r}" in caught.value.message
    assert "Its entry points: 'main'" in caught.value.message
