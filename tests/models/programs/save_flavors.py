"""Save a model of each kind to a folder, to a run and to the registry; then load.

    save_flavors.py MODULE PREFIX FOLDER <WANTED

MODULE is the client, "mlflow" or "trackgate"; PREFIX begins the registered names.
Writes saved.json into FOLDER: by kind, where the models are and what they predict.
Then WANTED says which models of all clients to load, and answers.json what came of
it; see load_flavors.py. One program does both: importing the libraries takes longest.
"""

import importlib
import inspect
import json
import sys
import warnings
from pathlib import Path

import flavor_models
import load_flavors

warnings.simplefilter("ignore")
MODULE, PREFIX, FOLDER = sys.argv[1], sys.argv[2], Path(sys.argv[3])
client = importlib.import_module(MODULE)
FORMAT = "serialization_format"
# What every client can read; the newest one would choose others by itself.
READABLE = {"sklearn": "cloudpickle", "lightgbm": "cloudpickle", "pytorch": "pickle"}
# What only some can, saved beside by those that know it.
MODERN = {"sklearn": "skops", "pytorch": "pt2"}


def save(flavor, kind, argument, model, **options):
    module = importlib.import_module(f"{MODULE}.{name_of(flavor)}")
    if FORMAT not in inspect.signature(module.save_model).parameters:
        options.pop(FORMAT, None)
    given = {argument: model, "pip_requirements": ["numpy"], **options}
    folder = FOLDER / kind
    module.save_model(path=str(folder), **given)
    with client.start_run() as run:
        module.log_model(
            artifact_path="model", registered_model_name=f"{PREFIX}-{kind}", **given
        )
    return {
        "folder": str(folder),
        "run": f"runs:/{run.info.run_id}/model",
        "registry": f"models:/{PREFIX}-{kind}/1",
        "expected": flavor_models.predict(kind, model).tolist(),
    }


def name_of(flavor):
    return "pyfunc" if flavor == "python_function" else flavor


def modern(made):
    module = importlib.import_module(f"{MODULE}.sklearn")
    if not hasattr(module, "SERIALIZATION_FORMAT_SKOPS"):
        return {}
    return {
        f"{flavor}-{form}": save(
            flavor,
            f"{flavor}-{form}",
            *made[flavor],
            **{FORMAT: form},
            **({"input_example": flavor_models.ARRAY} if form == "pt2" else {}),
        )
        for flavor, form in MODERN.items()
    }


def main():
    made = flavor_models.make(importlib.import_module(f"{MODULE}.pyfunc"))
    saved = {}
    for kind, (argument, model) in made.items():
        flavor = kind.partition("-")[0]
        chosen = READABLE.get(flavor)
        options = {FORMAT: chosen} if chosen else {}
        saved[kind] = save(flavor, kind, argument, model, **options)
    saved |= modern(made)
    (FOLDER / "parameters.json").write_text(json.dumps(parameters(made)))
    put(FOLDER / "saved.json", saved)
    answers = load_flavors.answers(MODULE, json.load(sys.stdin))
    put(FOLDER / "answers.json", answers)


def put(file, content):
    """In one step, as somebody waits for the file."""
    unfinished = file.with_suffix(".new")
    unfinished.write_text(json.dumps(content))
    unfinished.rename(file)


def parameters(made):
    """What the flavors' functions take, by flavor and function."""
    return {
        f"{flavor} {function}": list(
            inspect.signature(
                getattr(importlib.import_module(f"{MODULE}.{flavor}"), function)
            ).parameters
        )
        for flavor in made
        if "-" not in flavor and flavor != "python_function"
        for function in ("save_model", "log_model", "load_model")
    }


main()
