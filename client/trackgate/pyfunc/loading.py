"""Loading any model as `python_function`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Literal

from trackgate.errors import InvalidParameterValue, NotFound
from trackgate.models import dictionaries, environment
from trackgate.models.loading import fetched, load_folder
from trackgate.pyfunc.loaded import PyFuncModel


def load_model(
    model_uri: str,
    suppress_warnings: bool = False,
    dst_path: str | os.PathLike[str] | None = None,
    model_config: str | os.PathLike[str] | Mapping[str, Any] | None = None,
) -> PyFuncModel:
    """The model at a URI or in a folder.

    suppress_warnings  accepted; there are none
    dst_path           where downloaded files go; a temporary folder if it is missing
    model_config       settings over those it was saved with: a dictionary, a YAML file

    This runs code that the model holds. Raises NotFound.
    """
    del suppress_warnings
    return load_folder(fetched(model_uri, dst_path), read_config(model_config))


def get_model_dependencies(
    model_uri: str,
    format: Literal["pip", "conda"] = "pip",
) -> str:
    """The path of the file that says what a model needs: requirements.txt, or
    conda.yaml. Raises NotFound where it has none."""
    names = {"pip": environment.REQUIREMENTS_FILE, "conda": environment.CONDA_FILE}
    if format not in names:
        raise InvalidParameterValue(f"The format is pip or conda, not {format!r}.")
    file = fetched(model_uri) / names[format]
    if not file.is_file():
        raise NotFound(f"The model at {model_uri!r} has no {file.name}.")
    return str(file)


def read_config(
    given: str | os.PathLike[str] | Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Settings of a model; raises InvalidParameterValue where a file holds none."""
    return {} if given is None else dictionaries.read("model_config", given)
