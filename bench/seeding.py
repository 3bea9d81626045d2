"""What is put into a system before it is read, over HTTP as a client would.

W5: runs with 10 params, 20 metrics and 5 tags each. W6: many points of one metric.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench.load.connection import Connection
from bench.systems.system import System

_CONNECTIONS = 8
_BATCH = 1_000
BIG_KEY = "big"
_START_MS = 1_700_000_000_000


@dataclass(frozen=True)
class Seed:
    """Something that was seeded.

    where  id of the experiment, or of the run that has the points
    bytes_on_disk  by which the database grew
    """

    where: str
    seconds: float
    bytes_on_disk: int


@dataclass(frozen=True)
class Seeds:
    """What a system's folder holds; it is still there if the folder is kept."""

    system: System

    def runs(self, count: int) -> Seed:
        """An experiment of so many runs."""
        return self._once(f"{count} runs", lambda: seed_runs(self.system, count))

    def points(self, count: int) -> Seed:
        """A run with so many points of the metric BIG_KEY."""
        return self._once(f"{count} points", lambda: seed_points(self.system, count))

    def models(self, count: int) -> Seed:
        """So many registered models of one version each."""
        return self._once(f"{count} models", lambda: seed_models(self.system, count))

    def _once(self, name: str, make: Callable[[], str]) -> Seed:
        file = self.system.folder / f"seeds-{self.system.store.backend}.json"
        known: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        if name not in known:
            size, begun = self.system.store.size_bytes(), time.monotonic()
            where = make()
            grown = self.system.store.size_bytes() - size
            seed = Seed(where, time.monotonic() - begun, grown)
            file.write_text(json.dumps(known | {name: vars(seed)}))
            return seed
        return Seed(**known[name])


def seed_runs(system: System, count: int) -> str:
    """Make an experiment of `count` runs; its id."""
    with_name = f"{count} runs, {time.time_ns()}"
    experiment = new_experiment(system, with_name)

    def seed(connection: Connection, number: int) -> None:
        run = connection.call("runs/create", **_run(experiment, number))
        run_id = run["run"]["info"]["run_id"]
        connection.call("runs/log-batch", run_id=run_id, **_contents(number))

    _side_by_side(system, count, seed)
    return experiment


def seed_points(system: System, count: int) -> str:
    """Make a run with `count` points of BIG_KEY, one for each step; its id.

    Over one connection, in the order of their steps, as a training loop logs them.
    """
    run_id = new_run(system)
    with Connection(system.address, system.headers) as connection:
        for first in range(0, count, _BATCH):
            connection.post("runs/log-batch", _points(run_id, first))
    return run_id


def seed_models(system: System, count: int) -> str:
    """Register `count` models; the name of the first."""

    def seed(connection: Connection, number: int) -> None:
        name = model_name(number)
        connection.call("registered-models/create", name=name)
        place = f"s3://models/{name}"
        connection.call("model-versions/create", name=name, source=place)

    _side_by_side(system, count, seed)
    return model_name(0)


def model_name(number: int) -> str:
    """What the model of that number is called."""
    return f"model-{number:04}"


def new_experiment(system: System, name: str) -> str:
    """Its id."""
    with Connection(system.address, system.headers) as connection:
        made = connection.call("experiments/create", name=name)
    return str(made["experiment_id"])


def new_run(system: System, experiment: str = "0") -> str:
    """The id of an empty run."""
    message = {"experiment_id": experiment, "start_time": _START_MS}
    with Connection(system.address, system.headers) as connection:
        run = connection.call("runs/create", **message)
    return str(run["run"]["info"]["run_id"])


def _run(experiment: str, number: int) -> dict[str, object]:
    tags = [{"key": f"t{k}", "value": str(number % (k + 100))} for k in range(5)]
    return {
        "experiment_id": experiment,
        "start_time": _START_MS + number,
        "tags": tags,
    }


def _contents(number: int) -> dict[str, object]:
    random_value = random.Random(number).random
    params = [{"key": f"p{k}", "value": str((number + k) % 100)} for k in range(10)]
    at = {"timestamp": _START_MS + number, "step": 0}
    metrics = [{"key": f"m{k}", "value": random_value(), **at} for k in range(20)]
    return {"params": params, "metrics": metrics}


def _points(run_id: str, first: int) -> str:
    points = ",".join(
        f'{{"key":"{BIG_KEY}","value":{step * 0.37!r},'
        f'"timestamp":{_START_MS + step},"step":{step}}}'
        for step in range(first, first + _BATCH)
    )
    return f'{{"run_id":"{run_id}","metrics":[{points}]}}'


def _side_by_side(
    system: System, count: int, seed: Callable[[Connection, int], None]
) -> None:
    """Seed numbers 0 to count - 1, in about that order, over several connections."""
    # Reading the next number is one step of the interpreter: no two threads get it.
    numbers = iter(range(count))

    def work() -> None:
        with Connection(system.address, system.headers) as connection:
            for number in numbers:
                seed(connection, number)

    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        for done in [pool.submit(work) for _ in range(_CONNECTIONS)]:
            done.result()
