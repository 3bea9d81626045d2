"""The client's methods about what runs used and made."""

from __future__ import annotations

from collections.abc import Sequence

from trackgate_wire.datasets import (
    LOG_INPUTS,
    LOG_OUTPUTS,
    SEARCH_DATASETS,
    DatasetSummary,
    LogInputs,
    LogOutputs,
    SearchDatasets,
)

from trackgate.calls import Calls, calls
from trackgate.entities import (
    DatasetInput,
    LoggedModelInput,
    LoggedModelOutput,
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
