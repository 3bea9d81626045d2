"""How an experiment shows itself in a notebook: with its newest runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from trackgate.entities import Experiment, Run
from trackgate.notebooks import cards, words
from trackgate.notebooks.elements import Html, link, table
from trackgate.notebooks.reading import Reader
from trackgate.notebooks.sparklines import in_order, sparkline

_MOST_METRICS = 4


def html(experiment: Experiment) -> str:
    """An experiment, its newest runs, and how their metrics went from run to run."""
    reader, experiment_id = Reader.of(), experiment.experiment_id
    now = reader.ask(lambda client: client.get_experiment(experiment_id))
    runs = reader.ask(
        lambda client: client.search_runs([experiment_id], max_results=cards.MOST_ROWS)
    )
    left = "and more on its page" if runs and runs.token else ""
    return cards.card(
        "Experiment",
        (now or experiment).name,
        reader.page("experiments", experiment_id) if now else None,
        ((now or experiment).lifecycle_stage, f"id {experiment_id}", left),
        _runs_table(reader, runs or ()),
    )


def common_metrics(metrics: Iterable[Iterable[str]]) -> list[str]:
    """The metrics that most have, the first in the alphabet among equals."""
    counted = Counter(key for keys in metrics for key in keys)
    return sorted(counted, key=lambda key: (-counted[key], key))[:_MOST_METRICS]


def trend(values: Iterable[float | None], label: str) -> Html | None:
    """A picture of a metric through several things, from left to right."""
    return sparkline(in_order([one for one in values if one is not None]), label)


def _runs_table(reader: Reader, runs: Sequence[Run]) -> Html | None:
    keys = common_metrics(run.data.metrics for run in runs)
    rows = [_row(reader, run, keys) for run in runs]
    oldest_first = runs[::-1]
    trends = [
        trend((run.data.metrics.get(key) for run in oldest_first), key) for key in keys
    ]
    if any(trends):
        rows.append(("oldest to newest", "", "", "", *trends))
    return table(("Run", "Status", "Started", "Length", *keys), rows)


def _row(reader: Reader, run: Run, keys: Sequence[str]) -> tuple[object, ...]:
    info, metrics = run.info, run.data.metrics
    return (
        link(info.run_name or info.run_id, reader.page("runs", info.run_id)),
        info.status,
        words.moment(info.start_time),
        words.length(info.start_time, info.end_time),
        *(words.number(metrics[key]) if key in metrics else "" for key in keys),
    )
