"""The client's methods about logged models; those about files are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from trackgate_wire import codec, limits, logged_models
from trackgate_wire.endpoint import Empty
from trackgate_wire.logged_models import (
    CreateLoggedModel,
    DatasetOfSearch,
    FinalizeLoggedModel,
    GetLoggedModel,
    LoggedModelOrder,
    LoggedModelParam,
    LoggedModelTag,
    LogLoggedModelParams,
    SearchLoggedModels,
    SetLoggedModelTags,
)

from trackgate.calls import Calls, calls
from trackgate.entities import LoggedModel, PagedList
from trackgate.entities.logged_models import wire_status
from trackgate.errors import InvalidParameterValue

_FieldsOf = Mapping[str, Any]


class LoggedModelCalls(Calls):
    """Logged models: create, find, finish, describe, delete."""

    @calls(logged_models.CREATE_LOGGED_MODEL, logged_models.LOG_LOGGED_MODEL_PARAMS)
    def create_logged_model(
        self,
        experiment_id: str,
        name: str | None = None,
        source_run_id: str | None = None,
        tags: Mapping[str, object] | None = None,
        params: Mapping[str, object] | None = None,
        model_type: str | None = None,
    ) -> LoggedModel:
        """Create a model that waits for its files.

        name           the server makes one up where it is missing
        source_run_id  the run that made it
        """
        first, *more = list(_param_batches(params or {})) or [[]]
        request = CreateLoggedModel(
            experiment_id=str(experiment_id),
            name=name,
            model_type=model_type,
            source_run_id=source_run_id,
            params=first,
            tags=_tags(tags or {}),
        )
        endpoint = logged_models.CREATE_LOGGED_MODEL
        made = LoggedModel.of(self._connection.call(endpoint, request).model)
        if not more:
            return made
        for batch in more:
            self._log_params(made.model_id, batch)
        return self.get_logged_model(made.model_id)

    @calls(logged_models.GET_LOGGED_MODEL)
    def get_logged_model(
        self, model_id: str, allow_deleted: bool = False
    ) -> LoggedModel:
        """The model of that id; raises NotFound, also for a deleted one."""
        request = GetLoggedModel("true" if allow_deleted else "false")
        endpoint = logged_models.GET_LOGGED_MODEL
        found = self._connection.call(endpoint, request, model_id=model_id)
        return LoggedModel.of(found.model)

    @calls(logged_models.FINALIZE_LOGGED_MODEL)
    def finalize_logged_model(self, model_id: str, status: str) -> LoggedModel:
        """Say that all files are there ("READY"), or will not come ("FAILED")."""
        request = FinalizeLoggedModel(model_id=model_id, status=wire_status(status))
        endpoint = logged_models.FINALIZE_LOGGED_MODEL
        found = self._connection.call(endpoint, request, model_id=model_id)
        return LoggedModel.of(found.model)

    @calls(logged_models.DELETE_LOGGED_MODEL)
    def delete_logged_model(self, model_id: str) -> None:
        """Hide a model; its files stay until they are purged."""
        endpoint = logged_models.DELETE_LOGGED_MODEL
        self._connection.call(endpoint, Empty(), model_id=model_id)

    @calls(logged_models.SET_LOGGED_MODEL_TAGS)
    def set_logged_model_tags(self, model_id: str, tags: Mapping[str, object]) -> None:
        """Set tags of a model, replacing those of the same keys."""
        request = SetLoggedModelTags(model_id=model_id, tags=_tags(tags))
        endpoint = logged_models.SET_LOGGED_MODEL_TAGS
        self._connection.call(endpoint, request, model_id=model_id)

    @calls(logged_models.DELETE_LOGGED_MODEL_TAG)
    def delete_logged_model_tag(self, model_id: str, key: str) -> None:
        """Remove a tag of a model; raises NotFound where it has none of that key."""
        endpoint = logged_models.DELETE_LOGGED_MODEL_TAG
        self._connection.call(endpoint, Empty(), model_id=model_id, tag_key=key)

    @calls(logged_models.LOG_LOGGED_MODEL_PARAMS)
    def log_model_params(self, model_id: str, params: Mapping[str, object]) -> None:
        """Log parameters of a model, each once."""
        for batch in _param_batches(params):
            self._log_params(model_id, batch)

    @calls(logged_models.SEARCH_LOGGED_MODELS)
    def search_logged_models(
        self,
        experiment_ids: Sequence[str],
        filter_string: str | None = None,
        datasets: Sequence[_FieldsOf] | None = None,
        max_results: int | None = None,
        order_by: Sequence[_FieldsOf] | None = None,
        page_token: str | None = None,
    ) -> PagedList[LoggedModel]:
        """One page of the models that match, newest first unless ordered.

        datasets  what the metrics in the filter were measured on, each with
                  `dataset_name` and perhaps `dataset_digest`
        order_by  each with `field_name` and perhaps `ascending`, `dataset_name` and
                  `dataset_digest`
        """
        request = SearchLoggedModels(
            experiment_ids=[str(one) for one in experiment_ids],
            filter=filter_string or None,
            datasets=[_converted(one, DatasetOfSearch) for one in datasets or ()],
            max_results=max_results or limits.LOGGED_MODELS_PER_PAGE_DEFAULT,
            order_by=[_converted(one, LoggedModelOrder) for one in order_by or ()],
            page_token=page_token or None,
        )
        page = self._connection.call(logged_models.SEARCH_LOGGED_MODELS, request)
        return PagedList(map(LoggedModel.of, page.models), page.next_page_token or None)

    def _log_params(self, model_id: str, batch: list[LoggedModelParam]) -> None:
        request = LogLoggedModelParams(model_id=model_id, params=batch)
        endpoint = logged_models.LOG_LOGGED_MODEL_PARAMS
        self._connection.call(endpoint, request, model_id=model_id)


_ShapeT = TypeVar("_ShapeT", bound=msgspec.Struct)


def _converted(fields: _FieldsOf, shape: type[_ShapeT]) -> _ShapeT:
    codec.prepare(shape)
    try:
        return msgspec.convert(dict(fields), shape)
    except msgspec.ValidationError as error:
        raise InvalidParameterValue(f"{dict(fields)!r}: {error}.") from None


def _tags(given: Mapping[str, object]) -> list[LoggedModelTag]:
    return [LoggedModelTag(key, str(value)) for key, value in given.items()]


def _param_batches(given: Mapping[str, object]) -> Iterator[list[LoggedModelParam]]:
    """As many at once as a request should hold, which stock clients keep to too."""
    params = [LoggedModelParam(key, str(value)) for key, value in given.items()]
    for start in range(0, len(params), limits.PARAMS_PER_BATCH):
        yield params[start : start + limits.PARAMS_PER_BATCH]
