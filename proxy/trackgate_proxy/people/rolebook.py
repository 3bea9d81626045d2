"""Where people's roles are kept: a plug-in, for the proxy knows no database."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol, cast

from trackgate_proxy.people.htpasswd import PeopleError

GROUP = "trackgate.rolebook"
Role = Literal["viewer", "editor", "admin"]
ROLES: tuple[Role, ...] = ("viewer", "editor", "admin")
DEFAULT_ROLE: Role = "editor"


class Rolebook(Protocol):
    """Rows of name and role."""

    def set(self, name: str, role: str, by: str) -> None:
        """Give a role, in place of any other; `by` is who did it."""
        ...

    def get_all(self) -> dict[str, str]:
        """Role by name."""
        ...

    def remove(self, name: str, by: str) -> None:
        """Forget a name; nothing happens if it is unknown. `by` is who did it."""
        ...

    def close(self) -> None: ...


class RolebookOpener(Protocol):
    """What an entry point of the group names."""

    def __call__(self, data_dir: Path, backend_store_uri: str | None) -> Rolebook: ...


@contextmanager
def open_rolebook(data_dir: Path, backend_store_uri: str | None) -> Generator[Rolebook]:
    """The installed rolebook. Raises PeopleError when there is none to be had."""
    opener = _opener()
    try:
        rolebook = opener(data_dir, backend_store_uri)
    except Exception as error:
        # A plug-in's failures cannot be known here; mostly the database is down.
        raise PeopleError(f"The roles cannot be reached: {error}") from error
    try:
        yield rolebook
    finally:
        rolebook.close()


def _opener() -> RolebookOpener:
    # A heavy module, and `trackgate up` keeps what is loaded in memory.
    from importlib.metadata import entry_points  # noqa: PLC0415

    for entry in entry_points(group=GROUP):
        try:
            return cast("RolebookOpener", entry.load())
        except ImportError as error:
            raise _missing(str(error)) from error
    raise _missing("nothing is registered for it")


def _missing(reason: str) -> PeopleError:
    return PeopleError(
        "Roles cannot be kept here, because the tracking server is not installed "
        f"({reason}). Install it: pip install 'trackgate[server]'"
    )
