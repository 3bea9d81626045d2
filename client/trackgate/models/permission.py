"""Whether this program may load models whose files can run code."""

from __future__ import annotations

import os

from trackgate.errors import PermissionDenied
from trackgate.settings import Settings


def require_for_code(kind: str) -> None:
    """Raise PermissionDenied where the environment forbids such models.

    kind  what the file is, such as "a pickle"
    """
    if not Settings.from_environment(os.environ).allow_pickles:
        raise PermissionDenied(
            f"The model is {kind}, which can run code when it is loaded, and"
            " MLFLOW_ALLOW_PICKLE_DESERIALIZATION forbids that here."
        )
