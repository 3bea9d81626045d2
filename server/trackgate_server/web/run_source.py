"""Where a run came from, as its page says it: program, commit, repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from trackgate_server.store.run_lists import Pair
from trackgate_server.web.forge_links import (
    commit_page,
    repository_page,
    without_login,
)

_NAME, _TYPE = "mlflow.source.name", "mlflow.source.type"
_COMMIT, _REPOSITORY = "mlflow.source.git.commit", "mlflow.source.git.repoURL"
_LABELS = {
    _NAME: "Source",
    _TYPE: "Source type",
    _COMMIT: "Git commit",
    "mlflow.source.git.branch": "Git branch",
    _REPOSITORY: "Repository",
    "mlflow.project.entryPoint": "Entry point",
    "mlflow.docker.image.name": "Image",
}
_PROJECT = "PROJECT"
_WITH_ADDRESS = frozenset({_NAME, _REPOSITORY})


class SourceLine(NamedTuple):
    """A fact; `href` is its page at a forge, None where it has none."""

    label: str
    text: str
    href: str | None


def lines(said: Mapping[str, str]) -> list[SourceLine]:
    """What tags say of a run's source, in the order in which people ask for it."""
    repository = _repository(said)
    pages = {
        _COMMIT: commit_page(said.get(_COMMIT, ""), repository),
        _REPOSITORY: repository_page(repository),
    }
    return [
        SourceLine(label, without_login(said[tag]), pages.get(tag))
        for tag, label in _LABELS.items()
        if tag in said
    ]


def without_logins(tags: Sequence[Pair]) -> list[Pair]:
    """The tags; those that hold addresses without the passwords in them."""
    return [tag._replace(value=tag_text(tag.name, tag.value)) for tag in tags]


def tag_text(name: str, value: str) -> str:
    """What a page says of a tag: an address has no password there."""
    return without_login(value) if name in _WITH_ADDRESS else value


def _repository(said: Mapping[str, str]) -> str:
    """The address that git knows; an MLflow project is called by it."""
    given = said.get(_REPOSITORY, "")
    if given or said.get(_TYPE) != _PROJECT:
        return given
    return said.get(_NAME, "")
