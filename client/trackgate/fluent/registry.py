"""Registered models and their versions: register, find, label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from trackgate_wire import limits

from trackgate.entities.model_registry import ModelVersion, RegisteredModel
from trackgate.errors import AlreadyExists
from trackgate.fluent import session, stack
from trackgate.fluent.paging import all_pages
from trackgate.models import version_sources
from trackgate.version_calls import AWAIT_S


def register_model(
    model_uri: str,
    name: str,
    await_registration_for: int | None = AWAIT_S,
    *,
    tags: Mapping[str, object] | None = None,
) -> ModelVersion:
    """Make the next version of a registered model, which is made if it does not exist.

    model_uri               `runs:/RUN/PATH`, `models:/MODEL_ID` or another URI of a
                            model; that in a local folder is uploaded
    await_registration_for  seconds to wait until the version is ready; 0 or None for
                            not at all
    tags                    of the version

    Raises NotFound where the URI leads to no model; then nothing is registered.
    """
    run = stack.top()
    # What a run made is on the server that the run was started on.
    client = run.client if run else session.client()
    found = version_sources.of(client, model_uri)
    with suppress(AlreadyExists):
        client.create_registered_model(name)
    return client.create_model_version(
        name,
        found.source,
        found.run_id,
        tags,
        await_creation_for=await_registration_for,
        model_id=found.model_id,
    )


def search_registered_models(
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
) -> list[RegisteredModel]:
    """The registered models that match, all of them unless `max_results` is given."""
    client = session.client()
    return all_pages(
        lambda size, token: client.search_registered_models(
            filter_string, size, order_by, token
        ),
        max_results,
        limits.REGISTERED_MODELS_PER_PAGE_DEFAULT,
    )


def search_model_versions(
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
) -> list[ModelVersion]:
    """The versions that match, all of them unless `max_results` is given."""
    client = session.client()
    return all_pages(
        lambda size, token: client.search_model_versions(
            filter_string, size, order_by, token
        ),
        max_results,
        limits.MODEL_VERSIONS_PER_PAGE_DEFAULT,
    )


def set_model_version_tag(
    name: str,
    version: str | int | None = None,
    key: str | None = None,
    value: object = None,
) -> None:
    """Set a tag of a version, replacing the one of that key."""
    session.client().set_model_version_tag(name, version, key, value)
