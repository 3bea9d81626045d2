"""What a project needs, as its python_env.yaml or conda.yaml says.

Both forms are MLflow's ("MLflow Projects", "Project Environments") and conda's.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.models.kinds import is_dict, is_list
from trackgate.models.libraries import load

# Of conda's packages, those that a virtual environment has too.
_SHARED = re.compile(
    r"(?:[\w./-]+::)?(?P<name>python|pip|setuptools|wheel)"
    r"\s*(?P<relation>[=<>!~]*)\s*(?P<version>\d[\w.]*)?\S*"
)


@dataclass(frozen=True, slots=True)
class Needs:
    """What goes into a virtual environment.

    folder    what relative paths in the lines begin from
    python    version, such as "3.11" or "3.11.9"; None where any will do
    tools     lines of a requirements file that are installed before the others
    packages  lines of a requirements file
    left_out  what only conda can install
    """

    folder: Path
    python: str | None = None
    tools: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def of_python_env(file: Path, folder: Path) -> Needs:
    """What a python_env.yaml in a project's folder says.

    Raises InvalidParameterValue naming the file and the field that is wrong.
    """
    said = _mapping(file)
    python = said.get("python")
    # YAML takes 3.10 for the number 3.1.
    if python is not None and not isinstance(python, str):
        raise _wrong(file, "python", f'a text, such as "3.11", not {python!r}')
    tools = _lines(file, "build_dependencies", said.get("build_dependencies"))
    packages = _lines(file, "dependencies", said.get("dependencies"))
    return Needs(folder, python, tools, packages)


def of_conda(file: Path) -> Needs:
    """What of a conda.yaml a virtual environment can have.

    Raises InvalidParameterValue naming the file and the field that is wrong.
    """
    said: object = _mapping(file).get("dependencies", [])
    if not is_list(said):
        raise _wrong(file, "dependencies", f"a list, not {said!r}")
    python: str | None = None
    tools: list[str] = []
    packages: list[str] = []
    left_out: list[str] = []
    for item in said:
        if is_dict(item) and set(item) == {"pip"}:
            packages.extend(_lines(file, "dependencies: pip", item["pip"]))
        elif not isinstance(item, str):
            raise _wrong(file, "dependencies", f"texts and one `pip:`, not {item!r}")
        elif (shared := _SHARED.fullmatch(item.strip())) is None:
            left_out.append(item)
        elif shared["name"] == "python":
            python = _python(shared["relation"], shared["version"])
        else:
            tools.append(_for_pip(**shared.groupdict()))
    return Needs(file.parent, python, tuple(tools), tuple(packages), tuple(left_out))


def _python(relation: str, version: str | None) -> str | None:
    """The version to look for; None where this program's own is within bounds."""
    if version is None or relation in ("<", "!="):
        return None
    numbers = [int(part) for part in version.split(".") if part.isdigit()]
    if relation.startswith(">") and tuple(numbers) <= sys.version_info[:3]:
        return None
    return version


def _for_pip(name: str, relation: str, version: str | None) -> str:
    """A package as pip takes it: conda's `=1.2` matches 1.2.3 too."""
    if version is None:
        return name
    return f"{name}=={version}.*" if relation == "=" else f"{name}{relation}{version}"


def _mapping(file: Path) -> Mapping[str, Any]:
    yaml = load("yaml", "projects")
    try:
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidParameterValue(f"{file}: {error.strerror}.") from None
    except (ValueError, yaml.YAMLError) as error:
        raise InvalidParameterValue(f"{file} is not YAML: {error}") from None
    if said is None:
        return {}
    if not is_dict(said):
        raise InvalidParameterValue(f"{file} has no fields, such as `dependencies`.")
    return said


def _lines(file: Path, field: str, said: object) -> tuple[str, ...]:
    if said is None:
        return ()
    if is_list(said) and all(isinstance(one, str) for one in said):
        return tuple(said)
    raise _wrong(file, field, f"a list of texts, not {said!r}")


def _wrong(file: Path, field: str, expected: str) -> InvalidParameterValue:
    return InvalidParameterValue(f"{file}: `{field}` must be {expected}.")
