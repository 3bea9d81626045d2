"""People who log metrics without pause, and never send a request a second time."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from tests.containers.stacks import Stack

_API = "/api/2.0/mlflow"


@dataclass(slots=True)
class Load:
    """What became of the requests.

    run_id    of the run that all metrics go to
    answered  steps whose writing was answered with 200
    failed    what happened to the others
    """

    run_id: str
    answered: list[int] = field(default_factory=list[int])
    failed: list[str] = field(default_factory=list[str])
    over: bool = False

    def stored(self, stack: Stack) -> set[int]:
        """Steps that are on the server."""
        path = f"{_API}/metrics/get-history?run_id={self.run_id}&metric_key=loss"
        metrics = stack.ask("GET", path).json()["metrics"]
        return {int(metric["step"]) for metric in metrics}


@contextmanager
def under_load(stack: Stack, people: int = 8) -> Generator[Load]:
    """Requests on kept connections while the block runs, and a second before and after.

    Bounded: nobody sends for longer than two minutes.
    """
    load = Load(new_run(stack))
    threads = [
        threading.Thread(target=_send, args=(stack, load, number, people))
        for number in range(people)
    ]
    for thread in threads:
        thread.start()
    try:
        time.sleep(1)
        yield load
        time.sleep(1)
    finally:
        load.over = True
        for thread in threads:
            thread.join()


def new_run(stack: Stack) -> str:
    """The id of a new run of the first user's."""
    made = stack.ask("POST", f"{_API}/runs/create", json={"experiment_id": "0"})
    return str(made.json()["run"]["info"]["run_id"])


def _send(stack: Stack, load: Load, first: int, stride: int) -> None:
    url = f"{stack.address}{_API}/runs/log-metric"
    end_s = time.monotonic() + 120
    with requests.Session() as session:
        session.auth = ("admin", stack.passwords["admin"])
        step = first
        while not load.over and time.monotonic() < end_s:
            metric = {"key": "loss", "value": 1.0, "timestamp": 1, "step": step}
            try:
                sent = session.post(
                    url, json={"run_id": load.run_id, **metric}, timeout=30
                )
            except requests.RequestException as error:
                load.failed.append(repr(error))
            else:
                if sent.status_code == 200:
                    load.answered.append(step)
                else:
                    load.failed.append(f"{sent.status_code} {sent.text[:200]}")
            step += stride
