"""What a model says it needs: found by itself, given, or both."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from trackgate import pyfunc, sklearn
from trackgate.errors import InvalidParameterValue
from trackgate.models import environment
from trackgate.models.imported import pinned
from trackgate.models.requirement_files import Requirements, distribution_name


def total(model_input: Any) -> Any:
    return model_input.sum()


def of_script(body: str) -> Any:
    """A function as a script defines one, so that its pickle holds its code."""
    script: dict[str, Any] = {"__name__": "__main__"}
    exec(f"def predict(data):\n    {body}", script)  # noqa: S102
    return script["predict"]


def requirements(folder: Path) -> list[str]:
    return (folder / "requirements.txt").read_text().splitlines()


def saved(folder: Path, **choices: Any) -> Path:
    pyfunc.save_model(folder / "model", python_model=total, **choices)
    return folder / "model"


def at(*names: str) -> list[str]:
    return [f"{name}=={version(name)}" for name in names]


def test_a_tree_needs_its_library_and_what_its_pickle_names(tmp_path: Path) -> None:
    tree = pytest.importorskip("sklearn.tree").DecisionTreeClassifier()
    tree.fit([[0.0], [1.0]], [0, 1])

    sklearn.save_model(tree, tmp_path / "model", input_example=np.zeros((1, 1)))

    assert requirements(tmp_path / "model") == at(
        "cloudpickle", "numpy", "scikit-learn"
    )


def test_what_predicting_imports_counts_and_nothing_that_this_program_uses(
    tmp_path: Path,
) -> None:
    predict = of_script("import requests, json; return [len(requests.__version__)]")

    pyfunc.save_model(tmp_path / "model", python_model=predict, input_example=[1])

    assert requirements(tmp_path / "model") == at("cloudpickle", "requests")


def test_a_model_that_does_not_load_still_gets_what_its_flavor_needs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "gone.py").write_text("def predict(data):\n    return data\n")
    sys.path.insert(0, str(tmp_path))
    try:
        import gone  # type: ignore[import-not-found]  # noqa: PLC0415  # pyright: ignore
    finally:
        sys.path.remove(str(tmp_path))

    folder = tmp_path / "model"
    pyfunc.save_model(folder, python_model=gone.predict)

    assert requirements(folder) == at("cloudpickle")
    assert "No module named 'gone'" in caplog.text


def test_given_requirements_stand_alone(tmp_path: Path) -> None:
    folder = saved(tmp_path, pip_requirements=["numpy>=1", "a[x]==2  # why"])

    assert requirements(folder) == ["numpy>=1", "a[x]==2"]


def test_extra_requirements_replace_and_add(tmp_path: Path) -> None:
    pyfunc.save_model(
        tmp_path / "model",
        python_model=of_script("import numpy; return numpy.sum(data)"),
        input_example=np.zeros(2),
        extra_pip_requirements=["numpy<3", "boto3"],
    )

    assert requirements(tmp_path / "model") == [
        *at("cloudpickle"),
        "numpy<3",
        "boto3",
    ]


def test_files_of_requirements_and_constraints_are_read_in(tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("pandas \\\n  >=2\n\n# a comment\n-r last.txt\n")
    (tmp_path / "last.txt").write_text("scipy\n")
    (tmp_path / "limits.txt").write_text("numpy<3\n")
    given = [f"-r {tmp_path}/more.txt", f"--constraint {tmp_path}/limits.txt", "six"]

    folder = saved(tmp_path, pip_requirements=given)

    assert requirements(folder) == ["pandas >=2", "scipy", "six", "-c constraints.txt"]
    assert (folder / "constraints.txt").read_text() == "numpy<3"
    assert environment.read_requirements(folder) == ["pandas >=2", "scipy", "six"]


def test_a_requirements_file_that_includes_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("-r b.txt")
    (tmp_path / "b.txt").write_text("-r a.txt")

    with pytest.raises(InvalidParameterValue, match="includes itself"):
        Requirements.parse(str(tmp_path / "a.txt"))


def test_a_conda_environment_is_taken_as_it_is(tmp_path: Path) -> None:
    given = {
        "name": "mine",
        "channels": ["conda-forge"],
        "dependencies": ["python=3.11", "gdal", {"pip": ["numpy<3"]}],
    }
    (tmp_path / "conda.yaml").write_text(yaml.safe_dump(given))

    folder = saved(tmp_path, conda_env=tmp_path / "conda.yaml")

    assert yaml.safe_load((folder / "conda.yaml").read_text()) == given
    assert requirements(folder) == ["numpy<3"]


def test_only_one_way_to_say_what_to_install_may_be_used(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterValue, match="only one of pip_requirements, ex"):
        saved(tmp_path, pip_requirements=["a"], extra_pip_requirements=["b"])


def test_the_three_files_say_the_same(tmp_path: Path) -> None:
    folder = saved(tmp_path, pip_requirements=["numpy<3"])
    here = ".".join(map(str, sys.version_info[:3]))

    conda = yaml.safe_load((folder / "conda.yaml").read_text())
    python = yaml.safe_load((folder / "python_env.yaml").read_text())

    assert conda["dependencies"][0] == f"python={here}"
    assert conda["dependencies"][-1] == {"pip": ["numpy<3"]}
    assert python["python"] == here
    assert python["dependencies"] == ["-r requirements.txt"]


def test_a_version_of_this_machine_alone_is_named_as_the_index_has_it() -> None:
    assert version("torch").endswith("+cpu")
    assert pinned("torch") == "torch==2.13.0"
    assert pinned("no-such-distribution") is None


@pytest.mark.parametrize(
    ("requirement", "name"),
    [
        ("Scikit_Learn[a]>=1 ; python_version > '3'", "scikit-learn"),
        ("numpy", "numpy"),
        ("./wheels/x.whl", None),
        ("https://host/x.whl", None),
        ("--index-url https://host", None),
    ],
)
def test_a_requirement_names_its_distribution(
    requirement: str, name: str | None
) -> None:
    assert distribution_name(requirement) == name
