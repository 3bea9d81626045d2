"""Models of statsmodels: save, log, load.

Their format is a pickle: loading one runs the code that it holds.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Unpack

from trackgate.flavors import calls
from trackgate.flavors.statsmodels_flavor import StatsmodelsFlavor
from trackgate.models import loading

if TYPE_CHECKING:
    from trackgate.models.model_info import ModelInfo

FLAVOR = StatsmodelsFlavor()


def save_model(
    statsmodels_model: Any,
    path: str | os.PathLike[str],
    *,
    remove_data: bool = False,
    **given: Unpack[calls.Saving],
) -> None:
    """Save what a fit() returned into a new folder.

    remove_data  leave out the data it was fitted to, as far as statsmodels can
    """
    options = {"remove_data": remove_data}
    calls.save(FLAVOR, statsmodels_model, path, options, **given)


def log_model(
    statsmodels_model: Any,
    artifact_path: str | None = None,
    *,
    remove_data: bool = False,
    **given: Unpack[calls.Logging],
) -> ModelInfo:
    """Log what a fit() returned; otherwise as `save_model`."""
    options = {"remove_data": remove_data}
    return calls.log(FLAVOR, statsmodels_model, artifact_path, options, **given)


def load_model(model_uri: str, dst_path: str | os.PathLike[str] | None = None) -> Any:
    """The results at a URI or in a folder.

    dst_path  where downloaded files go; a temporary folder, where it is missing
    """
    return loading.load(FLAVOR, model_uri, dst_path)
