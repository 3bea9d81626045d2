"""Which modules a model imports: loads it in a fresh process and watches.

`python -m trackgate.models.import_probe FOLDER`, with the search path as a JSON list
on standard input; writes the modules' top names as a JSON list to standard output.
This runs the model's code.
"""

from __future__ import annotations

import builtins
import json
import os
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import packages_distributions
from pathlib import Path
from types import FrameType
from typing import Any

# They import what a pickle names, whoever called them.
_UNPICKLERS = frozenset(
    {"pickle", "cloudpickle.cloudpickle", "joblib.numpy_pickle", "torch.serialization"}
)
# Where we import a flavor's library or read a pickle. What we import elsewhere is for
# our own sake.
_OURS = ("trackgate.flavors.", "trackgate.pyfunc.pickles")


class ImportWatch:
    """Notes what is imported by the model, its pickle or its flavor.

    What a library imports is left to its own requirements: many look for others that
    they can do without.
    """

    def __init__(self, library_modules: frozenset[str]) -> None:
        self.found: set[str] = set()
        self._libraries = library_modules

    @contextmanager
    def watching(self) -> Generator[None]:
        """Watch imports, also of modules that are loaded already."""
        original: Callable[..., Any] = builtins.__import__

        def noting(
            name: str,
            globals: Mapping[str, object] | None = None,
            locals: Mapping[str, object] | None = None,
            fromlist: Sequence[str] = (),
            level: int = 0,
        ) -> Any:
            if level == 0:
                self._note(name, sys._getframe(1))  # pyright: ignore[reportPrivateUsage]
            return original(name, globals, locals, fromlist, level)

        builtins.__import__ = noting  # type: ignore[assignment]
        try:
            yield
        finally:
            builtins.__import__ = original

    def _note(self, name: str, frame: FrameType | None) -> None:
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and self._is_models(_importer(frame)):
            self.found.add(top)

    def _is_models(self, importer: str) -> bool:
        if importer in _UNPICKLERS or importer.startswith(_OURS):
            return True
        top = importer.partition(".")[0]
        return top not in self._libraries and not top.startswith("trackgate")


def _importer(frame: FrameType | None) -> str:
    """The module that imports, whether by statement or through importlib.

    Libraries written in C have no frames: the nearest one is whoever imported them.
    """
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        is_this = frame.f_code.co_filename == __file__
        if not is_this and name.partition(".")[0] != "importlib":
            return name
        frame = frame.f_back
    return ""


def _probe(folder: Path) -> list[str]:
    # After the search path is known. What these import is not the model's.
    from trackgate.models import input_example  # noqa: PLC0415
    from trackgate.models.loading import load_folder  # noqa: PLC0415
    from trackgate.models.mlmodel import Model  # noqa: PLC0415

    model = Model.load(folder)
    example = input_example.read(model, folder)
    params = input_example.read_params(model, folder)
    watch = ImportWatch(frozenset(packages_distributions()))
    with watch.watching():
        loaded = load_folder(folder)
        if example is not None:
            # A model that cannot predict its example still has requirements.
            with suppress(Exception):
                loaded.predict(example, params)
    return sorted(watch.found)


def main(folder: str) -> None:
    """Print what the model in a folder imports."""
    sys.path[:] = json.load(sys.stdin)
    # Whatever the model prints must not get among the names.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    json.dump(_probe(Path(folder)), answer)
    answer.close()


if __name__ == "__main__":
    main(sys.argv[1])
