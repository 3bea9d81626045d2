"""Rules on names in the model registry.

They are the peer's (MLflow 3.x, `utils/validation.py` and
`entities/model_registry/model_version_stages.py`). Each check raises
InvalidParameterValue naming the thing, the value and the limit.
"""

from __future__ import annotations

import re

from trackgate_wire import limits, rules
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.model_versions import ModelStage

LATEST = "latest"

_ALIAS = re.compile(r"[\w\-]+")
_VERSION_ALIAS = re.compile(r"[vV]\d+")
_STAGES = {stage.value.lower(): stage for stage in ModelStage}


def check_model_name(name: str, parameter: str = "name") -> None:
    """Any text but blanks, without '/' and ':', which stand in model URIs.

    parameter  which of a request's fields it is
    """
    if not name.strip():
        raise InvalidParameterValue(
            f"Missing value for required parameter '{parameter}'."
        )
    rules.check_length("Model name", name, limits.MODEL_NAME_LENGTH)
    if "/" in name or ":" in name:
        raise InvalidParameterValue(
            f"Invalid model name {rules.shown(name)}. Names cannot contain '/' or ':'."
        )
    if name == "." or name.startswith(".."):
        raise InvalidParameterValue(
            f"Invalid model name {rules.shown(name)}: it must not begin with '..' or"
            " be '.', which are no names where names become files."
        )


def check_alias(alias: str) -> None:
    """Letters, digits, underscores and dashes, at most 255 of them."""
    if not _ALIAS.fullmatch(alias):
        raise InvalidParameterValue(
            f"Invalid alias name: {rules.shown(alias)}. It has letters, digits, '_' and"
            " '-' only and is not empty."
        )
    rules.check_length("Alias name", alias, limits.MODEL_ALIAS_LENGTH)


def check_new_alias(alias: str) -> None:
    """As `check_alias`; refuses also what stands for a version by itself."""
    check_alias(alias)
    if alias.lower() == LATEST or _VERSION_ALIAS.fullmatch(alias):
        raise InvalidParameterValue(
            f"The alias name {rules.shown(alias)} is reserved, as are 'latest' in any"
            " case and 'v' with a number."
        )


def stage_named(text: str) -> ModelStage:
    """The stage that is written so, in whatever case."""
    stage = _STAGES.get(text.lower())
    if stage is None:
        raise InvalidParameterValue(
            f"Invalid Model Version stage: {rules.shown(text)}. Value must be one of"
            f" {', '.join(ModelStage)}."
        )
    return stage
