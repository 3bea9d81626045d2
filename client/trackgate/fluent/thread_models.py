"""The models of each thread: the active one, and the one it logged last."""

from __future__ import annotations

import os
import threading

from trackgate.fluent import session


class _Here(threading.local):
    active_id: str | None = None
    # Whether somebody has asked or chosen; before, the environment's is meant.
    is_known: bool = False
    last_id: str | None = None


_here = _Here()


def get_active_model_id() -> str | None:
    """The model that metrics without a `model_id` are logged to; None for none."""
    if not _here.is_known:
        activate(session.settings().active_model_id)
    return _here.active_id


def clear_active_model() -> None:
    """Log metrics to no model from now on, also in programs started from here."""
    os.environ.pop("MLFLOW_ACTIVE_MODEL_ID", None)
    activate(None)


def activate(model_id: str | None) -> None:
    """Log metrics of this thread to a model from now on."""
    _here.active_id = model_id
    _here.is_known = True


def remember_last(model_id: str) -> None:
    """Note which model this thread logged last."""
    _here.last_id = model_id


def last_id() -> str | None:
    """Id of the model that this thread logged last."""
    return _here.last_id
