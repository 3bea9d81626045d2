"""Save Python models with a stock client, and rewrite a model of ours.

python save_python_models.py FOLDER OURS
"""

import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.models import Model, infer_signature

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)


class Total(mlflow.pyfunc.PythonModel):
    def load_context(self, context: Any) -> None:
        self.text = Path(context.artifacts["text"]).read_text()

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        return [f"{self.text}{one}" for one in model_input.sum(axis=1)]


class Shout(mlflow.pyfunc.PythonModel):
    def predict(self, model_input: list[str], params: Any = None) -> list[str]:
        return [one.upper() for one in model_input]


def twice(model_input: list[str]) -> list[str]:
    return [one * 2 for one in model_input]


def main(home: Path, ours: Path) -> None:
    (home / "text").write_text("sum ")
    frame = pd.DataFrame({"a": [1.0], "b": [2.0]})
    signature = infer_signature(frame, ["x"])
    given = {"artifacts": {"text": str(home / "text")}, "signature": signature}
    save(home / "class", python_model=Total(), **given)
    save(home / "hinted class", python_model=Shout())
    save(home / "hinted function", python_model=twice)
    Model.load(str(ours)).save(ours / "MLmodel")


def save(folder: Path, **choices: Any) -> None:
    mlflow.pyfunc.save_model(str(folder), pip_requirements=["pandas"], **choices)


main(Path(sys.argv[1]), Path(sys.argv[2]))
