"""The client's methods about registered models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trackgate_wire import limits, registered_models
from trackgate_wire.registered_models import (
    CreateRegisteredModel,
    DeleteRegisteredModelTag,
    GetLatestVersions,
    RegisteredModelRef,
    RegisteredModelTag,
    RenameRegisteredModel,
    SearchRegisteredModels,
    SetRegisteredModelTag,
    UpdateRegisteredModel,
)

from trackgate.calls import Calls, calls
from trackgate.entities import PagedList
from trackgate.entities.model_registry import ModelVersion, RegisteredModel


class RegistryCalls(Calls):
    """Registered models: create, find, change, delete."""

    @calls(registered_models.CREATE_REGISTERED_MODEL)
    def create_registered_model(
        self,
        name: str,
        tags: Mapping[str, object] | None = None,
        description: str | None = None,
    ) -> RegisteredModel:
        """Create a model without versions; raises AlreadyExists."""
        request = CreateRegisteredModel(
            name=name,
            tags=_tags(tags or {}),
            description=description,
        )
        endpoint = registered_models.CREATE_REGISTERED_MODEL
        created = self._connection.call(endpoint, request)
        return RegisteredModel.of(created.registered_model)

    @calls(registered_models.RENAME_REGISTERED_MODEL)
    def rename_registered_model(self, name: str, new_name: str) -> RegisteredModel:
        """Give a model another name; versions, tags, aliases and history go along."""
        request = RenameRegisteredModel(name=name, new_name=new_name)
        endpoint = registered_models.RENAME_REGISTERED_MODEL
        renamed = self._connection.call(endpoint, request)
        return RegisteredModel.of(renamed.registered_model)

    @calls(registered_models.UPDATE_REGISTERED_MODEL)
    def update_registered_model(
        self, name: str, description: str | None = None
    ) -> RegisteredModel:
        """Change a model's description."""
        request = UpdateRegisteredModel(name=name, description=description)
        endpoint = registered_models.UPDATE_REGISTERED_MODEL
        updated = self._connection.call(endpoint, request)
        return RegisteredModel.of(updated.registered_model)

    @calls(registered_models.DELETE_REGISTERED_MODEL)
    def delete_registered_model(self, name: str) -> None:
        """Remove a model for good, with all its versions; its history stays."""
        request = RegisteredModelRef(name)
        self._connection.call(registered_models.DELETE_REGISTERED_MODEL, request)

    @calls(registered_models.GET_REGISTERED_MODEL)
    def get_registered_model(self, name: str) -> RegisteredModel:
        """The model of that name; raises NotFound."""
        request = RegisteredModelRef(name)
        found = self._connection.call(registered_models.GET_REGISTERED_MODEL, request)
        return RegisteredModel.of(found.registered_model)

    @calls(registered_models.SEARCH_REGISTERED_MODELS)
    def search_registered_models(
        self,
        filter_string: str | None = None,
        max_results: int = limits.REGISTERED_MODELS_PER_PAGE_DEFAULT,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[RegisteredModel]:
        """One page of the models that match, by name unless ordered."""
        request = SearchRegisteredModels(
            filter=filter_string or None,
            max_results=max_results,
            order_by=list(order_by or ()),
            page_token=page_token or None,
        )
        endpoint = registered_models.SEARCH_REGISTERED_MODELS
        page = self._connection.call(endpoint, request)
        found = map(RegisteredModel.of, page.registered_models)
        return PagedList(found, page.next_page_token or None)

    @calls(registered_models.GET_LATEST_VERSIONS)
    def get_latest_versions(
        self, name: str, stages: Sequence[str] | None = None
    ) -> list[ModelVersion]:
        """The newest version of each of those stages, or of each there is."""
        request = GetLatestVersions(name, list(stages or ()))
        found = self._connection.call(registered_models.GET_LATEST_VERSIONS, request)
        return [ModelVersion.of(one) for one in found.model_versions]

    @calls(registered_models.SET_REGISTERED_MODEL_TAG)
    def set_registered_model_tag(self, name: str, key: str, value: object) -> None:
        """Set a tag of a model, replacing the one of that key."""
        request = SetRegisteredModelTag(name, key, str(value))
        self._connection.call(registered_models.SET_REGISTERED_MODEL_TAG, request)

    @calls(registered_models.DELETE_REGISTERED_MODEL_TAG)
    def delete_registered_model_tag(self, name: str, key: str) -> None:
        """Remove a tag of a model; nothing happens where there is none."""
        request = DeleteRegisteredModelTag(name, key)
        self._connection.call(registered_models.DELETE_REGISTERED_MODEL_TAG, request)


def _tags(given: Mapping[str, object]) -> list[RegisteredModelTag]:
    return [RegisteredModelTag(key, str(value)) for key, value in given.items()]
