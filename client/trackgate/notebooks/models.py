"""How models show themselves in a notebook: registered, versions, logged ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trackgate.entities import LoggedModel, Metric
from trackgate.entities.model_registry import ModelVersion, RegisteredModel
from trackgate.notebooks import cards, words
from trackgate.notebooks.elements import Html, element, link, table
from trackgate.notebooks.experiments import common_metrics, trend
from trackgate.notebooks.reading import Reader

if TYPE_CHECKING:
    # It brings all that models are packaged with.
    from trackgate.models.model_info import ModelInfo


def registered_html(model: RegisteredModel) -> str:
    """A registered model with its newest versions."""
    reader = Reader.of()
    found = reader.ask(
        lambda client: client.search_model_versions(
            f"name = {_quoted(model.name)}",
            max_results=cards.MOST_ROWS,
            order_by=["version_number DESC"],
        )
    )
    return cards.card(
        "Model",
        model.name,
        reader.page("models", model.name) if found is not None else None,
        (model.description or "",),
        _versions_table(reader, model, found if found is not None else ()),
    )


def version_html(version: ModelVersion) -> str:
    """A version, with the metrics and parameters of the run that made it."""
    reader = Reader.of()
    now = reader.ask(
        lambda client: client.get_model_version(version.name, version.version)
    )
    version = now or version
    run = reader.run(version.run_id)
    params = {one.name: one.value for one in version.params}
    history_of = run.info.run_id if run else None
    return cards.card(
        "Model",
        f"{version.name} {version.version}",
        _version_page(reader, version.name, version.version) if now else None,
        (
            *(f"@{alias}" for alias in version.aliases),
            "" if version.current_stage == "None" else version.current_stage,
            "" if version.status == "READY" else version.status,
            words.moment(version.creation_timestamp),
        ),
        _made_by(reader, version.run_id, run.info.run_name if run else None),
        cards.metrics_table(
            _metrics_of(reader, version),
            lambda key: reader.history(history_of, key) if history_of else [],
        ),
        cards.pairs_table("Parameter", run.data.params if run else params),
    )


def logged_html(model: LoggedModel) -> str:
    """A logged model, with what was measured with it."""
    reader = Reader.of()
    now = reader.ask(lambda client: client.get_logged_model(model.model_id))
    model = now or model
    run = reader.run(model.source_run_id)
    return cards.card(
        "Logged model",
        model.name,
        reader.page("logged-models", model.model_id) if now else None,
        (model.status, model.model_type or "", words.moment(model.creation_timestamp)),
        _made_by(reader, model.source_run_id, run.info.run_name if run else None),
        element("code", model.model_uri),
        _measured(model.metrics),
        cards.pairs_table("Parameter", model.params),
    )


def info_html(info: ModelInfo) -> str:
    """What was just logged: its logged model, or where it lies."""
    reader = Reader.of()
    model_id = info.model_id
    if model_id:
        model = reader.ask(lambda client: client.get_logged_model(model_id))
        if model is not None:
            return logged_html(model)
    return cards.card(
        "Model",
        info.name or info.artifact_path or info.model_uri,
        None,
        (", ".join(info.flavors), info.utc_time_created),
        element("code", info.model_uri),
    )


def _versions_table(
    reader: Reader, model: RegisteredModel, versions: Sequence[ModelVersion]
) -> Html | None:
    measured = [_metrics_of(reader, version) for version in versions]
    keys = common_metrics(measured)
    rows: list[tuple[object, ...]] = [
        (
            link(one.version, _version_page(reader, model.name, one.version)),
            ", ".join(_aliases(model, one)),
            "" if one.current_stage == "None" else one.current_stage,
            words.moment(one.creation_timestamp),
            *(words.number(metrics[key]) if key in metrics else "" for key in keys),
        )
        for one, metrics in zip(versions, measured, strict=True)
    ]
    oldest_first = measured[::-1]
    trends = [trend((one.get(key) for one in oldest_first), key) for key in keys]
    if any(trends):
        rows.append(("oldest to newest", "", "", "", *trends))
    return table(("Version", "Aliases", "Stage", "Made", *keys), rows)


def _metrics_of(reader: Reader, version: ModelVersion) -> dict[str, float]:
    """Of the logged model that a version was made from, else of its run."""
    if version.metrics:
        return {metric.key: metric.value for metric in version.metrics}
    run = reader.run(version.run_id)
    return run.data.metrics if run else {}


def _aliases(model: RegisteredModel, version: ModelVersion) -> list[str]:
    return sorted(
        alias for alias, number in model.aliases.items() if number == version.version
    )


def _version_page(reader: Reader, name: str, number: str) -> str | None:
    return reader.page("models", name, "versions", number)


def _made_by(reader: Reader, run_id: str | None, run_name: str | None) -> Html | None:
    if run_id is None:
        return None
    shown = link(run_name or run_id, reader.page("runs", run_id) if run_name else None)
    return element("div", "made by the run ", shown)


def _measured(metrics: Sequence[Metric]) -> Html | None:
    shown, left = cards.first_rows(metrics)
    rows = [
        (
            words.text(one.key),
            words.number(one.value),
            words.text(one.dataset_name or ""),
        )
        for one in shown
    ]
    return cards.with_rest(table(("Metric", "Value", "Dataset"), rows), left)


def _quoted(name: str) -> str:
    quote = '"' if "'" in name else "'"
    return f"{quote}{name}{quote}"
