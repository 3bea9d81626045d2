"""One version of a registered model."""

from __future__ import annotations

from typing import NamedTuple

from trackgate_wire import limits
from trackgate_wire.metrics import Metric
from trackgate_wire.model_versions import ModelStage, ModelVersion
from trackgate_wire.registry_rules import LATEST
from trackgate_wire.runs import Param, Run

from trackgate_server.operations import version_facts
from trackgate_server.operations.served_models import ServedModel, served_as
from trackgate_server.web import artifact_models
from trackgate_server.web.artifact_models import ModelFile, Snippet
from trackgate_server.web.models_description import described
from trackgate_server.web.page import View, Visit, page

_MOST_SHOWN = 100


class Source(NamedTuple):
    """The run a version was made from, with the first of what it measured."""

    run_id: str
    name: str
    deleted: bool
    metrics: list[Metric]
    params: list[Param]
    more: bool


class Loading(NamedTuple):
    """How to load a version by one of its addresses."""

    uri: str
    snippets: list[Snippet]


@page("/models/<name>/versions/<number>", wants="none")
def version(visit: Visit, name: str, number: str) -> View:
    return version_view(visit, name, number)


def version_view(
    visit: Visit, name: str, number: str, preview: str | None = None
) -> View:
    """The page; `preview` is a description that is not kept yet."""
    facts = version_facts.get(visit.scope, name, number)
    file, missing = described(visit.scope, name, number)
    return View(
        "model_version.html",
        {
            "registered": facts.version,
            "before": version_facts.number_before(visit.scope, facts.version),
            "source": _source(facts.run),
            "file": file,
            "missing": missing,
            "loadings": _loadings(facts.version, file),
            "preview": preview,
            "note_length": limits.MODEL_DESCRIPTION_LENGTH,
            "stages": [stage.value for stage in ModelStage],
            "served": _answering(visit, facts.version),
        },
    )


@page("/models/<name>/versions/<number>/delete", wants="none")
def ask_to_delete_version(visit: Visit, name: str, number: str) -> View:
    facts = version_facts.get(visit.scope, name, number)
    given = {
        "registered": facts.version,
        "served": _answering(visit, facts.version),
    }
    return View("model_version_delete.html", given)


def uri_of(version: ModelVersion, alias: str = "") -> str:
    """By which clients load a version, or whatever an alias stands for.

    The name stands there as it is, for stock clients do not decode it.
    """
    pick = f"@{alias}" if alias else f"/{version.version}"
    return f"models:/{version.name}{pick}"


def _loadings(version: ModelVersion, file: ModelFile | None) -> list[Loading]:
    if file is None:
        return []
    uris = [uri_of(version), *(uri_of(version, one) for one in version.aliases[:1])]
    return [Loading(uri, artifact_models.snippets(uri, file)) for uri in uris]


def _source(run: Run | None) -> Source | None:
    if run is None:
        return None
    metrics = sorted(run.data.metrics, key=lambda one: one.key)
    params = sorted(run.data.params, key=lambda one: one.key)
    return Source(
        run.info.run_id,
        run.info.run_name or run.info.run_id,
        run.info.lifecycle_stage.value == "deleted",
        metrics[:_MOST_SHOWN],
        params[:_MOST_SHOWN],
        max(len(metrics), len(params)) > _MOST_SHOWN,
    )


def _answering(visit: Visit, version: ModelVersion) -> list[ServedModel]:
    """Served models that mean this version, or may mean it as the newest one."""
    meant = {
        LATEST,
        version.version,
        version.current_stage,
        *(f"@{alias}" for alias in version.aliases),
    }
    settings = visit.scope.services.settings
    return [one for one in served_as(settings, version.name) if one.pick in meant]
