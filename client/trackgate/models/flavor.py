"""What a flavor is: one kind of model, and how it becomes files and comes back.

A flavor is a plugin: an object of the entry-point group `trackgate.flavors`, under
the name that stands in MLmodel files. Its module may be imported without its library;
only the functions need that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

GROUP = "trackgate.flavors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a flavor says of the files it has just written.

    config        its own section of the MLmodel file, the library's version included
    data          what the python_function section names as the model's data: a path
                  relative to the folder, or None where the folder itself is meant
    pyfunc        further entries of the python_function section; None for a model that
                  cannot predict, which gets no such section
    requirements  names of the distributions that loading needs at the least, without
                  versions; those of what is really imported are added and pinned
    """

    config: Mapping[str, Any]
    data: str | None
    pyfunc: Mapping[str, Any] | None = field(default_factory=dict[str, Any])
    requirements: tuple[str, ...] = ()


class Predictor(Protocol):
    """A model as `python_function` sees it."""

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Predictions for `data`, one for each row.

        data    a pandas DataFrame, or what else the model's signature says
        params  values of the signature's parameters, defaults filled in
        """
        ...


class Flavor(Protocol):
    """One kind of model."""

    @property
    def name(self) -> str:
        """As in MLmodel files, such as "sklearn"; also the entry point's name."""
        ...

    @property
    def loader_module(self) -> str:
        """The stock client's module of this flavor, such as "mlflow.sklearn".

        Written into the python_function section, so that stock clients load it too.
        """
        ...

    def write(self, model: Any, folder: Path, options: Mapping[str, Any]) -> Written:
        """Put the model's files into an empty folder.

        options  of this flavor alone, such as a serialization format

        Raises InvalidParameterValue for a model of another kind.
        """
        ...

    def read(self, folder: Path, config: Mapping[str, Any]) -> Any:
        """The library's own model again; `config` as it stands in the MLmodel file.

        Runs code that the files hold, where the format is a pickle.
        """
        ...

    def predictor(self, model: Any, config: Mapping[str, Any]) -> Predictor:
        """The same model as `python_function` sees it.

        config  the flavor's own section, and over it the entries of python_function's,
                such as predict_fn and model_config as the caller overrode it
        """
        ...
