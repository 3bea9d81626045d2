"""The files that say what a model needs: requirements.txt, conda.yaml, python_env.yaml.

Forms and names are MLflow's, so its tools build environments from them too.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeGuard

from trackgate.models import dictionaries, libraries
from trackgate.models.kinds import is_dict
from trackgate.models.packaging import Packaging
from trackgate.models.requirement_files import Requirements, distribution_name

REQUIREMENTS_FILE = "requirements.txt"
CONSTRAINTS_FILE = "constraints.txt"
CONDA_FILE = "conda.yaml"
PYTHON_FILE = "python_env.yaml"


def write(folder: Path, packaging: Packaging, least: Sequence[str]) -> None:
    """Write the three files of the model in a folder, whose MLmodel file is there.

    least  distributions that its flavor needs in any case
    """
    if packaging.conda_env is not None:
        conda = dictionaries.read("conda_env", packaging.conda_env)
        found = Requirements.parse(_pip_of(conda))
    else:
        found = _requirements(folder, packaging, least)
        conda = None
    lines = [*found.wanted]
    if found.constraints:
        _write_lines(folder / CONSTRAINTS_FILE, found.constraints)
        lines.append(f"-c {CONSTRAINTS_FILE}")
    _write_lines(folder / REQUIREMENTS_FILE, lines)
    _write_yaml(folder / CONDA_FILE, _with_pip(conda or _conda_here(), lines))
    _write_yaml(folder / PYTHON_FILE, _python_here())


def read_requirements(folder: Path) -> list[str]:
    """What the model in a folder needs, as its requirements.txt says; maybe nothing."""
    file = folder / REQUIREMENTS_FILE
    return list(Requirements.parse(file).wanted) if file.is_file() else []


def _requirements(
    folder: Path, packaging: Packaging, least: Sequence[str]
) -> Requirements:
    if packaging.pip_requirements is not None:
        return Requirements.parse(packaging.pip_requirements)
    # Needed only here, and it reads what is installed.
    from trackgate.models.imported import requirements_of  # noqa: PLC0415

    inferred = requirements_of(folder, least)
    extra = Requirements.parse(packaging.extra_pip_requirements or [])
    named = {distribution_name(line) for line in extra.wanted} - {None}
    # What the caller says of a distribution replaces what was found.
    kept = [line for line in inferred if distribution_name(line) not in named]
    wanted = dict.fromkeys([*kept, *extra.wanted])
    return Requirements(tuple(wanted), extra.constraints)


def _pip_of(conda: Mapping[str, Any]) -> list[str]:
    for item in conda.get("dependencies", []):
        if _is_pip(item):
            return list(item["pip"])
    return []


def _is_pip(item: object) -> TypeGuard[dict[str, list[str]]]:
    return is_dict(item) and "pip" in item


def _with_pip(conda: dict[str, Any], lines: Sequence[str]) -> dict[str, Any]:
    others = [item for item in conda.get("dependencies", []) if not _is_pip(item)]
    return {**conda, "dependencies": [*others, {"pip": list(lines)}]}


def _conda_here() -> dict[str, Any]:
    return {
        "name": "mlflow-env",
        "channels": ["conda-forge"],
        # conda-forge gets a new pip later than the index does.
        "dependencies": [
            f"python={platform.python_version()}",
            _build_tool("pip", "<="),
        ],
    }


def _python_here() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "build_dependencies": [
            _build_tool(name, "==") for name in ("pip", "setuptools", "wheel")
        ],
        "dependencies": [f"-r {REQUIREMENTS_FILE}"],
    }


def _build_tool(name: str, relation: str) -> str:
    try:
        return f"{name}{relation}{version(name)}"
    except PackageNotFoundError:
        return name


def _write_lines(path: Path, lines: Sequence[str]) -> None:
    path.write_text("\n".join(lines), encoding="utf-8")


def _write_yaml(path: Path, content: Mapping[str, Any]) -> None:
    text = libraries.load("yaml").safe_dump(dict(content), sort_keys=False)
    path.write_text(text, encoding="utf-8")
