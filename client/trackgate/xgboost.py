"""Models of XGBoost, Boosters and of its scikit-learn interface: save, log, load.

Their format is the library's own, no pickle.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

from trackgate.flavors import calls
from trackgate.flavors.xgboost_flavor import XgboostFlavor
from trackgate.models import loading

if TYPE_CHECKING:
    from trackgate.models.model_info import ModelInfo

FLAVOR = XgboostFlavor()


def save_model(
    xgb_model: Any,
    path: str | os.PathLike[str],
    *,
    model_format: str = "ubj",
    save_options: Mapping[str, Any] | None = None,
    **given: Unpack[calls.Saving],
) -> None:
    """Save a model into a new folder.

    model_format  "ubj", "json" or "xgb"
    save_options  further arguments of the model's own save_model
    """
    options = {"model_format": model_format, "save_options": save_options}
    calls.save(FLAVOR, xgb_model, path, options, **given)


def log_model(
    xgb_model: Any,
    artifact_path: str | None = None,
    *,
    model_format: str = "ubj",
    save_options: Mapping[str, Any] | None = None,
    **given: Unpack[calls.Logging],
) -> ModelInfo:
    """Log a model; otherwise as `save_model`."""
    options = {"model_format": model_format, "save_options": save_options}
    return calls.log(FLAVOR, xgb_model, artifact_path, options, **given)


def load_model(model_uri: str, dst_path: str | os.PathLike[str] | None = None) -> Any:
    """The model at a URI or in a folder, of the class that was saved.

    dst_path  where downloaded files go; a temporary folder, where it is missing
    """
    return loading.load(FLAVOR, model_uri, dst_path)
