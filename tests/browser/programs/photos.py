"""A search for the model that sorts photos best: thirty runs of two people."""

import json
import time
from itertools import product

import numpy as np
import photo_files
from mlflow import MlflowClient
from mlflow.entities import Metric, Param
from people import come_in

EXPERIMENT = "Product photos"
NOTE = """\
# Which photo shows what

Sorts the photos of a shop into **12 kinds**. Every run sees the same 48,000 pictures.

| split | photos |
|------:|-------:|
| train | 40,000 |
|   val |  8,000 |

- nothing below `0.93` goes to the shop
- ask *adam* before you use more than one card
"""
NOTE_OF_BEST = """\
Best so far: **0.945** on the validation photos, and it holds in all five folds.
Mistakes are mostly *bags* taken for *shoes*.
"""
# What each comes to on photos it has not seen.
ARCHITECTURES = {
    "resnet50": 0.892,
    "vit-small": 0.912,
    "convnext-t": 0.937,
    "effnet-b0": 0.904,
}
# What a rate adds to that, and how fast it gets there.
RATES = {"0.003": (-0.064, 11), "0.001": (-0.019, 7), "0.0003": (0.004, 4.5)}
BATCHES = {"256": -0.003, "128": 0.006}
METRICS = ("train/loss", "val/loss", "val/accuracy", "val/top3")
STEPS, STEPS_OF_BEST, FOLDS = 60, 300, 5
BEST, FAILED, KILLED = 22, 9, 15
AUGMENTATION = json.dumps(
    {
        "flip": 0.5,
        "crop": {"scale": [0.7, 1.0], "ratio": [0.75, 1.33]},
        "colour": {"brightness": 0.2, "contrast": 0.2, "saturation": 0.2, "hue": 0.02},
        "erase": {"share": 0.1, "area": [0.02, 0.2]},
        "mixup": 0.2,
    }
)
# In which part of the run it stopped, or is by now.
CUT = {FAILED: 0.3, KILLED: 0.6}
DONE = 0.7
HOUR_MS, MINUTE_MS = 3_600_000, 60_000
NOW_MS = time.time_ns() // 1_000_000
COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b"
SOURCE = {
    "team": "vision",
    "mlflow.source.name": "train.py",
    "mlflow.source.type": "LOCAL",
    "mlflow.source.git.commit": COMMIT,
    "mlflow.source.git.branch": "main",
    "mlflow.source.git.repoURL": "https://git.example.org/shop/photos.git",
}

client = MlflowClient()


def log(passwords):
    """Where the experiment, its best run and the one under way are."""
    come_in(passwords, "ada")
    experiment = client.create_experiment(
        EXPERIMENT,
        tags={"team": "vision", "stage": "search", "mlflow.note.content": NOTE},
    )
    runs = []
    for number, (rate, batch, architecture) in enumerate(
        product(RATES, BATCHES, ARCHITECTURES)
    ):
        come_in(passwords, "adam" if number % 3 == 2 else "ada")
        params = {
            "architecture": architecture,
            "learning_rate": rate,
            "batch_size": batch,
            "optimizer": "adamw" if number % 5 else "sgd",
        }
        runs.append(train(experiment, number, params))
    come_in(passwords, "ada")
    best = runs[BEST]
    runs += [fold(experiment, best, number) for number in range(FOLDS)]
    runs.append(under_way(experiment, len(runs)))
    image = photo_files.log(experiment, best["id"])
    client.set_terminated(best["id"], "FINISHED", best.pop("ended_ms"))
    return {
        "photos": experiment,
        "runs": runs,
        "best": best["id"],
        "going": runs[-1]["id"],
        "image": image,
    }


def train(experiment, number, params):
    """A run that has ended, but for the best one, which gets its files yet."""
    more, speed = RATES[params["learning_rate"]]
    reached = ARCHITECTURES[params["architecture"]] + more
    reached += BATCHES[params["batch_size"]]
    started_ms = NOW_MS - int((26 - number) * 2.6 * HOUR_MS)
    length_ms = int((24.3 + 7.1 * (number % 4) + 0.17 * number) * MINUTE_MS)
    if number == BEST:
        params["augmentation"] = AUGMENTATION
    run = begin(experiment, f"{params['architecture']}-{number:02}", started_ms)
    steps = STEPS_OF_BEST if number == BEST else STEPS
    points = course(number, (reached, speed), steps, started_ms, length_ms)
    cut = CUT.get(number, 1)
    log_all(run, params, points[: int(len(points) * cut)])
    ended_ms = started_ms + int(length_ms * cut)
    if number == BEST:
        client.set_tag(run["id"], "mlflow.note.content", NOTE_OF_BEST)
        client.log_batch(run["id"], metrics=machine(started_ms, length_ms))
        return {**run, "ended_ms": ended_ms}
    status = {FAILED: "FAILED", KILLED: "KILLED"}.get(number, "FINISHED")
    client.set_terminated(run["id"], status, ended_ms)
    return {**run, "status": status}


def fold(experiment, best, number):
    """A run of the best one's, on other photos of the same."""
    started_ms = NOW_MS - int((7 - number) * HOUR_MS)
    run = begin(experiment, f"fold-{number}", started_ms, best["id"])
    points = course(100 + number, (0.944, 4.5), STEPS, started_ms, 20 * MINUTE_MS)
    log_all(run, {**best["params"], "fold": str(number)}, points)
    client.set_terminated(run["id"], "FINISHED", started_ms + 20 * MINUTE_MS)
    return run


def under_way(experiment, number):
    """A run that goes on."""
    length_ms = 26 * MINUTE_MS
    started_ms = NOW_MS - int(DONE * length_ms)
    run = begin(experiment, f"convnext-t-{number}", started_ms)
    points = course(number, (0.951, 3.5), STEPS, started_ms, length_ms)
    params = {
        "architecture": "convnext-t",
        "learning_rate": "0.0001",
        "batch_size": "128",
        "optimizer": "adamw",
    }
    log_all(run, params, points[: int(len(points) * DONE)])
    return {**run, "status": "RUNNING"}


def begin(experiment, name, started_ms, parent=None):
    tags = {**SOURCE, **({"mlflow.parentRunId": parent} if parent else {})}
    run = client.create_run(experiment, started_ms, tags, name)
    return {
        "id": run.info.run_id,
        "name": name,
        "status": "FINISHED",
        "parent": parent,
    }


def log_all(run, params, points):
    """Send it, and note what was sent last."""
    sent = [Param(key, value) for key, value in params.items()]
    flat = [point for step in points for point in step]
    # So many points may go at once.
    for start in range(0, len(flat), 800):
        client.log_batch(run["id"], flat[start : start + 800], sent)
        sent = []
    run["params"] = params
    run["metrics"] = {point.key: point.value for point in points[-1]}


def course(seed, aim, steps, started_ms, length_ms):
    """The points of each step.

    aim  the accuracy at the end, and how fast the way there begins
    """
    reached, speed = aim
    random = np.random.default_rng(seed)
    done = np.linspace(0, 1, steps)
    risen = (1 - np.exp(-speed * done)) / (1 - np.exp(-speed))
    calmer = 1.2 - done
    accuracy = 0.12 + (reached - 0.12) * risen + random.normal(0, 0.008, steps) * calmer
    train_loss = (
        0.08 + 2.3 * np.exp(-speed * done) + random.normal(0, 0.03, steps) * calmer
    )
    val_loss = 2.5 * (1 - accuracy) + 0.05 * done + random.normal(0, 0.02, steps)
    values = (
        *(np.abs(train_loss), np.abs(val_loss)),
        *(accuracy, 1 - (1 - accuracy) / 3.4),
    )
    return [
        [
            Metric(key, round(float(one[step]), 6), int(at_ms), step)
            for key, one in zip(METRICS, values, strict=True)
        ]
        for step, at_ms in enumerate(started_ms + done * length_ms)
    ]


def machine(started_ms, length_ms):
    random = np.random.default_rng(1)
    times = np.linspace(started_ms, started_ms + length_ms, 120)
    return [
        Metric("system/gpu_0_utilization_percentage", float(value), int(at_ms), step)
        for step, (at_ms, value) in enumerate(
            zip(times, random.normal(91, 2.5, len(times)), strict=True)
        )
    ]
