"""Experiment tracking that a training script imports.

The names are MLflow's, so `import trackgate as mlflow` is all that changes. Nothing
is loaded before it is used: the import costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from trackgate.lazily import loader as _loader

if TYPE_CHECKING:
    __version__: str
    from trackgate import (
        artifacts,
        client,
        config,
        data,
        entities,
        exceptions,
        lightgbm,
        models,
        onnx,
        projects,
        pyfunc,
        pytorch,
        sklearn,
        statsmodels,
        tracking,
        types,
        xgboost,
    )
    from trackgate.autologging.everything import (
        autolog,
    )
    from trackgate.client import (
        MlflowClient,
        TrackingClient,
    )
    from trackgate.errors import (
        TrackgateError,
        Unauthenticated,
    )
    from trackgate.exceptions import (
        MlflowException,
    )
    from trackgate.fluent.active_model import (
        ActiveModel,
        set_active_model,
    )
    from trackgate.fluent.active_run import (
        ActiveRun,
    )
    from trackgate.fluent.experiments import (
        create_experiment,
        delete_experiment,
        delete_experiment_tag,
        get_experiment,
        get_experiment_by_name,
        restore_experiment,
        search_experiments,
        set_experiment,
        set_experiment_tag,
        set_experiment_tags,
    )
    from trackgate.fluent.files import (
        get_artifact_uri,
        load_table,
        log_artifact,
        log_artifacts,
        log_dict,
        log_figure,
        log_image,
        log_stream,
        log_table,
        log_text,
    )
    from trackgate.fluent.logged_models import (
        create_external_model,
        delete_logged_model_tag,
        finalize_logged_model,
        get_logged_model,
        initialize_logged_model,
        last_logged_model,
        log_model_params,
        search_logged_models,
        set_logged_model_tags,
    )
    from trackgate.fluent.logging import (
        delete_tag,
        flush_async_logging,
        log_input,
        log_inputs,
        log_metric,
        log_metrics,
        log_outputs,
        log_param,
        log_params,
        set_tag,
        set_tags,
    )
    from trackgate.fluent.registry import (
        register_model,
        search_model_versions,
        search_registered_models,
        set_model_version_tag,
    )
    from trackgate.fluent.runs import (
        active_run,
        delete_run,
        end_run,
        get_parent_run,
        get_run,
        last_active_run,
        restore_run,
        start_run,
    )
    from trackgate.fluent.searching import (
        search_runs,
    )
    from trackgate.fluent.session import (
        get_tracking_uri,
        is_tracking_uri_set,
        set_tracking_uri,
    )
    from trackgate.fluent.thread_models import (
        clear_active_model,
        get_active_model_id,
    )
    from trackgate.notebooks.cells import (
        load_ipython_extension,
        unload_ipython_extension,
    )
    from trackgate.projects.running import (
        run,
    )


__all__ = [
    "ActiveModel",
    "ActiveRun",
    "MlflowClient",
    "MlflowException",
    "TrackgateError",
    "TrackingClient",
    "Unauthenticated",
    "__version__",
    "active_run",
    "artifacts",
    "autolog",
    "clear_active_model",
    "client",
    "config",
    "create_experiment",
    "create_external_model",
    "data",
    "delete_experiment",
    "delete_experiment_tag",
    "delete_logged_model_tag",
    "delete_run",
    "delete_tag",
    "end_run",
    "entities",
    "exceptions",
    "finalize_logged_model",
    "flush_async_logging",
    "get_active_model_id",
    "get_artifact_uri",
    "get_experiment",
    "get_experiment_by_name",
    "get_logged_model",
    "get_parent_run",
    "get_run",
    "get_tracking_uri",
    "initialize_logged_model",
    "is_tracking_uri_set",
    "last_active_run",
    "last_logged_model",
    "lightgbm",
    "load_ipython_extension",
    "load_table",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_input",
    "log_inputs",
    "log_metric",
    "log_metrics",
    "log_model_params",
    "log_outputs",
    "log_param",
    "log_params",
    "log_stream",
    "log_table",
    "log_text",
    "models",
    "onnx",
    "projects",
    "pyfunc",
    "pytorch",
    "register_model",
    "restore_experiment",
    "restore_run",
    "run",
    "search_experiments",
    "search_logged_models",
    "search_model_versions",
    "search_registered_models",
    "search_runs",
    "set_active_model",
    "set_experiment",
    "set_experiment_tag",
    "set_experiment_tags",
    "set_logged_model_tags",
    "set_model_version_tag",
    "set_tag",
    "set_tags",
    "set_tracking_uri",
    "sklearn",
    "start_run",
    "statsmodels",
    "tracking",
    "types",
    "unload_ipython_extension",
    "xgboost",
]

# Where each name lives. A test holds this, `__all__` and the imports above together.
_HOMES = {
    "autologging.everything": ("autolog",),
    "client": (
        "MlflowClient",
        "TrackingClient",
    ),
    "errors": (
        "TrackgateError",
        "Unauthenticated",
    ),
    "exceptions": ("MlflowException",),
    "fluent.active_model": (
        "ActiveModel",
        "set_active_model",
    ),
    "fluent.active_run": ("ActiveRun",),
    "fluent.experiments": (
        "create_experiment",
        "delete_experiment",
        "delete_experiment_tag",
        "get_experiment",
        "get_experiment_by_name",
        "restore_experiment",
        "search_experiments",
        "set_experiment",
        "set_experiment_tag",
        "set_experiment_tags",
    ),
    "fluent.files": (
        "get_artifact_uri",
        "load_table",
        "log_artifact",
        "log_artifacts",
        "log_dict",
        "log_figure",
        "log_image",
        "log_stream",
        "log_table",
        "log_text",
    ),
    "fluent.logged_models": (
        "create_external_model",
        "delete_logged_model_tag",
        "finalize_logged_model",
        "get_logged_model",
        "initialize_logged_model",
        "last_logged_model",
        "log_model_params",
        "search_logged_models",
        "set_logged_model_tags",
    ),
    "fluent.logging": (
        "delete_tag",
        "flush_async_logging",
        "log_input",
        "log_inputs",
        "log_metric",
        "log_metrics",
        "log_outputs",
        "log_param",
        "log_params",
        "set_tag",
        "set_tags",
    ),
    "fluent.registry": (
        "register_model",
        "search_model_versions",
        "search_registered_models",
        "set_model_version_tag",
    ),
    "fluent.runs": (
        "active_run",
        "delete_run",
        "end_run",
        "get_parent_run",
        "get_run",
        "last_active_run",
        "restore_run",
        "start_run",
    ),
    "fluent.searching": ("search_runs",),
    "fluent.session": (
        "get_tracking_uri",
        "is_tracking_uri_set",
        "set_tracking_uri",
    ),
    "fluent.thread_models": (
        "clear_active_model",
        "get_active_model_id",
    ),
    "notebooks.cells": (
        "load_ipython_extension",
        "unload_ipython_extension",
    ),
    "projects.running": ("run",),
}
_MODULES = frozenset(
    {
        "artifacts",
        "client",
        "config",
        "data",
        "entities",
        "exceptions",
        "lightgbm",
        "models",
        "onnx",
        "projects",
        "pyfunc",
        "pytorch",
        "sklearn",
        "statsmodels",
        "tracking",
        "types",
        "xgboost",
    }
)
_find = _loader(__name__, _HOMES, _MODULES)


def __getattr__(name: str) -> object:
    if name == "__version__":
        return import_module("importlib.metadata").version(__name__)
    return _find(name)


def __dir__() -> list[str]:
    return sorted(__all__)
