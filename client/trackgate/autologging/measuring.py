"""Metrics that a user computes of a trained estimator: noted in its training's run.

A score is named after the function and the variable that holds the data, such as
`accuracy_score_X_test`. Form and rules are those of MLflow's autolog.
"""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import signature
from types import FunctionType
from typing import TYPE_CHECKING, Any

from trackgate.autologging import nesting
from trackgate.autologging.choices import Choices
from trackgate.autologging.patches import Around, Patches
from trackgate.autologging.training_data import describe
from trackgate.autologging.variables import shown, variable_name
from trackgate.data.datasets import dataset_input
from trackgate.flavors.libraries import library

if TYPE_CHECKING:
    from trackgate.client import TrackingClient
    from trackgate.fluent.active_run import ActiveRun

_PREDICTING = ("predict", "predict_proba", "predict_log_proba", "transform")
_NO_METRICS = {"check_scoring", "get_scorer", "get_scorer_names", "make_scorer"}
_FILE = "metric_info.json"
_UNNAMED = "unknown_dataset"


@dataclass(slots=True)
class Trained:
    """Where the metrics of one estimator go, and which there are already.

    datasets  by variable name the objects that were held by a variable of that name
    noted     those that the run names as its inputs
    counts    calls of each metric so far
    calls     by the metric's key how it was computed
    """

    client: TrackingClient
    run_id: str
    model_id: str | None
    datasets: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    noted: set[int] = field(default_factory=set[int])
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    calls: dict[str, str] = field(default_factory=dict[str, str])

    def dataset_name(self, data: object) -> str:
        """The variable's name; numbered from 2 on where others had the name before."""
        name = variable_name(data) or _UNNAMED
        known = self.datasets[name]
        if id(data) not in known:
            known.append(id(data))
        return _numbered(name, known.index(id(data)) + 1)

    def note(self, data: object) -> None:
        """Name data as an input of the run, once."""
        if id(data) in self.noted:
            return
        self.noted.add(id(data))
        dataset = describe(data)
        if dataset is not None:
            given = dataset_input(dataset, "eval", None)
            self.client.log_inputs(self.run_id, [given])

    def log(self, metric: str, dataset: str, value: float, call: str) -> None:
        """Log one value, and how it was computed."""
        self.counts[metric] += 1
        key = f"{_numbered(metric, self.counts[metric])}_{dataset}"
        self.client.log_metric(self.run_id, key, value, model_id=self.model_id)
        self.calls[key] = call
        self.client.log_dict(self.run_id, dict(sorted(self.calls.items())), _FILE)


class Measuring:
    """Follows what a program does with the estimators it has trained.

    Objects are known by their ids for as long as they live; none is kept alive.
    """

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._trained: dict[int, Trained] = {}
        self._predicted: dict[int, tuple[Trained, str]] = {}

    def remember(self, estimator: object, run: ActiveRun, model_id: str | None) -> None:
        """Note which run an estimator was trained in."""
        made = Trained(run.client, run.info.run_id, model_id)
        _keep(self._trained, estimator, made)

    def arounds(self) -> dict[str, Around]:
        """What goes around the estimators' methods, by name."""
        return {**dict.fromkeys(_PREDICTING, self._predict), "score": self._score}

    def watch_functions(self, patches: Patches) -> None:
        """Wrap the functions of sklearn.metrics; those imported before stay."""
        metrics = library("sklearn.metrics")
        for name in sorted(set(metrics.__all__) - _NO_METRICS):
            if isinstance(getattr(metrics, name), FunctionType):
                patches.wrap(metrics, name, self._compute)

    def _predict(
        self,
        original: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> Any:
        trained = self._of(args)
        with nesting.inside_this_thread():
            predicted = original(*args, **kwargs)
        if trained is not None:
            data = _data(args, kwargs)
            _keep(self._predicted, predicted, (trained, trained.dataset_name(data)))
            if self._choices.log_datasets:
                self._choices.attempt("the dataset", lambda: trained.note(data))
        return predicted

    def _score(
        self,
        original: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> Any:
        trained = self._of(args)
        with nesting.inside_this_thread():
            value = original(*args, **kwargs)
        if trained is not None and _is_number(value):
            kind = type(args[0]).__name__
            call = _call(f"{kind}.score", original, args, kwargs, skipped=1)
            dataset = trained.dataset_name(_data(args, kwargs))
            self._choices.attempt(
                f"the score of the {kind}",
                lambda: trained.log(f"{kind}_score", dataset, value, call),
            )
        return value

    def _compute(
        self,
        original: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> Any:
        is_users = not nesting.is_inside()
        with nesting.inside_this_thread():
            value = original(*args, **kwargs)
        given = [*args, *kwargs.values()]
        of = next((one for one in map(self._prediction, given) if one), None)
        if is_users and of is not None and _is_number(value):
            trained, dataset = of
            name = original.__name__
            call = _call(name, original, args, kwargs)
            self._choices.attempt(
                f"the metric {name}", lambda: trained.log(name, dataset, value, call)
            )
        return value

    def _of(self, args: tuple[Any, ...]) -> Trained | None:
        if not args or nesting.is_inside():
            return None
        return self._trained.get(id(args[0]))

    def _prediction(self, given: object) -> tuple[Trained, str] | None:
        return self._predicted.get(id(given))


def _keep(where: dict[int, Any], key: object, value: object) -> None:
    """Note something of an object, as long as that lives."""
    try:
        weakref.finalize(key, where.pop, id(key), None).atexit = False
    except TypeError:
        # Lists and numbers do not say when they go, and their id may come again.
        return
    where[id(key)] = value


def _data(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """What a method was given first, whatever its name."""
    return args[1] if len(args) > 1 else next(iter(kwargs.values()), None)


def _call(
    name: str,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    skipped: int = 0,
) -> str:
    names = list(signature(function).parameters)
    given = [*zip(names, args, strict=False)][skipped:] + list(kwargs.items())
    return f"{name}({', '.join(f'{key}={shown(value)}' for key, value in given)})"


def _is_number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float | library("numpy").number)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"
