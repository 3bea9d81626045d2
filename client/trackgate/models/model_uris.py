"""What `models:/…` URIs say, before anybody is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from trackgate_wire.model_versions import ModelStage

from trackgate.artifact_names import join
from trackgate.errors import InvalidParameterValue

SCHEME = "models:"
LATEST = "latest"
_MODEL_ID = re.compile(r"m-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUri:
    """A `models:/…` URI in its parts; all but one of the ways to choose are None.

    text     the URI as it was written
    name     of the registered model; None where a logged model is meant
    version  a number, as text
    stage    one of the stages there are, or another word that stands in its place
    alias    of a version
    latest   the newest version is meant, whatever its stage
    model_id of a logged model
    path     a file or folder in the model; "" for all of it
    """

    text: str
    name: str | None = None
    version: str | None = None
    stage: str | None = None
    alias: str | None = None
    latest: bool = False
    model_id: str | None = None
    path: str = ""

    @property
    def choice(self) -> str:
        """What follows the name in the URI: "/Production", "@champion"."""
        if self.alias is not None:
            return f"@{self.alias}"
        return f"/{self.version or self.stage or LATEST}"


def is_model_uri(uri: str) -> bool:
    """Whether it begins with `models:`."""
    return uri.startswith(SCHEME)


def is_model_id(word: str) -> bool:
    """Whether it looks like the id of a logged model."""
    return _MODEL_ID.fullmatch(word) is not None


def parse(uri: str) -> ModelUri:
    """The parts of `models:/NAME/VERSION|STAGE|latest`, `models:/NAME@ALIAS` or
    `models:/MODEL_ID`, each of which may be followed by `/PATH`.

    Names are percent-decoded: `Decision%20Tree` is `Decision Tree`. Raises
    InvalidParameterValue.
    """
    first, *rest = _segments(uri)
    choice = unquote(rest[0]) if rest else ""
    if is_model_id(first):
        return ModelUri(text=uri, model_id=first, path=join(*rest))
    name, at, alias = map(unquote, first.rpartition("@"))
    if at and not _is_choice(choice):
        if not name or not alias:
            raise _improper(uri)
        return ModelUri(text=uri, name=name, alias=alias, path=join(*rest))
    if not rest:
        # A logged model whose id another server made.
        return ModelUri(text=uri, model_id=unquote(first))
    return _chosen(uri, unquote(first), choice, join(*rest[1:]))


def stage_of(word: str) -> ModelStage | None:
    """The stage that a word names, in whatever case; None where it is none."""
    return next((one for one in ModelStage if one.lower() == word.lower()), None)


def _chosen(uri: str, name: str, choice: str, path: str) -> ModelUri:
    if _is_number(choice):
        return ModelUri(text=uri, name=name, version=choice, path=path)
    if choice.lower() == LATEST:
        return ModelUri(text=uri, name=name, latest=True, path=path)
    return ModelUri(text=uri, name=name, stage=stage_of(choice) or choice, path=path)


def _is_choice(word: str) -> bool:
    return _is_number(word) or word.lower() == LATEST or stage_of(word) is not None


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal()


def _segments(uri: str) -> list[str]:
    after = uri.removeprefix(SCHEME)
    if not is_model_uri(uri) or not after.startswith("/"):
        raise _improper(uri)
    # An address between two slashes would name another registry.
    if after.startswith("//") and not after.startswith("///"):
        raise _improper(uri)
    segments = after.strip("/").split("/")
    if not all(one.strip() for one in segments):
        raise _improper(uri)
    return segments


def _improper(uri: str) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"{uri!r} is not the URI of a model. It is 'models:/NAME/VERSION',"
        " 'models:/NAME/STAGE', 'models:/NAME/latest', 'models:/NAME@ALIAS' or"
        " 'models:/MODEL_ID'."
    )
