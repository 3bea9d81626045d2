"""Settings that are given as a dictionary, or as a YAML file that holds one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from trackgate.errors import InvalidParameterValue
from trackgate.models import libraries


def read(
    parameter: str, given: str | os.PathLike[str] | Mapping[str, Any]
) -> dict[str, Any]:
    """A dictionary of the caller's own.

    parameter  which one of a call it is, for the message

    Raises InvalidParameterValue where a file cannot be read or holds none.
    """
    if isinstance(given, Mapping):
        return dict(given)
    yaml = libraries.load("yaml")
    try:
        found = yaml.safe_load(Path(given).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise InvalidParameterValue(f"{parameter} {given}: {error}") from error
    if not isinstance(found, dict):
        raise InvalidParameterValue(f"{parameter} {given} is not a YAML dictionary.")
    return cast(dict[str, Any], found)
