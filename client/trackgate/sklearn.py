"""Models of scikit-learn: save, log, load, and autolog.

Loading a model runs the code that its file holds, whatever the format.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from trackgate.flavors import calls
from trackgate.flavors.serialization import CLOUDPICKLE, FORMATS, PICKLE, SKOPS
from trackgate.flavors.sklearn_flavor import SklearnFlavor
from trackgate.models import loading

if TYPE_CHECKING:
    from trackgate.models.model_info import ModelInfo

FLAVOR = SklearnFlavor()
SERIALIZATION_FORMAT_CLOUDPICKLE = CLOUDPICKLE
SERIALIZATION_FORMAT_PICKLE = PICKLE
SERIALIZATION_FORMAT_SKOPS = SKOPS
SUPPORTED_SERIALIZATION_FORMATS = list(FORMATS)


def save_model(
    sk_model: Any,
    path: str | os.PathLike[str],
    *,
    serialization_format: str | None = None,
    pyfunc_predict_fn: str = "predict",
    skops_trusted_types: Sequence[str] | None = None,
    **given: Unpack[calls.Saving],
) -> None:
    """Save a model into a new folder.

    serialization_format  "cloudpickle", "pickle" or "skops"; the first, where missing
    pyfunc_predict_fn     the method that python_function calls, such as predict_proba
    skops_trusted_types   those that skops may load beside the ones it knows
    """
    options = _options(serialization_format, pyfunc_predict_fn, skops_trusted_types)
    calls.save(FLAVOR, sk_model, path, options, **given)


def log_model(
    sk_model: Any,
    artifact_path: str | None = None,
    *,
    serialization_format: str | None = None,
    pyfunc_predict_fn: str = "predict",
    skops_trusted_types: Sequence[str] | None = None,
    **given: Unpack[calls.Logging],
) -> ModelInfo:
    """Log a model; otherwise as `save_model`."""
    options = _options(serialization_format, pyfunc_predict_fn, skops_trusted_types)
    return calls.log(FLAVOR, sk_model, artifact_path, options, **given)


def load_model(model_uri: str, dst_path: str | os.PathLike[str] | None = None) -> Any:
    """The model at a URI or in a folder.

    dst_path  where downloaded files go; a temporary folder, where it is missing
    """
    return loading.load(FLAVOR, model_uri, dst_path)


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    max_tuning_runs: int | None = 5,
    log_post_training_metrics: bool = True,
    serialization_format: str = CLOUDPICKLE,
    registered_model_name: str | None = None,
    pos_label: float | str | None = None,
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Log every training from now on: parameters, metrics of the training, the model.

    A call replaces the choices of the one before. What cannot be logged is a warning;
    the training is never the worse for it.

    disable                           log no more, and leave the library as it was
    exclusive                         log to runs that this starts only
    disable_for_unsupported_versions  accepted; any release is supported
    silent                            no warnings
    max_tuning_runs                   child runs of a search at most, the best ones;
                                      None: one for each
    log_post_training_metrics         also log what is measured after the training,
                                      by score() and the functions of sklearn.metrics
    pos_label                         the label that counts as positive
    extra_tags                        of the runs that this starts
    """
    del disable_for_unsupported_versions
    # Only those who want it pay for it.
    from trackgate.autologging.choices import Choices  # noqa: PLC0415
    from trackgate.autologging.sklearn_autolog import (  # noqa: PLC0415
        start_watching,
        stop_watching,
    )

    if disable:
        stop_watching()
        return
    start_watching(
        Choices(
            log_input_examples=log_input_examples,
            log_model_signatures=log_model_signatures,
            log_models=log_models,
            log_datasets=log_datasets,
            exclusive=exclusive,
            silent=silent,
            max_tuning_runs=max_tuning_runs,
            log_post_training_metrics=log_post_training_metrics,
            serialization_format=serialization_format,
            registered_model_name=registered_model_name,
            pos_label=pos_label,
            extra_tags=extra_tags or {},
        )
    )


def _options(
    serialization_format: str | None,
    pyfunc_predict_fn: str,
    skops_trusted_types: Sequence[str] | None,
) -> dict[str, Any]:
    return {
        "serialization_format": serialization_format,
        "pyfunc_predict_fn": pyfunc_predict_fn,
        "skops_trusted_types": skops_trusted_types,
    }
