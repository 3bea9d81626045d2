"""What the keeper asks the tracking server: which version is meant, and its files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from trackgate.client import TrackingClient
from trackgate.entities.model_registry import ModelVersion
from trackgate.errors import InvalidParameterValue, NotFound
from trackgate.models.fetching import fetch
from trackgate.models.model_uris import ModelUri
from trackgate.settings import Settings

# A served model goes on while nobody answers, so there is no need to wait long.
_TIMEOUT_S = 5.0
_CONNECT_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Version:
    """One version, with what tells it from another of the same number.

    A registered model may be deleted, and one of its name begins again with 1.
    """

    name: str
    number: str
    created_ms: int
    source: str

    @property
    def uri(self) -> str:
        """Its address in the registry."""
        return f"models:/{quote(self.name, safe='')}/{self.number}"

    @property
    def key(self) -> str:
        """A name for its files, which no other version has."""
        said = repr((self.name, self.number, self.created_ms, self.source))
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def __str__(self) -> str:
        return f"version {self.number} of {self.name!r}"


class Registry:
    """The registry of the server at `tracking_uri`."""

    def __init__(self, tracking_uri: str) -> None:
        patient = Settings(tracking_uri=tracking_uri)
        hasty = replace(
            patient,
            timeout_s=_TIMEOUT_S,
            connect_timeout_s=_CONNECT_TIMEOUT_S,
            max_retries=0,
        )
        self._client = TrackingClient(settings=hasty)
        self._downloading = TrackingClient(settings=patient)

    def find(self, uri: ModelUri) -> Version:
        """The version that is meant now.

        Raises NotFound where there is none, and other errors of the protocol where
        that cannot be known.
        """
        found = self._found(uri, uri.name or "")
        return Version(
            found.name, found.version, found.creation_timestamp or 0, found.source or ""
        )

    def _found(self, uri: ModelUri, name: str) -> ModelVersion:
        if uri.alias is not None:
            return self._at_alias(name, uri.alias)
        if uri.version is not None:
            return self._client.get_model_version(name, uri.version)
        versions = self._client.get_latest_versions(name, _stages(uri))
        if not versions:
            where = f" in the stage {uri.stage}" if uri.stage else ""
            raise NotFound(f"There is no version of {name!r}{where}.")
        return max(versions, key=lambda one: int(one.version))

    def _at_alias(self, name: str, alias: str) -> ModelVersion:
        try:
            return self._client.get_model_version_by_alias(name, alias)
        except InvalidParameterValue as error:
            # What the protocol says of an alias that is not set.
            raise NotFound(error.message) from None

    def download(self, version: Version, folder: Path) -> None:
        """Bring a version's files to an empty folder, and check them."""
        fetch(version.uri, folder, self._downloading)


def _stages(uri: ModelUri) -> list[str] | None:
    return [uri.stage] if uri.stage else None
