"""The client's methods about aliases, and about who moved what in the registry."""

from __future__ import annotations

from trackgate_wire import limits, registered_models
from trackgate_wire.registered_models import (
    DeleteRegisteredModelAlias,
    GetByAlias,
    GetModelHistory,
    SetRegisteredModelAlias,
)

from trackgate.calls import Calls, calls
from trackgate.entities import PagedList
from trackgate.entities.model_registry import ModelMove, ModelVersion


class AliasCalls(Calls):
    """Aliases of versions, and the history of aliases and stages."""

    @calls(registered_models.SET_REGISTERED_MODEL_ALIAS)
    def set_registered_model_alias(
        self, name: str, alias: str, version: str | int, comment: str = ""
    ) -> None:
        """Point an alias at a version.

        comment  kept in the model's history
        """
        request = SetRegisteredModelAlias(
            name=name, alias=alias, version=str(version), comment=comment
        )
        self._connection.call(registered_models.SET_REGISTERED_MODEL_ALIAS, request)

    @calls(registered_models.DELETE_REGISTERED_MODEL_ALIAS)
    def delete_registered_model_alias(
        self, name: str, alias: str, comment: str = ""
    ) -> None:
        """Remove an alias; nothing happens where there is none.

        comment  kept in the model's history
        """
        request = DeleteRegisteredModelAlias(name=name, alias=alias, comment=comment)
        self._connection.call(registered_models.DELETE_REGISTERED_MODEL_ALIAS, request)

    @calls(registered_models.GET_MODEL_VERSION_BY_ALIAS)
    def get_model_version_by_alias(self, name: str, alias: str) -> ModelVersion:
        """The version that an alias points at; raises NotFound."""
        endpoint = registered_models.GET_MODEL_VERSION_BY_ALIAS
        found = self._connection.call(endpoint, GetByAlias(name, alias))
        return ModelVersion.of(found.model_version)

    @calls(registered_models.GET_MODEL_HISTORY)
    def get_model_history(
        self,
        name: str,
        max_results: int = limits.MODEL_MOVES_PER_PAGE,
        page_token: str | None = None,
    ) -> PagedList[ModelMove]:
        """One page of who moved which version to which stage or alias, newest first."""
        request = GetModelHistory(
            name=name, max_results=max_results, page_token=page_token or None
        )
        page = self._connection.call(registered_models.GET_MODEL_HISTORY, request)
        return PagedList(page.moves, page.next_page_token or None)
