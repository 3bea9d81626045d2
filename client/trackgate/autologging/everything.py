"""Autolog for whatever library is installed that has one: scikit-learn, so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec

_FLAVOR = "sklearn"


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    log_traces: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    extra_tags: Mapping[str, str] | None = None,
    exclude_flavors: Sequence[str] | None = None,
) -> None:
    """Log every training from now on, as `trackgate.sklearn.autolog` says.

    log_traces       accepted; nothing is traced
    exclude_flavors  libraries to leave alone

    A library that is not installed is left out.
    """
    del log_traces
    if _FLAVOR in (exclude_flavors or ()) or find_spec(_FLAVOR) is None:
        return
    # It imports more than whoever only logs metrics needs.
    from trackgate import sklearn  # noqa: PLC0415

    sklearn.autolog(
        log_input_examples=log_input_examples,
        log_model_signatures=log_model_signatures,
        log_models=log_models,
        log_datasets=log_datasets,
        disable=disable,
        exclusive=exclusive,
        disable_for_unsupported_versions=disable_for_unsupported_versions,
        silent=silent,
        extra_tags=extra_tags,
    )
