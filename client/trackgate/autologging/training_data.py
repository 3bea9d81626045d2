"""What a training was called with: data, labels, weights, and an example."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trackgate.data.datasets import from_numpy, from_pandas
from trackgate.flavors.libraries import library
from trackgate.models import libraries

if TYPE_CHECKING:
    from trackgate.data.datasets import Dataset

_WEIGHTS = "sample_weight"
# As many rows as MLflow takes for an input example.
_EXAMPLE_ROWS = 5
# Parameters of estimators that change the data in place when they are false.
_COPYING = frozenset({"copy", "copy_X", "copy_x", "copy_Xy"})
_OVERWRITING = frozenset({"overwrite_X", "overwrite_a"})


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What an estimator learns from.

    labels, weights  None where there are none
    example          the first rows, as they were before the training; None where the
                     data have none
    """

    features: Any
    labels: Any
    weights: Any
    example: Any

    @classmethod
    def of_call(
        cls, fit: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> TrainingData:
        """What a call of fit(X, y, …) was given, under whatever names it has for it.

        args  the estimator is the first
        """
        names = list(inspect.signature(fit).parameters)
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        estimator, features, labels = (given.get(name) for name in [*names, "", ""][:3])
        if _changes_data(estimator):
            features, labels = deepcopy((features, labels))
        return cls(features, labels, given.get(_WEIGHTS), _example(features))


def describe(features: Any, labels: Any = None) -> Dataset | None:
    """Data as a run notes them; None for what cannot be described."""
    if isinstance(features, libraries.load("pandas").DataFrame):
        return from_pandas(features)
    array = libraries.load("numpy").ndarray
    if not isinstance(features, array):
        return None
    return from_numpy(features, targets=labels if isinstance(labels, array) else None)


def _changes_data(estimator: Any) -> bool:
    params: Mapping[str, Any] = estimator.get_params(deep=True)
    ends = {name.rpartition("__")[2]: value for name, value in params.items()}
    return any(ends.get(name) is False for name in _COPYING) or any(
        ends.get(name) is True for name in _OVERWRITING
    )


def _example(features: Any) -> Any:
    if library("scipy.sparse").issparse(features):
        return None
    try:
        return deepcopy(features[:_EXAMPLE_ROWS])
    except (TypeError, KeyError, IndexError):
        return None
