"""The client's methods about what runs used and made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trackgate_wire import limits
from trackgate_wire.datasets import (
    LOG_INPUTS,
    LOG_OUTPUTS,
    SEARCH_DATASETS,
    DatasetSummary,
    LogInputs,
    LogOutputs,
    SearchDatasets,
)
from trackgate_wire.logged_models import SEARCH_LOGGED_MODELS, SearchLoggedModels

from trackgate.calls import Calls, calls
from trackgate.entities import (
    DatasetInput,
    LoggedModelInput,
    LoggedModelOutput,
    PagedList,
)


class DatasetCalls(Calls):
    """Datasets and models: inputs and outputs of runs."""

    @calls(LOG_INPUTS)
    def log_inputs(
        self,
        run_id: str,
        datasets: Sequence[DatasetInput] | None = None,
        models: Sequence[LoggedModelInput] | None = None,
    ) -> None:
        """Note which datasets and models a run used."""
        request = LogInputs(
            run_id=run_id, datasets=list(datasets or ()), models=list(models or ())
        )
        self._connection.call(LOG_INPUTS, request)

    @calls(LOG_OUTPUTS)
    def log_outputs(self, run_id: str, models: Sequence[LoggedModelOutput]) -> None:
        """Note which models a run made."""
        request = LogOutputs(run_id=run_id, models=list(models))
        self._connection.call(LOG_OUTPUTS, request)

    @calls(SEARCH_DATASETS)
    def search_dataset_summaries(
        self, experiment_ids: Sequence[str]
    ) -> list[DatasetSummary]:
        """The datasets that runs of those experiments used."""
        request = SearchDatasets([str(one) for one in experiment_ids])
        found = self._connection.call(SEARCH_DATASETS, request)
        return found.dataset_summaries

    @calls(SEARCH_LOGGED_MODELS)
    def search_logged_models(
        self,
        experiment_ids: Sequence[str],
        filter_string: str | None = None,
        datasets: Sequence[dict[str, Any]] | None = None,
        max_results: int | None = None,
        order_by: Sequence[dict[str, Any]] | None = None,
        page_token: str | None = None,
    ) -> PagedList[dict[str, Any]]:
        """One page of logged models; a server without a registry has none."""
        request = SearchLoggedModels(
            experiment_ids=[str(one) for one in experiment_ids],
            filter=filter_string,
            datasets=list(datasets or ()),
            max_results=max_results or limits.LOGGED_MODELS_PER_PAGE,
            order_by=list(order_by or ()),
            page_token=page_token,
        )
        page = self._connection.call(SEARCH_LOGGED_MODELS, request)
        return PagedList(page.models, page.next_page_token or None)
