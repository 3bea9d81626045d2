"""Registered models that answer beside this server, as its settings name them.

Who serves them is not known here: the address of each is all that pages need.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote

from trackgate_server.operations import version_references
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.version_references import Reference
from trackgate_server.settings import Settings

_SCHEME = "models:"
_PATH = "serve"


class ServedModel(NamedTuple):
    """A model and which of its versions answers.

    uri   as it was given, such as "models:/Decision%20Tree/Production"
    pick  a stage, `latest`, a version's number, or `@` and an alias
    """

    uri: str
    name: str
    pick: str

    @property
    def segments(self) -> tuple[str, str, str]:
        """The path below the site's prefix, not yet quoted."""
        return _PATH, self.name, self.pick


def served(settings: Settings) -> list[ServedModel]:
    """All of them, in the order of the settings.

    Raises InvalidParameterValue or ValueError for an address that names none.
    """
    return [_parsed(uri) for uri in settings.served_models.split()]


def served_as(settings: Settings, name: str) -> list[ServedModel]:
    """Those of one registered model."""
    return [one for one in served(settings) if one.name == name]


def served_names(settings: Settings) -> frozenset[str]:
    """The registered models that answer."""
    return frozenset(one.name for one in served(settings))


def version_meant(scope: Scope, model: ServedModel) -> str:
    """The number of the version that is to answer now.

    Raises NotFound or InvalidParameterValue where there is none. Opens its own
    transaction.
    """
    alias = model.pick.removeprefix("@") if model.pick.startswith("@") else ""
    reference = Reference(model.name, "" if alias else model.pick, alias)
    database = scope.services.database
    row = database.read(lambda db: version_references.resolve(db, reference))
    return str(row.version)


def _parsed(uri: str) -> ServedModel:
    reference = version_references.parse(uri.removeprefix(_SCHEME))
    if reference is None:
        raise ValueError(f"The served model {uri!r} is not a registered one.")
    pick = f"@{reference.alias}" if reference.alias else reference.suffix
    return ServedModel(uri, unquote(reference.name), pick)
