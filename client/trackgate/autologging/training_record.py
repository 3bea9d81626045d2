"""What one training leaves in its run, before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from trackgate import values
from trackgate.autologging import searches
from trackgate.autologging.choices import Choices
from trackgate.autologging.entries import as_metrics, as_params
from trackgate.autologging.training_data import TrainingData, describe
from trackgate.autologging.training_metrics import measure
from trackgate.autologging.training_pictures import pictures
from trackgate.data.datasets import Dataset, dataset_input
from trackgate.flavors.libraries import library
from trackgate.models.signature import infer_signature

if TYPE_CHECKING:
    from trackgate.client import TrackingClient
    from trackgate.fluent.active_run import ActiveRun
    from trackgate.models.model_info import ModelInfo
    from trackgate.models.signature import ModelSignature

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{name}</title></head>
<body>
{estimator}
</body>
</html>
"""


@dataclass(slots=True)
class Record:
    """Logs an estimator's training to a run; each step may fail alone.

    model_id  of the logged model, once there is one
    """

    run: ActiveRun
    estimator: Any
    data: TrainingData
    choices: Choices
    model_id: str | None = None
    _dataset: Dataset | None = None

    def before(self) -> None:
        """Parameters, tags and the dataset."""
        attempt = self.choices.attempt
        attempt("the estimator's parameters", self._log_params)
        self._dataset = attempt(
            "the dataset", lambda: describe(self.data.features, self.data.labels)
        )
        if self.choices.log_datasets and self._dataset is not None:
            attempt("the dataset", self._log_dataset)

    def after(self) -> None:
        """The model, metrics, pictures; of a search what it found."""
        attempt = self.choices.attempt
        signature = self._signature() if self.choices.log_models else None
        best_id: str | None = None
        if self.choices.log_models:
            found = searches.best_params(self.estimator)
            self.model_id = self._log_model(
                self.estimator,
                "model",
                signature,
                {**_params(self.estimator), **found},
                self.choices.registered_model_name,
            )
            best_id = self._log_best(signature)
        attempt("the metrics of the training", self._log_metrics)
        for name, draw in pictures(self.estimator, self.data):
            attempt(name, partial(self._draw, draw, name))
        attempt("estimator.html", self._log_page)
        if searches.is_search(self.estimator):
            self._log_search(best_id)

    @property
    def _client(self) -> TrackingClient:
        return self.run.client

    @property
    def _run_id(self) -> str:
        return self.run.info.run_id

    def _log_params(self) -> None:
        self._client.log_batch(
            self._run_id,
            params=as_params(_params(self.estimator)),
            tags=values.tags(searches.estimator_tags(self.estimator)),
        )

    def _log_dataset(self) -> None:
        if self._dataset is not None:
            noted = dataset_input(self._dataset, "train", None)
            self._client.log_inputs(self._run_id, [noted])

    def _signature(self) -> ModelSignature | None:
        if not self.choices.log_model_signatures or self.data.example is None:
            return None
        return self.choices.attempt("the model's signature", self._infer_signature)

    def _infer_signature(self) -> ModelSignature:
        answers = next(
            method
            for name in ("predict", "transform")
            if (method := getattr(self.estimator, name, None)) is not None
        )
        # Its own copy, because predicting may change it.
        return infer_signature(self.data.example, answers(deepcopy(self.data.example)))

    def _log_model(
        self,
        estimator: Any,
        name: str,
        signature: ModelSignature | None,
        params: Mapping[str, Any],
        registered_name: str | None = None,
    ) -> str | None:
        """Log an estimator; the logged model's id, or None where it failed."""
        # It needs autolog itself for one of its functions.
        from trackgate import sklearn  # noqa: PLC0415

        def log() -> ModelInfo:
            return sklearn.log_model(
                estimator,
                name=name,
                run_id=self._run_id,
                # Without one, it is not to be inferred from the example either.
                signature=signature or False,
                input_example=self.data.example
                if self.choices.log_input_examples
                else None,
                serialization_format=self.choices.serialization_format,
                registered_model_name=registered_name,
                params={one.key: one.value for one in as_params(params)},
            )

        made = self.choices.attempt(f"the model {name!r}", log)
        return made.model_id if made else None

    def _log_best(self, signature: ModelSignature | None) -> str | None:
        best = searches.best_estimator(self.estimator)
        if best is None:
            return None
        return self._log_model(best, "best_estimator", signature, _params(best))

    def _log_metrics(self) -> None:
        found = measure(self.estimator, self.data, self.choices)
        if not found and self.data.labels is None:
            self.choices.warn("Without labels there are no metrics of the training.")
        found.update(searches.best_score(self.estimator))
        self._client.log_batch(
            self._run_id, metrics=as_metrics(found, self._dataset, self.model_id)
        )

    def _draw(self, draw: Callable[[], object], name: str) -> None:
        self._client.log_figure(self._run_id, draw(), name)

    def _log_page(self) -> None:
        html = library("sklearn.utils").estimator_html_repr(self.estimator)
        name = type(self.estimator).__name__
        page = _PAGE.format(name=name, estimator=html)
        self._client.log_text(self._run_id, page, "estimator.html")

    def _log_search(self, best_id: str | None) -> None:
        attempt = self.choices.attempt
        found = as_params(searches.best_params(self.estimator))
        attempt(
            "the best parameters",
            lambda: self._client.log_batch(self._run_id, params=found),
        )
        attempt("the search's child runs", lambda: self._log_children(best_id))
        attempt(
            "cv_results.csv",
            lambda: self._client.log_text(
                self._run_id, searches.as_csv(self.estimator), "cv_results.csv"
            ),
        )

    def _log_children(self, best_id: str | None) -> None:
        for child in searches.children(self.estimator, self.choices.max_tuning_runs):
            run_id = searches.create_child(self.run, child.tags)
            model_id = best_id if child.is_best else None
            self._client.log_batch(
                run_id,
                params=as_params(child.params),
                metrics=as_metrics(child.metrics, self._dataset, model_id),
            )
            if self._dataset is not None:
                noted = dataset_input(self._dataset, "train", None)
                self._client.log_inputs(run_id, [noted])
            self._client.set_terminated(run_id)


def _params(estimator: Any) -> dict[str, Any]:
    # Those of a search's estimator are what it starts from, not what it found.
    params: dict[str, Any] = estimator.get_params(
        deep=not searches.is_search(estimator)
    )
    return params
