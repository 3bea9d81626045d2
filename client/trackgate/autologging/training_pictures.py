"""Pictures of what a classifier confuses, drawn where matplotlib is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

from trackgate.autologging.training_data import TrainingData
from trackgate.autologging.training_metrics import PREFIX
from trackgate.flavors.libraries import library
from trackgate.models import libraries

_DOTS_PER_INCH = 175
_TEXT_POINTS = 8.0


def pictures(
    estimator: Any, data: TrainingData
) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Names of files, and what draws each; none unless it is a classifier.

    The curves are drawn where there are two classes.
    """
    drawable = find_spec("matplotlib") is not None and data.labels is not None
    if not drawable or not library("sklearn.base").is_classifier(estimator):
        return
    classes = len(libraries.load("numpy").unique(data.labels))
    yield (
        f"{PREFIX}confusion_matrix.png",
        lambda: _draw(
            "ConfusionMatrixDisplay",
            "Normalized confusion matrix",
            estimator,
            data,
            # Many classes have little room each.
            text_points=min(_TEXT_POINTS, 50.0 / classes),
            normalize="true",
            cmap="Blues",
        ),
    )
    if classes == 2:
        yield (
            f"{PREFIX}roc_curve.png",
            lambda: _draw("RocCurveDisplay", "ROC curve", estimator, data),
        )
        yield (
            f"{PREFIX}precision_recall_curve.png",
            lambda: _draw(
                "PrecisionRecallDisplay", "Precision recall curve", estimator, data
            ),
        )


def _draw(
    kind: str,
    title: str,
    estimator: Any,
    data: TrainingData,
    text_points: float = _TEXT_POINTS,
    **how: Any,
) -> Any:
    """One picture of an estimator's answers."""
    matplotlib = library("matplotlib")
    display = getattr(library("sklearn.metrics"), kind)
    with matplotlib.rc_context({"font.size": text_points}):
        # A figure of its own, so that no window and no figure of the user's changes.
        figure = library("matplotlib.figure").Figure(
            figsize=(6.0, 4.0), dpi=_DOTS_PER_INCH, layout="tight"
        )
        axes = figure.subplots()
        weights = {"sample_weight": data.weights}
        display.from_estimator(
            estimator, data.features, data.labels, ax=axes, **weights, **how
        )
        axes.set_title(title)
    return figure
