"""Models of LightGBM, Boosters and of its scikit-learn interface: save, log, load.

A Booster's format is text. The others are saved as scikit-learn's models are: loading
one runs the code that it holds.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

from trackgate.flavors import calls
from trackgate.flavors.lightgbm_flavor import LightgbmFlavor
from trackgate.models import loading

if TYPE_CHECKING:
    from trackgate.models.model_info import ModelInfo

FLAVOR = LightgbmFlavor()


def save_model(
    lgb_model: Any,
    path: str | os.PathLike[str],
    *,
    serialization_format: str | None = None,
    skops_trusted_types: Sequence[str] | None = None,
    **given: Unpack[calls.Saving],
) -> None:
    """Save a model into a new folder.

    serialization_format  "cloudpickle", "pickle" or "skops"; not for Boosters
    skops_trusted_types   those that skops may load beside LightGBM's own
    """
    options = _options(serialization_format, skops_trusted_types)
    calls.save(FLAVOR, lgb_model, path, options, **given)


def log_model(
    lgb_model: Any,
    artifact_path: str | None = None,
    *,
    serialization_format: str | None = None,
    skops_trusted_types: Sequence[str] | None = None,
    **given: Unpack[calls.Logging],
) -> ModelInfo:
    """Log a model; otherwise as `save_model`."""
    options = _options(serialization_format, skops_trusted_types)
    return calls.log(FLAVOR, lgb_model, artifact_path, options, **given)


def load_model(model_uri: str, dst_path: str | os.PathLike[str] | None = None) -> Any:
    """The model at a URI or in a folder, of the class that was saved.

    dst_path  where downloaded files go; a temporary folder, where it is missing
    """
    return loading.load(FLAVOR, model_uri, dst_path)


def _options(
    serialization_format: str | None, skops_trusted_types: Sequence[str] | None
) -> dict[str, Any]:
    return {
        "serialization_format": serialization_format,
        "skops_trusted_types": skops_trusted_types,
    }
