"""The client's methods about versions of registered models."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from trackgate_wire import limits, model_versions
from trackgate_wire.model_versions import (
    CreateModelVersion,
    DeleteModelVersionTag,
    ModelStage,
    ModelVersionRef,
    ModelVersionStatus,
    ModelVersionTag,
    SearchModelVersions,
    SetModelVersionTag,
    TransitionModelVersionStage,
    UpdateModelVersion,
)

from trackgate.calls import calls
from trackgate.entities import PagedList
from trackgate.entities.model_registry import ModelVersion
from trackgate.errors import (
    DeadlineExceeded,
    InvalidParameterValue,
    InvalidState,
    NotFound,
)
from trackgate.registry_calls import RegistryCalls

AWAIT_S = 300
_POLL_S = 3.0


class VersionCalls(RegistryCalls):
    """Versions: create, find, change, move between stages, delete."""

    @calls(model_versions.CREATE_MODEL_VERSION)
    def create_model_version(
        self,
        name: str,
        source: str,
        run_id: str | None = None,
        tags: Mapping[str, object] | None = None,
        run_link: str | None = None,
        description: str | None = None,
        await_creation_for: int | None = AWAIT_S,
        model_id: str | None = None,
    ) -> ModelVersion:
        """Create the next version of a registered model.

        source              where its files are; the server keeps it as text
        model_id            the logged model it is made from
        await_creation_for  seconds to wait until the server says it is ready; 0 or
                            None for not at all

        Raises NotFound where there is no such model, DeadlineExceeded where it took
        too long. It is not asked for again when the connection breaks before the
        answer, so that no second version comes about.
        """
        request = CreateModelVersion(
            name=name,
            source=source,
            run_id=run_id,
            tags=_tags(tags or {}),
            run_link=run_link,
            description=description,
            model_id=model_id,
        )
        created = self._connection.call(model_versions.CREATE_MODEL_VERSION, request)
        version = ModelVersion.of(created.model_version)
        return self._ready(version, await_creation_for or 0)

    @calls(model_versions.UPDATE_MODEL_VERSION)
    def update_model_version(
        self, name: str, version: str | int, description: str | None = None
    ) -> ModelVersion:
        """Change a version's description."""
        request = UpdateModelVersion(
            name=name, version=str(version), description=description
        )
        updated = self._connection.call(model_versions.UPDATE_MODEL_VERSION, request)
        return ModelVersion.of(updated.model_version)

    @calls(model_versions.TRANSITION_MODEL_VERSION_STAGE)
    def transition_model_version_stage(
        self,
        name: str,
        version: str | int,
        stage: str,
        archive_existing_versions: bool = False,
        comment: str = "",
    ) -> ModelVersion:
        """Move a version to a stage: None, Staging, Production or Archived.

        archive_existing_versions  archive what else is in that stage
        comment                    kept in the model's history
        """
        request = TransitionModelVersionStage(
            name=name,
            version=str(version),
            stage=stage,
            archive_existing_versions=archive_existing_versions,
            comment=comment,
        )
        endpoint = model_versions.TRANSITION_MODEL_VERSION_STAGE
        return ModelVersion.of(self._connection.call(endpoint, request).model_version)

    @calls(model_versions.DELETE_MODEL_VERSION)
    def delete_model_version(self, name: str, version: str | int) -> None:
        """Remove a version for good; its number is not given out again."""
        request = ModelVersionRef(name, str(version))
        self._connection.call(model_versions.DELETE_MODEL_VERSION, request)

    @calls(model_versions.GET_MODEL_VERSION)
    def get_model_version(self, name: str, version: str | int) -> ModelVersion:
        """One version; raises NotFound."""
        request = ModelVersionRef(name, str(version))
        found = self._connection.call(model_versions.GET_MODEL_VERSION, request)
        return ModelVersion.of(found.model_version)

    @calls(model_versions.GET_MODEL_VERSION_DOWNLOAD_URI)
    def get_model_version_download_uri(self, name: str, version: str | int) -> str:
        """Where a version's files are."""
        request = ModelVersionRef(name, str(version))
        endpoint = model_versions.GET_MODEL_VERSION_DOWNLOAD_URI
        return self._connection.call(endpoint, request).artifact_uri

    @calls(model_versions.SEARCH_MODEL_VERSIONS)
    def search_model_versions(
        self,
        filter_string: str | None = None,
        max_results: int = limits.MODEL_VERSIONS_PER_PAGE_DEFAULT,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[ModelVersion]:
        """One page of the versions that match, newest first unless ordered."""
        request = SearchModelVersions(
            filter=filter_string or None,
            max_results=max_results,
            order_by=list(order_by or ()),
            page_token=page_token or None,
        )
        page = self._connection.call(model_versions.SEARCH_MODEL_VERSIONS, request)
        found = map(ModelVersion.of, page.model_versions)
        return PagedList(found, page.next_page_token or None)

    def get_model_version_stages(self, name: str, version: str | int) -> list[str]:
        """The stages there are, whatever the version."""
        del name, version
        return list(ModelStage)

    @calls(model_versions.SET_MODEL_VERSION_TAG)
    def set_model_version_tag(
        self,
        name: str,
        version: str | int | None = None,
        key: str | None = None,
        value: object = None,
        stage: str | None = None,
    ) -> None:
        """Set a tag of a version, replacing the one of that key.

        stage  means the newest version in it; give either this or `version`
        """
        number = self._number(name, version, stage)
        request = SetModelVersionTag(name, number, key or "", str(value))
        self._connection.call(model_versions.SET_MODEL_VERSION_TAG, request)

    @calls(model_versions.DELETE_MODEL_VERSION_TAG)
    def delete_model_version_tag(
        self,
        name: str,
        version: str | int | None = None,
        key: str | None = None,
        stage: str | None = None,
    ) -> None:
        """Remove a tag of a version; otherwise as `set_model_version_tag`."""
        request = DeleteModelVersionTag(
            name, self._number(name, version, stage), key or ""
        )
        self._connection.call(model_versions.DELETE_MODEL_VERSION_TAG, request)

    def _number(self, name: str, version: str | int | None, stage: str | None) -> str:
        if (version is None) == (stage is None):
            raise InvalidParameterValue("Give either `version` or `stage`.")
        if stage is None:
            return str(version)
        newest = self.get_latest_versions(name, [stage])
        if not newest:
            raise NotFound(f"No version of {name!r} is in the stage {stage!r}.")
        return newest[0].version

    def _ready(self, version: ModelVersion, wait_s: float) -> ModelVersion:
        """The version once its server has finished it; our own server does at once."""
        until = time.monotonic() + wait_s
        while wait_s and version.status != ModelVersionStatus.READY:
            what = f"Version {version.version} of {version.name!r}"
            if version.status != ModelVersionStatus.PENDING_REGISTRATION:
                raise InvalidState(
                    f"{what} could not be registered: {version.status}"
                    f" {version.status_message or ''}".rstrip()
                    + "."
                )
            if time.monotonic() > until:
                raise DeadlineExceeded(f"{what} is not ready after {wait_s:g} s.")
            time.sleep(_POLL_S)
            version = self.get_model_version(version.name, version.version)
        return version


def _tags(given: Mapping[str, object]) -> list[ModelVersionTag]:
    return [ModelVersionTag(key, str(value)) for key, value in given.items()]
