"""The client's methods that make files of things: texts, figures, images."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from typing import Any, BinaryIO

from trackgate import pictures, values
from trackgate.artifact_calls import ArtifactCalls
from trackgate.errors import InvalidParameterValue

LOGGED_IMAGES_TAG = "mlflow.loggedImages"
_IMAGE_KEY = re.compile(r"[a-zA-Z0-9_\-./ ]+")


class ContentCalls(ArtifactCalls):
    """Things that a script has in memory, logged as files."""

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """Log a text as a file in UTF-8."""
        with self.new_file(run_id, artifact_file) as path:
            path.write_text(text, encoding="utf-8", newline="")

    def log_dict(
        self, run_id: str, dictionary: Mapping[str, Any] | list[Any], artifact_file: str
    ) -> None:
        """Log a dictionary as JSON, or as YAML where the file's name says so.

        What JSON has no form for is written as its text.
        """
        # JSON is YAML too (YAML 1.2 §1.3), so no YAML library is needed.
        text = json.dumps(dictionary, indent=2, default=str)
        self.log_text(run_id, text, artifact_file)

    def log_stream(self, run_id: str, stream: BinaryIO, artifact_file: str) -> None:
        """Log what a binary stream holds as a file."""
        with (
            self.new_file(run_id, artifact_file) as path,
            path.open("wb") as file,
        ):
            shutil.copyfileobj(stream, file)

    def log_figure(
        self,
        run_id: str,
        figure: object,
        artifact_file: str,
        *,
        save_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        """Log a figure of matplotlib or plotly in the format its name ends with."""
        with self.new_file(run_id, artifact_file) as path:
            pictures.save_figure(figure, path, save_kwargs)

    def log_image(
        self,
        run_id: str,
        image: object,
        artifact_file: str | None = None,
        key: str | None = None,
        step: int | None = None,
        timestamp: int | None = None,
        synchronous: bool | None = None,
    ) -> None:
        """Log an image: as one file, or as one of a series under `key`.

        image  an array (see `pictures.as_image`) or a PIL image

        A series also gets small copies, which pages show.
        """
        if (artifact_file is None) == (key is None):
            raise TypeError("Give either `artifact_file` or `key`.")
        drawn = pictures.as_image(image)
        if artifact_file is not None:
            if step is not None or timestamp is not None:
                raise TypeError("`step` and `timestamp` go with `key`.")
            self._save_image(run_id, drawn, artifact_file)
            return
        name = _image_name(key or "", step, timestamp)
        self._save_image(run_id, drawn, f"{name}.png")
        self._save_image(run_id, pictures.compressed(drawn), f"{name}+compressed.webp")
        self.set_tag(run_id, LOGGED_IMAGES_TAG, "True", synchronous)

    def _save_image(self, run_id: str, image: Any, artifact_file: str) -> None:
        with self.new_file(run_id, artifact_file) as path:
            image.save(path)


def _image_name(key: str, step: int | None, timestamp: int | None) -> str:
    """The name of an image of a series, in the form that MLflow's pages read."""
    if not _IMAGE_KEY.fullmatch(key):
        raise InvalidParameterValue(
            f"The image key {key!r} has a character that is not allowed; allowed are"
            " letters, digits, underscores, dashes, periods, spaces and slashes."
        )
    when = values.now_ms() if timestamp is None else timestamp
    flat = key.replace("/", "~")
    return f"images/{flat}+step+{step or 0}+timestamp+{when}+{secrets.token_hex(16)}"
