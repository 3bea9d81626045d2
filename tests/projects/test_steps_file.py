"""`steps:` of an MLproject file: what it says, and how it is told what is wrong."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from textwrap import dedent

import pytest
from trackgate.errors import ExecutionException
from trackgate.projects.mlproject import read
from trackgate.projects.specification import Step
from trackgate.projects.steps import files, plans

_ENTRY_POINTS = """
entry_points:
  make:
    parameters: {count: {type: int, default: 4}}
    command: "true"
  use:
    parameters: {data: path, count: {type: int, default: 1}}
    command: "true"
"""


def written(folder: Path, steps: str) -> Path:
    (folder / "MLproject").write_text(_ENTRY_POINTS + dedent(steps))
    return folder


def test_a_step_needs_what_it_names_and_what_its_parameters_refer_to(
    tmp_path: Path,
) -> None:
    (tmp_path / "use.py").touch()
    folder = written(
        tmp_path,
        """
        steps:
          make: {outputs: [data/, log.txt]}
          check: {entry_point: make, parameters: {count: 2}}
          use:
            needs: [check]
            parameters: {data: "steps:/make/data/a.csv"}
            code: [use.py]
            cache: false
        """,
    )

    assert read(folder).steps == {
        "make": Step("make", "make", outputs=("data", "log.txt")),
        "check": Step("check", "make", {"count": "2"}),
        "use": Step(
            "use",
            "use",
            {"data": "steps:/make/data/a.csv"},
            needs=("check", "make"),
            code=("use.py",),
            cache=False,
        ),
    }


def test_a_script_of_the_folder_may_be_a_step(tmp_path: Path) -> None:
    (tmp_path / "main.py").touch()
    folder = written(tmp_path, "steps: {only: {entry_point: main.py}}")

    assert read(folder).steps["only"].entry_point == "main.py"


@pytest.mark.parametrize(
    ("steps", "part", "field", "reason"),
    [
        ("make: [1]", None, "steps.make", "is not a mapping"),
        ("make: {need: [use]}", "make", "need", "none of a step's: cache, code"),
        ("a/b: {entry_point: make}", "a/b", "steps", "the name 'a/b'"),
        ("train: {}", "train", "entry_point", "no entry point 'train'"),
        ("make: {needs: [x]}", "make", "needs", "no step 'x'; there are make"),
        ("make: {needs: make}", "make", "needs", "'make' is not a list"),
        ("make: {outputs: [../x]}", "make", "outputs", "'../x'"),
        ("make: {code: [mak.py]}", "make", "code", "the project has no 'mak.py'"),
        ("make: {cache: 1}", "make", "cache", "1 is neither true nor false"),
        ("make: {parameters: {count: }}", "make", "parameters.count", "no value"),
        (
            'make: {}\n  use: {parameters: {data: "steps:/make/x.csv"}}',
            "use",
            "parameters.data",
            "the step 'make' has no output 'x.csv'; its outputs: none",
        ),
        (
            'make: {outputs: [x]}\n  use: {parameters: {count: "steps:/make/x"}}',
            "use",
            "parameters.count",
            "'use' wants one of the type int",
        ),
        (
            "a: {entry_point: make, needs: [b]}\n  b: {entry_point: make, needs: [a]}",
            "a",
            "needs",
            "a needs b, which needs a",
        ),
        ("make: {needs: [make]}", "make", "needs", "make needs make"),
    ],
)
def test_what_is_wrong_is_said_with_file_step_and_field(
    tmp_path: Path, steps: str, part: str | None, field: str, reason: str
) -> None:
    folder = written(tmp_path, f"steps:\n  {steps}\n")

    with pytest.raises(ExecutionException) as error:
        read(folder)

    step = f", step {part!r}" if part else ""
    where = f"{folder / 'MLproject'}{step}, field {field!r}: "
    assert error.value.message.startswith(where)
    assert reason in error.value.message


def test_a_parameter_of_the_whole_is_one_of_each_step_that_has_it(
    tmp_path: Path,
) -> None:
    folder = written(
        tmp_path,
        """
        steps:
          make: {outputs: [data], parameters: {count: 2}}
          use: {parameters: {data: "steps:/make/data", further: 1}}
        """,
    )
    given = {"count": "7", "use.count": "8", "data": "mine", "use.more": "x"}

    made = plans.make(read(folder), given)

    assert made["make"].given == {"count": "7"}
    assert made["make"].entry_point.parameters["count"].default == "2"
    # What an earlier step makes is replaced by its full name only.
    assert made["use"].given == {
        "data": "steps:/make/data",
        "further": "1",
        "count": "8",
        "more": "x",
    }


def test_a_copy_has_the_code_and_links_lead_where_they_led(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    for path in ("main.py", "lib/a.py", ".git/HEAD", "lib/__pycache__/a.pyc"):
        _write(folder / path)
    _write(folder / "venv" / "pyvenv.cfg")
    _write(elsewhere / "data.csv")
    (folder / "data").symlink_to("../elsewhere")
    (folder / "same.py").symlink_to("main.py")
    os.mkfifo(folder / "pipe")
    copy = tmp_path / "below" / "copy"

    files.copy(folder, copy)

    found = {path.relative_to(copy).as_posix() for path in copy.rglob("*")}
    assert found == {"main.py", "lib", "lib/a.py", "data", "same.py"}
    assert (copy / "data" / "data.csv").read_text() == "data.csv"
    assert os.readlink(copy / "same.py") == "main.py"


def test_a_digest_is_of_names_and_contents_and_of_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    for path in ("main.py", "lib/a.py", ".git/HEAD"):
        _write(folder / path)
    whole, part = files.digest(folder), files.digest(folder, ["lib"])

    _write(folder / "__pycache__" / "main.pyc")
    os.utime(folder / "main.py", (0, 0))
    assert files.digest(folder) == whole
    assert files.digest(shutil.copytree(folder, tmp_path / "copy")) == whole

    (folder / "main.py").write_text("other")
    assert files.digest(folder) != whole
    assert files.digest(folder, ["lib"]) == part

    (folder / "lib" / "a.py").rename(folder / "lib" / "b.py")
    assert files.digest(folder, ["lib"]) != part


def _write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.name)
