"""Predictions of one file, as `trackgate models predict` makes them."""

from __future__ import annotations

import logging
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from trackgate.errors import TrackgateError
from trackgate.models.loading import load_folder
from trackgate.serving import predictions
from trackgate.serving.inputs import InputReader
from trackgate.serving.media import CSV, JSON, PARQUET, UnsupportedMedia

# What `--content-type` may say.
CONTENT_TYPES = {"json": JSON, "csv": CSV, "parquet": PARQUET}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to predict.

    model           folder of the model
    content_type    one of CONTENT_TYPES
    source, target  files; None for standard input and output
    owned           folder to remove in the end; it was made for this task
    """

    model: Path
    content_type: str
    source: Path | None = None
    target: Path | None = None
    owned: Path | None = None


def run(task: Task) -> None:
    """Write the answer that the server would give; raises SystemExit with 1."""
    try:
        # What a model prints must not get into the answer.
        answers, sys.stdout = sys.stdout, sys.stderr
        answer = _predict(task)
        if task.target is not None:
            task.target.write_bytes(answer)
        else:
            answers.buffer.write(answer + b"\n")
            answers.flush()
    except (TrackgateError, UnsupportedMedia, ImportError, OSError) as error:
        sys.exit(f"Error: {error}")
    except Exception:
        logging.getLogger(__name__).exception("The model failed.")
        sys.exit("Error: The model failed.")
    finally:
        if task.owned is not None:
            shutil.rmtree(task.owned, ignore_errors=True)


def _predict(task: Task) -> bytes:
    if task.source is not None:
        body = task.source.read_bytes()
    else:
        body = sys.stdin.buffer.read()
    model = load_folder(task.model)
    signature = model.metadata.signature
    reader = InputReader(signature.inputs if signature else None)
    inputs = reader.read(body, CONTENT_TYPES[task.content_type])
    return predictions.encode(model.predict(inputs.data, params=inputs.params))
