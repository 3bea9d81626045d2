"""What goes into a model's folder beside the model itself."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from trackgate.errors import InvalidParameterValue
from trackgate.models.signature import ModelSignature


@dataclass(frozen=True, slots=True, kw_only=True)
class Packaging:
    """The choices that all flavors share, under MLflow's names.

    signature               None: inferred from the input example; False: none
    input_example           data the model takes; with its parameters, a pair
    pip_requirements        in place of the inferred ones: requirements, or a file
    extra_pip_requirements  beside the inferred ones
    conda_env               in place of both: a dictionary, or a YAML file
    code_paths              files and folders of code that loading needs
    metadata                the user's own, kept in the MLmodel file

    Raises InvalidParameterValue where more than one says what to install, and where
    the signature is none.
    """

    signature: ModelSignature | Literal[False] | None = None
    input_example: Any = None
    pip_requirements: str | Sequence[str] | None = None
    extra_pip_requirements: str | Sequence[str] | None = None
    conda_env: str | os.PathLike[str] | Mapping[str, Any] | None = None
    code_paths: Sequence[str | os.PathLike[str]] | None = None
    metadata: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        names = ("conda_env", "pip_requirements", "extra_pip_requirements")
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) > 1:
            raise InvalidParameterValue(f"Give only one of {', '.join(given)}.")
        if not _may_be_signature(self.signature):
            raise InvalidParameterValue(
                "signature is a ModelSignature, such as infer_signature gives, not a"
                f" {type(self.signature).__name__}."
            )


def _may_be_signature(given: object) -> bool:
    """Whether it is a signature, of ours or of the stock client, or none."""
    if given is None or given is False:
        return True
    return all(hasattr(given, name) for name in ("inputs", "outputs", "to_dict"))
