"""The pages that are measured: where each system has them, and what people come for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from bench.load.connection import Connection
from bench.scale import Scale
from bench.seeding import BIG_KEY, Seeds, model_name
from bench.systems.system import System

_COMPARED = 10
_MODELS = 100
_LINE = {"selector": ".scatterlayer path.js-line"}
"""A line that plotly has drawn, in both systems' charts."""

Wanted = Mapping[str, str]


@dataclass(frozen=True)
class Run:
    """A run and what it is called."""

    id: str
    name: str


@dataclass(frozen=True)
class Seeded:
    """What a system holds to be looked at.

    runs   the newest of the experiment
    long   has the metric with very many points
    large  the id of a larger experiment, and its newest run; None where there is none
    """

    experiment: str
    experiment_name: str
    runs: list[Run]
    long: Run
    large: tuple[str, Run] | None


def seeded(system: System, scale: Scale) -> Seeded:
    """Put into a system what is not there yet."""
    seeds = Seeds(system)
    experiment, long = seeds.runs(scale.runs).where, seeds.points(scale.points).where
    seeds.models(_MODELS)
    is_large = scale.large_runs and system.name in scale.large_for
    large = seeds.runs(scale.large_runs).where if is_large else None
    with Connection(system.address, system.headers) as asked:
        found = json.loads(asked.get(f"experiments/get?experiment_id={experiment}"))
        run = json.loads(asked.get(f"runs/get?run_id={long}"))["run"]["info"]
        return Seeded(
            experiment,
            found["experiment"]["name"],
            _newest(asked, experiment, _COMPARED),
            Run(long, run["run_name"]),
            (large, _newest(asked, large, 1)[0]) if large else None,
        )


def _newest(asked: Connection, experiment: str, count: int) -> list[Run]:
    found = asked.call("runs/search", experiment_ids=[experiment], max_results=count)
    infos = [run["info"] for run in found["runs"]]
    return [Run(info["run_id"], info["run_name"]) for info in infos]


@dataclass(frozen=True)
class View:
    """A page of both systems.

    paths   by the systems' names; without MLflow where it is measured for ours only
    wanted  what people come for
    """

    name: str
    title: str
    paths: Mapping[str, Callable[[Seeded], str]]
    wanted: Callable[[Seeded], Wanted]


def _text(choose: Callable[[Seeded], str]) -> Callable[[Seeded], Wanted]:
    return lambda seeded: {"text": choose(seeded)}


def _theirs(seeded: Seeded, run: Run, experiment: str = "", tail: str = "") -> str:
    where = experiment or seeded.experiment
    return f"/#/experiments/{where}/runs/{run.id}{tail}"


def _compared(seeded: Seeded) -> str:
    return "/compare?" + urlencode([("run", run.id) for run in seeded.runs])


def _compared_there(seeded: Seeded) -> str:
    runs = json.dumps([run.id for run in seeded.runs])
    where = json.dumps([seeded.experiment])
    return f"/#/compare-runs?runs={quote(runs)}&experiments={quote(where)}"


def _large(seeded: Seeded) -> tuple[str, Run]:
    if seeded.large is None:
        raise LookupError("no larger experiment was seeded")
    return seeded.large


VIEWS = (
    View(
        "experiments",
        "list of experiments",
        {"trackgate": lambda _: "/experiments", "mlflow": lambda _: "/#/experiments"},
        _text(lambda seeded: seeded.experiment_name),
    ),
    View(
        "runs",
        "table of {runs:,} runs",
        {
            "trackgate": lambda seeded: f"/experiments/{seeded.experiment}",
            "mlflow": lambda seeded: f"/#/experiments/{seeded.experiment}/runs",
        },
        _text(lambda seeded: seeded.runs[0].name),
    ),
    View(
        "runs-large",
        "table of {large_runs:,} runs",
        {"trackgate": lambda seeded: f"/experiments/{_large(seeded)[0]}"},
        _text(lambda seeded: _large(seeded)[1].name),
    ),
    View(
        "run",
        "a run with 20 metrics",
        {
            "trackgate": lambda seeded: f"/runs/{seeded.runs[0].id}",
            "mlflow": lambda seeded: _theirs(seeded, seeded.runs[0]),
        },
        _text(lambda _: "m0"),
    ),
    View(
        "run-long",
        "a run with {points:,} points",
        {
            "trackgate": lambda seeded: f"/runs/{seeded.long.id}",
            "mlflow": lambda seeded: _theirs(seeded, seeded.long, "0"),
        },
        _text(lambda _: BIG_KEY),
    ),
    View(
        "charts",
        "its chart",
        {
            "trackgate": lambda seeded: f"/runs/{seeded.long.id}/charts",
            "mlflow": lambda s: _theirs(s, s.long, "0", "/model-metrics"),
        },
        lambda _: _LINE,
    ),
    View(
        "compare",
        f"{_COMPARED} runs beside each other",
        {"trackgate": _compared, "mlflow": _compared_there},
        _text(lambda seeded: seeded.runs[-1].name),
    ),
    View(
        "models",
        f"list of {_MODELS} models",
        {"trackgate": lambda _: "/models", "mlflow": lambda _: "/#/models"},
        _text(lambda _: model_name(0)),
    ),
)
