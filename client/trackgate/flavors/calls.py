"""What saving and logging take whatever the flavor, under MLflow's names."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, cast

from trackgate.models import logging, saving
from trackgate.models.packaging import Packaging

if TYPE_CHECKING:
    from trackgate.models.flavor import Flavor
    from trackgate.models.mlmodel import Model
    from trackgate.models.model_info import ModelInfo
    from trackgate.models.signature import ModelSignature

_EXTRA_FILES = "extra_files"
_OF_LOGGING = frozenset(
    {
        "await_registration_for",
        "model_id",
        "model_type",
        "name",
        "params",
        "registered_model_name",
        "run_id",
        "step",
        "tags",
    }
)


class Shared(TypedDict, total=False):
    """How a model is packed; `Packaging` says what each means.

    extra_files  paths or URIs of further files for the model's folder
    """

    conda_env: str | os.PathLike[str] | Mapping[str, Any] | None
    code_paths: Sequence[str | os.PathLike[str]] | None
    signature: ModelSignature | Literal[False] | None
    input_example: Any
    pip_requirements: str | Sequence[str] | None
    extra_pip_requirements: str | Sequence[str] | None
    metadata: Mapping[str, Any] | None
    extra_files: Sequence[str | os.PathLike[str]] | None


class Saving(Shared, total=False):
    """What `save_model` takes besides.

    mlflow_model  what is known of the model already, to be described further
    """

    mlflow_model: Model | None


class Logging(Shared, total=False):
    """What `log_model` takes besides; `models.logging.log` says what each means."""

    name: str | None
    registered_model_name: str | None
    await_registration_for: int | None
    params: Mapping[str, object] | None
    tags: Mapping[str, object] | None
    model_type: str | None
    step: int
    model_id: str | None
    run_id: str | None


def save(
    flavor: Flavor,
    model: Any,
    path: str | os.PathLike[str],
    options: Mapping[str, Any],
    **given: Unpack[Saving],
) -> None:
    """Save a model into a new folder.

    options  of the flavor alone
    """
    describing = given.pop("mlflow_model", None)
    packaging, wanted = _split(given, options)
    saving.save(flavor, model, path, packaging, wanted, describing=describing)


def log(
    flavor: Flavor,
    model: Any,
    artifact_path: str | None,
    options: Mapping[str, Any],
    **given: Unpack[Logging],
) -> ModelInfo:
    """Log a model to the active run, or to a new one.

    options  of the flavor alone
    """
    about = {key: value for key, value in given.items() if key in _OF_LOGGING}
    rest = {key: value for key, value in given.items() if key not in _OF_LOGGING}
    packaging, wanted = _split(rest, options)
    return logging.log(
        flavor,
        model,
        artifact_path=artifact_path,
        packaging=packaging,
        options=wanted,
        **cast(dict[str, Any], about),
    )


def _split(
    given: Mapping[str, Any], options: Mapping[str, Any]
) -> tuple[Packaging, dict[str, Any]]:
    """The choices of packaging, and the flavor's options with the extra files."""
    unknown = given.keys() - Shared.__annotations__
    if unknown:
        raise TypeError(f"unexpected keyword argument {min(unknown)!r}")
    packing = {key: value for key, value in given.items() if key != _EXTRA_FILES}
    return Packaging(**packing), {**options, _EXTRA_FILES: given.get(_EXTRA_FILES)}
