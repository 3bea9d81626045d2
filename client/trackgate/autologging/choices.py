"""What a user chose of scikit-learn's autolog."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from trackgate.errors import InvalidParameterValue

_logger = logging.getLogger("trackgate")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The choices, under MLflow's names.

    max_tuning_runs  child runs of a search at most, the best; None: one for each
    pos_label        the label that counts as positive, where there are two classes
    exclusive        log to runs that autolog started only, not to the user's
    silent           no warnings where something cannot be logged

    Raises InvalidParameterValue for a negative number of runs.
    """

    log_input_examples: bool = False
    log_model_signatures: bool = True
    log_models: bool = True
    log_datasets: bool = True
    exclusive: bool = False
    silent: bool = False
    max_tuning_runs: int | None = 5
    log_post_training_metrics: bool = True
    serialization_format: str = "cloudpickle"
    registered_model_name: str | None = None
    pos_label: int | str | float | None = None
    extra_tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        if self.max_tuning_runs is not None and self.max_tuning_runs < 0:
            raise InvalidParameterValue(
                f"max_tuning_runs is {self.max_tuning_runs}; it cannot be negative."
            )

    def attempt(self, what: str, step: Callable[[], T]) -> T | None:
        """Do one step of logging, whose failure is none of the training's.

        what  is not logged then, as the warning says
        """
        try:
            return step()
        except Exception as error:
            self.warn("autolog could not log %s: %s", what, error)
            return None

    def warn(self, message: str, *values: object) -> None:
        """A warning, unless they are to be silent."""
        if not self.silent:
            _logger.warning(message, *values)
