"""The client's methods about experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trackgate_wire import experiments, limits, rules
from trackgate_wire.experiments import (
    CreateExperiment,
    DeleteExperimentTag,
    ExperimentRef,
    GetExperimentByName,
    SearchExperiments,
    SetExperimentTag,
    UpdateExperiment,
)

from trackgate import entities, values
from trackgate.calls import Calls, calls
from trackgate.entities import Experiment, PagedList, ViewType
from trackgate.errors import NotFound


class ExperimentCalls(Calls):
    """Experiments: create, find, change, delete and restore."""

    @calls(experiments.CREATE_EXPERIMENT)
    def create_experiment(
        self,
        name: str,
        artifact_location: str | None = None,
        tags: Mapping[str, object] | None = None,
    ) -> str:
        """Create an experiment and return its id.

        Raises AlreadyExists where the name is taken, also by a deleted one.
        """
        rules.check_experiment_name(name)
        request = CreateExperiment(
            name, artifact_location, values.experiment_tags(tags)
        )
        created = self._connection.call(experiments.CREATE_EXPERIMENT, request)
        return created.experiment_id

    @calls(experiments.GET_EXPERIMENT)
    def get_experiment(self, experiment_id: str) -> Experiment:
        """The experiment of that id, deleted or not; raises NotFound."""
        request = ExperimentRef(str(experiment_id))
        found = self._connection.call(experiments.GET_EXPERIMENT, request)
        return Experiment.of(found.experiment)

    @calls(experiments.GET_EXPERIMENT_BY_NAME)
    def get_experiment_by_name(self, name: str) -> Experiment | None:
        """The experiment of that name, deleted or not; None where there is none."""
        request = GetExperimentByName(name)
        try:
            found = self._connection.call(experiments.GET_EXPERIMENT_BY_NAME, request)
        except NotFound:
            return None
        return Experiment.of(found.experiment)

    @calls(experiments.SEARCH_EXPERIMENTS)
    def search_experiments(
        self,
        view_type: ViewType | str | int = ViewType.ACTIVE_ONLY,
        max_results: int | None = limits.EXPERIMENTS_PER_PAGE_DEFAULT,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Experiment]:
        """One page of the experiments that match, newest first unless ordered."""
        request = SearchExperiments(
            max_results=max_results or limits.EXPERIMENTS_PER_PAGE_DEFAULT,
            page_token=page_token or None,
            filter=filter_string or None,
            order_by=list(order_by or ()),
            view_type=entities.view_type(view_type),
        )
        page = self._connection.call(experiments.SEARCH_EXPERIMENTS, request)
        found = map(Experiment.of, page.experiments)
        return PagedList(found, page.next_page_token or None)

    @calls(experiments.DELETE_EXPERIMENT)
    def delete_experiment(self, experiment_id: str) -> None:
        """Hide an experiment and its runs; it can be restored."""
        request = ExperimentRef(str(experiment_id))
        self._connection.call(experiments.DELETE_EXPERIMENT, request)

    @calls(experiments.RESTORE_EXPERIMENT)
    def restore_experiment(self, experiment_id: str) -> None:
        """Bring back a deleted experiment and the runs that went with it."""
        request = ExperimentRef(str(experiment_id))
        self._connection.call(experiments.RESTORE_EXPERIMENT, request)

    @calls(experiments.UPDATE_EXPERIMENT)
    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """Give an experiment a new name."""
        rules.check_experiment_name(new_name)
        request = UpdateExperiment(str(experiment_id), new_name)
        self._connection.call(experiments.UPDATE_EXPERIMENT, request)

    @calls(experiments.SET_EXPERIMENT_TAG)
    def set_experiment_tag(self, experiment_id: str, key: str, value: object) -> None:
        """Set a tag of an experiment, replacing the one of that key."""
        tag = values.experiment_tag(key, value)
        request = SetExperimentTag(str(experiment_id), tag.key, tag.value)
        self._connection.call(experiments.SET_EXPERIMENT_TAG, request)

    @calls(experiments.DELETE_EXPERIMENT_TAG)
    def delete_experiment_tag(self, experiment_id: str, key: str) -> None:
        """Remove a tag of an experiment."""
        request = DeleteExperimentTag(str(experiment_id), key)
        self._connection.call(experiments.DELETE_EXPERIMENT_TAG, request)
