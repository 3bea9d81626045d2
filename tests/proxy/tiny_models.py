"""Models of a few lines, written by hand: each answers with one word."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from trackgate import TrackingClient
from trackgate.models import checksums
from trackgate.models.mlmodel import Model

BROKEN = "broken"
# What a model that cannot be loaded says; its password is nobody's business.
TROUBLE = "no data at http://me:secret@host/data"
_CODE = f'''
class Model:
    def __init__(self, word):
        self.word = word

    def predict(self, data, params=None):
        return [self.word] * len(data)


def _load_pyfunc(path):
    with open(path) as file:
        word = file.read()
    if word == "{BROKEN}":
        raise ValueError("{TROUBLE}")
    return Model(word)
'''
_MLMODEL = """
flavors:
  python_function:
    loader_module: model_of_one_word
    code: code
    data: word.txt
    env: {virtualenv: python_env.yaml}
utc_time_created: '2026-01-01 00:00:00.000000'
"""


def register(client: TrackingClient, name: str, word: str) -> str:
    """A new version of a registered model, which answers with a word; its number."""
    run = client.create_run("0")
    with TemporaryDirectory() as folder:
        _write(Path(folder), word)
        client.log_artifacts(run.info.run_id, folder, "model")
    source = f"{run.info.artifact_uri}/model"
    return client.create_model_version(name, source, run.info.run_id).version


def _write(folder: Path, word: str) -> None:
    files = {
        "MLmodel": _MLMODEL,
        "code/model_of_one_word.py": _CODE,
        "word.txt": word,
        "requirements.txt": "",
        "python_env.yaml": "dependencies: [-r requirements.txt]\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    model = Model.load(folder)
    checksums.note(model, folder)
    model.save(folder / "MLmodel")
