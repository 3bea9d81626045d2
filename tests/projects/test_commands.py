"""Parameters: checked, and put into a command so that each stays what it is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from trackgate.errors import ExecutionException
from trackgate.projects import commands, quoting
from trackgate.projects.specification import (
    EntryPoint,
    Parameter,
    ParameterType,
    Project,
    PythonEnvironment,
)

_EVIL = "it's $(touch evil) `touch evil` \"; touch evil; # \\"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """One whose folder is not the one that commands are called in."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    return Project(folder, PythonEnvironment(), file=folder / "MLproject")


def entry_point(*parameters: Parameter, command: str = "true") -> EntryPoint:
    return EntryPoint("main", command, {one.name: one for one in parameters})


def of_type(kind: ParameterType, default: str | None = None) -> EntryPoint:
    return entry_point(Parameter("x", kind, default))


# The values as the shell's programs get them, whatever they are.
@settings(max_examples=40)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
@example(_EVIL)
@example("")
@example("\n")
@example("'")
def test_a_value_stays_one_text_wherever_its_name_stands(value: str) -> None:
    places = """ {x} "{x}" '{x}' a{x}b "$HOME {x}${{HOME}}" \\\\{x} $(true){x}"""
    template = "printf '%s\\0'" + places

    command = quoting.fill(template, {"x": value})

    told = subprocess.run(
        ["bash", "-c", command], capture_output=True, env={"HOME": "h"}, check=True
    )
    words = told.stdout.decode().split("\0")[:-1]
    assert words == [
        *(value, value, value, f"a{value}b", f"h {value}h", f"\\{value}", value)
    ]


@pytest.mark.parametrize(
    "template",
    [
        "echo `echo {x}`",
        'echo "`echo {x}`"',
        'echo "$(echo {x})"',
        "echo $'{x}'",
        "echo ${x}",
        "echo ${{y:-{x}}}",
        'echo "${{y:-{x}}}"',
        "echo $(({x}))",
        "cat <<END\n{x}\nEND",
        "true # {x}",
        "# {x}",
        "echo \\{x}",
        'echo "\\{x}"',
    ],
)
def test_where_quotes_mean_something_else_only_plain_values_stand(
    template: str,
) -> None:
    assert "1e-3" in quoting.fill(template, {"x": "1e-3"})
    with pytest.raises(ValueError, match="'x' would have to be quoted"):
        quoting.fill(template, {"x": _EVIL})


@pytest.mark.parametrize(
    "written",
    ["{x.__class__}", "{x[0]}", "{x!r}", "{x:.1}", "{}", "{0}", "{y}", "{", "}"],
)
def test_a_template_names_parameters_and_nothing_else(
    project: Project, written: str
) -> None:
    main = entry_point(Parameter("x"), command=f"echo {written}")

    with pytest.raises(ExecutionException) as caught:
        commands.checked(project, main, {"x": "a"})

    where = f"{project.file}, entry point 'main', field 'command': "
    assert caught.value.message.startswith(where)


def test_doubled_braces_are_braces() -> None:
    assert quoting.fill("awk '{{print $1}}' {x}\n", {"x": "a"}) == "awk '{print $1}' a"


def test_further_parameters_become_options() -> None:
    command = quoting.append("python main.py", {"a": "1", "the b": _EVIL})

    told = subprocess.run(
        ["bash", "-c", command.replace("python main.py", "printf '%s\\0'")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split("\0")[:-1] == ["--a", "1", "--the b", _EVIL]


@pytest.mark.parametrize("end", ["# a comment", "<<END", "\\"])
def test_no_option_that_needs_quotes_stands_behind_an_open_end(end: str) -> None:
    with pytest.raises(ValueError, match="'b' would have to be quoted"):
        quoting.append(f"python main.py {end}", {"b": _EVIL})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(("int", "3"), ("int", "-3"), ("int", "+10")),
        *(("float", "1"), ("float", "-1e-3"), ("float", "nan"), ("float", "inf")),
        *(("uri", "https://host/a?b#c"), ("uri", "runs:/a/b"), ("uri", "a://[x@")),
        *(("path", "project"), ("path", "runs:/a/b"), ("string", "")),
    ],
)
def test_values_of_their_type_are_taken(
    project: Project, kind: ParameterType, value: str
) -> None:
    assert commands.checked(project, of_type(kind), {"x": value}) == {"x": value}


@pytest.mark.parametrize(
    ("kind", "value", "complaint"),
    [
        ("int", "3.0", "'3.0' is not a whole number"),
        ("int", "", "'' is not a whole number"),
        ("int", "1_000", "'1_000' is not a whole number"),
        ("float", "much", "'much' is not a number"),
        ("uri", "data.csv", "'data.csv' is not a URI"),
        ("uri", "C", "'C' is not a URI"),
        ("path", "no/file", "there is no file or folder 'no/file'"),
        ("path", "file:///no/file", "there is no file or folder 'file:///no/file'"),
        ("path", "a" * 300, "there is no file or folder 'aaa"),
        ("string", "a\0b", "its value has a NUL in it"),
    ],
)
def test_values_of_another_type_are_refused_by_name(
    project: Project, kind: ParameterType, value: str, complaint: str
) -> None:
    for main, given_values in (
        (of_type(kind), {"x": value}),
        (of_type(kind, value), {}),
    ):
        with pytest.raises(ExecutionException) as caught:
            commands.checked(project, main, given_values)

        assert caught.value.message.startswith(
            f"{project.file}, entry point 'main', field 'parameters.x': {complaint}"
        )


def test_a_value_that_is_missing_is_named(project: Project) -> None:
    main = entry_point(Parameter("a"), Parameter("b", "int", "1"), Parameter("c"))

    with pytest.raises(ExecutionException, match="no value is given for a, c, and"):
        commands.checked(project, main, {})


@pytest.mark.parametrize("name", ["", "a;b", "../a"])
def test_a_name_that_no_run_can_keep_is_refused(project: Project, name: str) -> None:
    with pytest.raises(ExecutionException, match="Parameter key"):
        commands.checked(project, entry_point(), {name: "1"})


def test_defaults_come_first_and_further_parameters_last(project: Project) -> None:
    main = entry_point(Parameter("a", "int", "2"), Parameter("b"))

    found = commands.checked(project, main, {"z": "1", "b": "x"})

    assert list(found.items()) == [("a", "2"), ("b", "x"), ("z", "1")]


def test_a_default_path_is_looked_for_in_the_project(project: Project) -> None:
    (project.folder / "data.csv").touch()

    assert commands.checked(project, of_type("path", "data.csv"), {}) == {
        "x": "data.csv"
    }
    with pytest.raises(ExecutionException, match="there is no file or folder"):
        commands.checked(project, of_type("path", "data.csv"), {"x": "data.csv"})
