"""How well an estimator does on the data it was trained on, by its kind.

Names and definitions are those of MLflow's autolog.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import signature
from typing import Any

from trackgate.autologging.choices import Choices
from trackgate.autologging.training_data import TrainingData
from trackgate.flavors.libraries import library

PREFIX = "training_"


def measure(estimator: Any, data: TrainingData, choices: Choices) -> dict[str, float]:
    """The metrics of a fitted estimator; none where there are no labels.

    One that cannot be computed is left out, with a warning.
    """
    if data.labels is None:
        return {}
    found: dict[str, float] = {}
    for name, compute in _measures(estimator, data, choices):
        value = choices.attempt(f"the metric {PREFIX}{name}", compute)
        if value is not None:
            found[f"{PREFIX}{name}"] = float(value)
    squared = found.get(f"{PREFIX}mean_squared_error")
    if squared is not None:
        found[f"{PREFIX}root_mean_squared_error"] = squared**0.5
    return found


_Measures = Iterator[tuple[str, Callable[[], Any]]]


def _measures(estimator: Any, data: TrainingData, choices: Choices) -> _Measures:
    base = library("sklearn.base")
    if base.is_classifier(estimator):
        yield from _of_labels(estimator, data, choices.pos_label)
        if hasattr(estimator, "predict_proba"):
            yield from _of_probabilities(estimator, data)
    elif base.is_regressor(estimator):
        yield from _of_numbers(estimator, data)
    if hasattr(estimator, "score"):
        yield "score", lambda: _score(estimator, data)


def _of_labels(estimator: Any, data: TrainingData, positive: Any) -> _Measures:
    metrics = library("sklearn.metrics")
    asked = _once(lambda: estimator.predict(data.features))
    weights = {"sample_weight": data.weights}
    how = {"average": "weighted" if positive is None else "binary"}

    def compare(compute: Callable[..., Any], **given: Any) -> Callable[[], Any]:
        return lambda: compute(data.labels, asked(), **weights, **given)

    for name in ("precision_score", "recall_score", "f1_score"):
        yield name, compare(getattr(metrics, name), pos_label=positive, **how)
    yield "accuracy_score", compare(metrics.accuracy_score)


def _of_probabilities(estimator: Any, data: TrainingData) -> _Measures:
    metrics = library("sklearn.metrics")
    asked = _once(lambda: estimator.predict_proba(data.features))
    weights = {"sample_weight": data.weights}
    yield "log_loss", lambda: metrics.log_loss(data.labels, asked(), **weights)

    def area() -> Any:
        scores = asked()
        # Of two classes the greater label's scores are meant.
        scores = scores[:, 1] if scores.shape[1] == 2 else scores
        return metrics.roc_auc_score(
            data.labels, scores, average="weighted", multi_class="ovo", **weights
        )

    yield "roc_auc", area


def _of_numbers(estimator: Any, data: TrainingData) -> _Measures:
    metrics = library("sklearn.metrics")
    asked = _once(lambda: estimator.predict(data.features))
    how = {"sample_weight": data.weights, "multioutput": "uniform_average"}

    def compare(compute: Callable[..., Any]) -> Callable[[], Any]:
        return lambda: compute(data.labels, asked(), **how)

    for name in ("mean_squared_error", "mean_absolute_error", "r2_score"):
        yield name, compare(getattr(metrics, name))


def _score(estimator: Any, data: TrainingData) -> Any:
    takes_weights = "sample_weight" in signature(estimator.score).parameters
    given = {"sample_weight": data.weights} if takes_weights else {}
    return estimator.score(data.features, data.labels, **given)


def _once(compute: Callable[[], Any]) -> Callable[[], Any]:
    """What is computed when it is first asked for, and kept."""
    kept: list[Any] = []

    def asked() -> Any:
        if not kept:
            kept.append(compute())
        return kept[0]

    return asked
