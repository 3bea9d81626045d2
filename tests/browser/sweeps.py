"""Runs of a search for good parameters, and the page that compares them."""

from __future__ import annotations

import math
from random import Random

from playwright.sync_api import Locator, Page, expect
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import (
    CREATE_RUN,
    LOG_BATCH,
    UPDATE_RUN,
    CreateRun,
    LogBatch,
    Param,
    UpdateRun,
)
from trackgate_wire.scalars import RunStatus

from tests.fixtures.api import Api
from tests.scenarios import acts

STARTED_MS = 1_790_000_000_000
_MODELS = ("resnet50", "vit-small", "convnext")
HOSTILE = "<img src=x onerror=alert(1)>"

PLOTS = {
    "parallel": ".kept path",
    "scattered": "path.point",
    "contoured": ".contourfill path",
    "boxed": ".boxlayer path.box",
}
"""What is drawn in the section of each plot."""


def sweep(api: Api, count: int = 6, steps: int = 100) -> list[str]:
    """Runs of one experiment with different parameters; the first is called hostile."""
    experiment = acts.new_experiment(api, acts.new_name("sweep"))
    return [_trained(api, experiment, number, steps) for number in range(count)]


def compared(runs: list[str], **query: str) -> str:
    """The address of the comparison."""
    rest = "".join(f"&{name}={value}" for name, value in query.items())
    return f"/compare?runs={'.'.join(runs)}{rest}"


def section_of(page: Page, name: str) -> Locator:
    """A plot's section, once its plot is drawn."""
    section = page.locator(f"section.{name}")
    section.locator(".plot").scroll_into_view_if_needed()
    expect(section.locator(PLOTS[name]).first).to_be_attached(timeout=15_000)
    return section


def _trained(api: Api, experiment: str, number: int, steps: int) -> str:
    name = f"trial-{number:02}" if number else HOSTILE
    asked = CreateRun(experiment_id=experiment, run_name=name, start_time=STARTED_MS)
    run = api.call(CREATE_RUN, asked).run.info.run_id
    rate = 10 ** -(1 + number % 6 / 2)
    params = {
        "learning_rate": f"{rate:.5f}",
        "model": _MODELS[number % 3],
        "warmup": str(100 * (number % 2)),
        "batch_size": "256",
        "optimizer": "adamw",
    }
    sent = [Param(key, value) for key, value in params.items()]
    points = _course(Random(number), rate, steps)
    for start in range(0, len(points), 1_000):
        acts.log_points(api, run, points[start : start + 1_000])
    api.call(LOG_BATCH, LogBatch(run_id=run, params=sent))
    acts.set_tag(api, run, "team", "vision")
    ended = STARTED_MS + 1_000 * steps
    api.call(
        UPDATE_RUN, UpdateRun(run_id=run, status=RunStatus.FINISHED, end_time=ended)
    )
    return run


def _course(random: Random, rate: float, steps: int) -> list[Metric]:
    points: list[Metric] = []
    for step in range(steps):
        time = STARTED_MS + 1_000 * step
        loss = 2.3 * math.exp(-20 * rate * step / steps) + random.gauss(0, 0.02)
        points += [
            Metric("loss", loss, time, step),
            Metric("val/accuracy", 1 - loss / 2.5, time, step),
        ]
    return points
