"""What a search over parameters found: the best, and a child run for each candidate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

from trackgate.flavors.libraries import library
from trackgate.models import libraries
from trackgate.run_calls import PARENT_TAG
from trackgate.run_context import context_tags

if TYPE_CHECKING:
    from trackgate.fluent.active_run import ActiveRun

AUTOLOG_TAG = "mlflow.autologging"
FLAVOR = "sklearn"
_RANK = "rank_test_score"
# The parameters stand in a column of their own; the splits' scores are too many.
_LEFT_OUT = ("param", "split")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One set of parameters that a search tried.

    metrics  times and scores over all splits: mean, deviation, rank
    """

    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    is_best: bool


def is_search(estimator: object) -> bool:
    """Whether it tries parameters, as GridSearchCV and RandomizedSearchCV do."""
    selection = library("sklearn.model_selection")
    kinds = selection.GridSearchCV, selection.RandomizedSearchCV
    return isinstance(estimator, kinds)


def estimator_tags(estimator: object) -> dict[str, str]:
    """The name and the class of an estimator, as tags of its run."""
    kind = type(estimator)
    return {
        "estimator_name": kind.__name__,
        "estimator_class": f"{kind.__module__}.{kind.__name__}",
    }


def best_params(search: Any) -> dict[str, Any]:
    """The best parameters, each named "best_…"; none unless it is a fitted search."""
    found: Mapping[str, Any] = getattr(search, "best_params_", None) or {}
    return {f"best_{name}": value for name, value in found.items()}


def best_score(search: Any) -> dict[str, float]:
    """The best candidate's mean score; none unless it is a fitted search."""
    if not is_search(search) or not hasattr(search, "best_score_"):
        return {}
    return {"best_cv_score": float(search.best_score_)}


def best_estimator(search: Any) -> Any:
    """The estimator with the best parameters, fitted to all data, or None."""
    return getattr(search, "best_estimator_", None) if is_search(search) else None


def as_csv(search: Any) -> str:
    """All results of a search."""
    return str(
        libraries.load("pandas").DataFrame(search.cv_results_).to_csv(index=False)
    )


def children(search: Any, limit: int | None) -> Iterator[Candidate]:
    """The candidates of a search; the best ones only, where there is a limit.

    Where there are several scores, the first one's ranks count.
    """
    frame = libraries.load("pandas").DataFrame(search.cv_results_)
    if limit is not None:
        ranks = [name for name in frame.columns if name.startswith("rank_test_")]
        frame = frame.nsmallest(limit, _RANK if _RANK in ranks else ranks[0])
    start = search.estimator
    untuned = start.get_params(deep=not is_search(start))
    best: Mapping[str, Any] | None = getattr(search, "best_params_", None)
    for row in frame.to_dict(orient="records"):
        yield Candidate(
            {**untuned, **row["params"]},
            _metrics(row),
            estimator_tags(start),
            best is not None and row["params"] == best,
        )


def create_child(parent: ActiveRun, tags: Mapping[str, str]) -> str:
    """A run inside a search's run, which began when the search did; its id."""
    credentials = parent.client.credentials
    made = parent.client.create_run(
        parent.info.experiment_id,
        start_time=parent.info.start_time,
        tags={
            **context_tags(credentials.username if credentials else None),
            AUTOLOG_TAG: FLAVOR,
            PARENT_TAG: parent.info.run_id,
            **tags,
        },
    )
    return made.info.run_id


def _metrics(row: Mapping[Any, Any]) -> dict[str, float]:
    return {
        str(name): float(value)
        for name, value in row.items()
        if isinstance(value, Real) and not str(name).startswith(_LEFT_OUT)
    }
