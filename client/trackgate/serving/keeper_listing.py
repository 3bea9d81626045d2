"""What is said about served models: to people by /serve, to callers by a 503."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import quote, unquote

from trackgate.errors import ErrorCode
from trackgate.models.model_uris import ModelUri
from trackgate.serving.keeper_status import Answer, Responder

State = Literal["waiting", "loading", "serving", "failed"]
SERVE_PATH = "/serve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How it stands with one served model.

    path     where it is reached, as it is sent
    state    waiting: no version is meant yet; loading: no version answers yet;
             serving: `version` answers; failed: none answers, and the one that is
             meant cannot be loaded
    version  the number of the version that answers
    loading  the number of the version that is being loaded
    since_ms when that state began, in milliseconds since 1970, UTC
    failure  why the version that is meant does not answer; one line
    """

    uri: str
    path: str
    state: State = "waiting"
    version: str | None = None
    loading: str | None = None
    since_ms: int = 0
    failure: str | None = None

    def listed(self) -> dict[str, Any]:
        """As /serve shows it."""
        return {
            "uri": self.uri,
            "path": self.path,
            "version": self.version,
            "state": self.state,
            "since": self.since_ms,
            "loading": self.loading,
            "failure": self.failure,
        }

    def not_yet(self) -> Answer:
        """What a caller is told while no version answers."""
        if self.loading:
            said = f"Version {self.loading} of {self.uri} is being loaded."
        else:
            said = f"{self.uri} is not served now"
            said += f": {self.failure.rstrip('.')}." if self.failure else "."
        return Answer.error(
            HTTPStatus.SERVICE_UNAVAILABLE,
            ErrorCode.TEMPORARILY_UNAVAILABLE,
            f"{said} Try again in a moment.",
        )


def readable(uri: ModelUri) -> str:
    """The URI as people write it."""
    return f"models:/{uri.name}{uri.choice}"


def path_of(uri: ModelUri, prefix: str) -> str:
    """Where Nginx answers for it, below the site's prefix."""
    choice = uri.choice if uri.choice.startswith("/") else f"/{uri.choice}"
    return f"{prefix}{SERVE_PATH}/{quote(uri.name or '', safe='')}{choice}"


def lister(prefix: str, entries: Callable[[], Sequence[Entry]]) -> Responder:
    """Answers /serve with the whole list, and a model's path with its entry."""

    def answer(method: str, path: str) -> Answer:
        place = unquote(path.rstrip("/"))
        listed = [one.listed() for one in entries()]
        by_path: dict[str, object] = {unquote(one["path"]): one for one in listed}
        by_path[prefix + SERVE_PATH] = {"models": listed}
        if place not in by_path:
            return _nothing_here(path, [one["path"] for one in listed])
        if method not in ("GET", "HEAD"):
            return Answer.error(
                HTTPStatus.METHOD_NOT_ALLOWED,
                ErrorCode.BAD_REQUEST,
                "This is only a list; a model is called at its path with /invocations.",
            )
        return Answer(HTTPStatus.OK, by_path[place])

    return answer


def _nothing_here(path: str, paths: Sequence[str]) -> Answer:
    return Answer.error(
        HTTPStatus.NOT_FOUND,
        ErrorCode.ENDPOINT_NOT_FOUND,
        f"Nothing is served at {path}. Models are called at "
        f"{', '.join(f'{one}/invocations' for one in paths)}.",
    )
