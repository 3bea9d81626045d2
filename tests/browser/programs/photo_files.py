"""Files, images, a dataset and a model of a run, logged into it."""

import tempfile
import wave
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from PIL import Image, ImageDraw
from sklearn.tree import DecisionTreeClassifier

KINDS = ("bag", "boot", "coat", "dress", "hat", "shirt", "shoe", "sock")
IMAGES, SIDE = 10, 96
CODE = '''\
"""Train on photos."""

import mlflow


def train(model, photos, rate):
    for step, batch in enumerate(photos):
        loss = model.fit(batch, rate)
        mlflow.log_metric("train/loss", loss, step=step)
'''
REPORT = """\
# What it gets wrong

Of 8,000 photos **424** are taken for something else; see
[the paper](https://example.org/paper) for how they were labelled.

| kind | precision | recall |
|------|----------:|-------:|
| boot | 0.97 | 0.95 |
| bag  | 0.89 | 0.91 |

> Bags on feet are rare.
"""
PAGE = """\
<style>body { font: 15px sans-serif } td { padding: 4px 12px }</style>
<h1>Per kind</h1>
<table><tr><td>boot</td><td>0.96</td></tr><tr><td>bag</td><td>0.90</td></tr></table>
"""


def log(experiment, run):
    """The path of one of the images, which are at steps 0, 100 and so on."""
    mlflow.set_experiment(experiment_id=experiment)
    with mlflow.start_run(run_id=run):
        mlflow.log_input(dataset(), context="training")
        mlflow.log_text(CODE, "code/train.py")
        mlflow.log_text(REPORT, "report.md")
        mlflow.log_text(PAGE, "plots/kinds.html")
        mlflow.log_text(drawing(), "plots/kinds.svg")
        mlflow.log_dict(
            {"rate": 0.0003, "layers": [64, 64], "name": "convnext-t", "crop": None},
            "config.json",
        )
        with tempfile.TemporaryDirectory() as folder:
            write_others(Path(folder))
            mlflow.log_artifacts(folder)
        for number in range(IMAGES):
            mlflow.log_image(photo(number), key="mistakes/bags", step=100 * number)
    files = [file.path for file in MlflowClient().list_artifacts(run, "images")]
    return next(path for path in files if "step+300+" in path and ".png" in path)


def dataset():
    random = np.random.default_rng(2)
    table = pd.DataFrame(random.normal(size=(60, 6)), columns=list("abcdef"))
    table["kind"] = [KINDS[number % len(KINDS)] for number in range(len(table))]
    return mlflow.data.from_pandas(table, targets="kind", name="photos-train")


def write_others(folder):
    """What programs write by themselves before it is logged."""
    data = folder / "data"
    data.mkdir()
    random = np.random.default_rng(3)
    table = pd.DataFrame(
        {
            "photo": [f"{number:05}.jpg" for number in range(24)],
            "kind": [KINDS[number % len(KINDS)] for number in range(24)],
            "score": random.beta(9, 1, 24).round(4),
        }
    )
    table.to_csv(data / "scores.csv", index=False)
    table.to_parquet(data / "scores.parquet")
    (data / "weights.bin").write_bytes(bytes(range(256)) * 40)
    with wave.open(str(data / "done.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(bytes(8_000))
    save_model(folder / "model")


def save_model(folder):
    """A folder in the stock format, as older clients log it."""
    random = np.random.default_rng(4)
    data = pd.DataFrame(
        random.normal(size=(80, 3)), columns=["width (cm)", "height (cm)", "shade"]
    )
    kinds = (data["shade"] > 0).astype(int)
    tree = DecisionTreeClassifier(max_depth=3, random_state=1).fit(data, kinds)
    mlflow.sklearn.save_model(
        tree,
        str(folder),
        signature=mlflow.models.infer_signature(
            data, tree.predict(data), params={"threshold": 0.5}
        ),
        # Named, or a process of its own would look for them for seconds.
        pip_requirements=["scikit-learn"],
        serialization_format="cloudpickle",
    )


def photo(number):
    """A bag that gets clearer from step to step."""
    random = np.random.default_rng(5)
    noise = random.integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)
    bag = Image.new("RGB", (SIDE, SIDE), "#eef2f8")
    pen = ImageDraw.Draw(bag)
    pen.arc((30, 14, 66, 62), 180, 360, fill="#7a4a21", width=5)
    pen.rounded_rectangle((16, 38, 80, 82), 10, fill="#b9743a")
    pen.rectangle((16, 50, 80, 55), fill="#7a4a21")
    return Image.blend(Image.fromarray(noise), bag, number / (IMAGES - 1))


def drawing():
    bars = "".join(
        f'<rect x="60" y="{10 + 18 * place}" width="{120 + 9 * place}" height="12"'
        f' fill="#36c"/><text x="8" y="{20 + 18 * place}" font-size="11">{kind}</text>'
        for place, kind in enumerate(KINDS)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 260 160">{bars}</svg>'
