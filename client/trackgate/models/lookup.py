"""From a `models:/…` URI to the version it means now, or to words that help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackgate_wire.model_versions import ModelStage

from trackgate.entities.model_registry import ModelVersion
from trackgate.errors import InvalidParameterValue, NotFound
from trackgate.models import hints
from trackgate.models.model_uris import ModelUri, stage_of

if TYPE_CHECKING:
    from trackgate.client import TrackingClient


def find_version(client: TrackingClient, uri: ModelUri) -> ModelVersion:
    """The version of a registered model that a URI means now.

    Raises NotFound, with a hint at what may have been meant; finding out what takes a
    few more requests. Raises InvalidParameterValue for a word that is no stage.
    """
    name = uri.name or ""
    if uri.stage is not None:
        return _in_stage(client, uri, name, uri.stage)
    try:
        if uri.version is not None:
            return client.get_model_version(name, uri.version)
        if uri.alias is not None:
            return client.get_model_version_by_alias(name, uri.alias)
        versions = client.get_latest_versions(name)
    except (NotFound, InvalidParameterValue) as error:
        raise hints.explained(client, uri, error) from None
    if not versions:
        raise NotFound(f"The registered model {name!r} has no versions.")
    return max(versions, key=lambda one: int(one.version))


def _in_stage(
    client: TrackingClient, uri: ModelUri, name: str, word: str
) -> ModelVersion:
    try:
        versions = client.get_latest_versions(name)
    except NotFound as error:
        raise hints.explained(client, uri, error) from None
    stage = stage_of(word)
    if stage is None:
        stages = ", ".join(ModelStage)
        raise InvalidParameterValue(
            f"{word!r} in {uri.text!r} is neither a number nor 'latest' nor a stage;"
            f" stages are {stages}.{hints.meant(word, ModelStage)} An alias is written"
            f" 'models:/{name}@{word}'."
        )
    found = [one for one in versions if one.current_stage == stage]
    if not found:
        raise NotFound(
            f"No version of {name!r} is in the stage {stage}."
            f" {hints.stages_there_are(versions)}"
        )
    return found[0]
