"""Models of scikit-learn's kind as one file: pickle, cloudpickle or skops.

Reading any of them runs what the file's author wants. skops refuses types that are
not trusted, but which ones are trusted stands in the model itself.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.flavors.libraries import library
from trackgate.models import libraries
from trackgate.models.permission import require_for_code

PICKLE = "pickle"
CLOUDPICKLE = "cloudpickle"
SKOPS = "skops"
FORMATS = (CLOUDPICKLE, PICKLE, SKOPS)
# The only one that any release of the stock client reads and that takes any model.
DEFAULT = CLOUDPICKLE


@dataclass(frozen=True, slots=True)
class Serialization:
    """One of the formats.

    trusted  types that skops may load beside the ones it knows
    """

    name: str
    trusted: tuple[str, ...] = ()

    @classmethod
    def chosen(
        cls, options: Mapping[str, Any], always_trusted: Sequence[str] = ()
    ) -> Serialization:
        """The one that the options of saving ask for.

        Raises InvalidParameterValue for an unknown one.
        """
        return cls(
            _known(options.get("serialization_format") or DEFAULT),
            _together(always_trusted, options.get("skops_trusted_types")),
        )

    @classmethod
    def noted(cls, config: Mapping[str, Any], default: str) -> Serialization:
        """The one that a model was saved in; `default` where its file is silent."""
        return cls(
            _known(config.get("serialization_format") or default),
            _together(config.get("skops_trusted_types")),
        )

    @property
    def file_name(self) -> str:
        return "model.skops" if self.name == SKOPS else "model.pkl"

    @property
    def requirements(self) -> tuple[str, ...]:
        """Distributions that reading needs."""
        return () if self.name == PICKLE else (self.name,)

    def config(self) -> dict[str, Any]:
        """Its entries in a flavor's section of the MLmodel file."""
        noted: dict[str, Any] = {"serialization_format": self.name}
        if self.name == SKOPS:
            noted["skops_trusted_types"] = list(self.trusted) or None
        return noted

    def dump(self, model: object, path: Path) -> None:
        """Write a model; raises InvalidParameterValue where the format cannot."""
        if self.name == SKOPS:
            self._dump_skops(model, path)
            return
        pickler = pickle if self.name == PICKLE else libraries.load("cloudpickle")
        try:
            with path.open("wb") as file:
                # Not the highest protocol: other releases of Python read it too.
                pickler.dump(model, file, protocol=pickle.DEFAULT_PROTOCOL)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise InvalidParameterValue(
                f"The {type(model).__name__} cannot be saved as {self.name}: {error}"
            ) from error

    def load(self, path: Path) -> Any:
        """Read a model, which runs code that the file holds.

        Raises PermissionDenied where that is forbidden.
        """
        require_for_code(f"saved as {self.name}")
        if self.name == SKOPS:
            return self._load_skops(path)
        if self.name == CLOUDPICKLE:
            libraries.load("cloudpickle")
        with path.open("rb") as file:
            return pickle.load(file)  # noqa: S301 - what loading a model is; see docs

    def _dump_skops(self, model: object, path: Path) -> None:
        skops = library("skops.io")
        try:
            skops.dump(model, path)
            unknown = skops.get_untrusted_types(file=path)
        except Exception as error:
            raise InvalidParameterValue(
                f"skops cannot save the {type(model).__name__}: {error}."
                f" serialization_format={CLOUDPICKLE!r} takes any model."
            ) from error
        if untrusted := sorted(set(unknown) - set(self.trusted)):
            raise InvalidParameterValue(
                f"skops would not load this {type(model).__name__} again, because it"
                f" holds types that are not trusted: {', '.join(untrusted)}. Name those"
                " you trust in skops_trusted_types."
            )

    def _load_skops(self, path: Path) -> Any:
        skops = library("skops.io")
        untrusted = set(skops.get_untrusted_types(file=path)) - set(self.trusted)
        if untrusted:
            raise InvalidParameterValue(
                f"{path.name} holds types that its MLmodel file does not trust:"
                f" {', '.join(sorted(untrusted))}."
            )
        return skops.load(path, trusted=list(self.trusted))


def _known(name: object) -> str:
    if name not in FORMATS:
        raise InvalidParameterValue(
            f"The serialization format {name!r} is not one of {', '.join(FORMATS)}."
        )
    return str(name)


def _together(*lists: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(sorted({name for names in lists for name in names or ()}))
