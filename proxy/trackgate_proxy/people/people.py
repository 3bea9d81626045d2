"""Adding, changing and removing people: a line for the password, a row for the role."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from trackgate_proxy.config.verdict import forget_verdicts
from trackgate_proxy.people.htpasswd import PeopleError, PeopleFile, require_name
from trackgate_proxy.people.passwords import DEFAULT_COST, hash_password, matches
from trackgate_proxy.people.rolebook import Rolebook
from trackgate_proxy.site.data_folder import DataFolder


@dataclass(frozen=True, slots=True)
class Person:
    """One person; either half may be missing after a crash in between."""

    name: str
    role: str | None
    can_log_in: bool


class People:
    """Everybody who may use the server of one data folder."""

    def __init__(self, data: DataFolder, hash_cost: int = DEFAULT_COST) -> None:
        self._data = data
        self._file = PeopleFile(data.htpasswd)
        self._hash_cost = hash_cost

    def add(
        self, name: str, password: str, role: str, rolebook: Rolebook, by: str
    ) -> None:
        """Let a new person in. Raises PeopleError for a name that is taken.

        The role is written first: a name that can log in always has its role.
        """
        require_name(name)
        hashed = hash_password(password, self._hash_cost)
        with self._file.editing() as entries:
            if name in entries:
                raise PeopleError(
                    f"{name} exists already. To change the password: "
                    f"trackgate users passwd {name}"
                )
            rolebook.set(name, role, by)
            entries[name] = hashed
        self._forget_verdicts()

    def set_password(self, name: str, password: str) -> None:
        """Replace a password; the old one stops to count at once."""
        hashed = hash_password(password, self._hash_cost)
        with self._file.editing() as entries:
            _require(name, entries)
            entries[name] = hashed
        self._forget_verdicts()

    def set_role(self, name: str, role: str, rolebook: Rolebook, by: str) -> None:
        """Give another role, from the next request on."""
        _require(name, self._file.names())
        rolebook.set(name, role, by)

    def lock_out(self, name: str) -> bool:
        """Remove the password's line; the first half of a removal.

        Returns whether there was one.
        """
        with self._file.editing() as entries:
            had_entry = entries.pop(name, None) is not None
        self._forget_verdicts()
        return had_entry

    def verify(self, name: str, password: str) -> bool:
        """Whether this password would let this person in."""
        return name in self._file.names() and matches(
            password, self._file.hash_of(name)
        )

    def list(self, roles: dict[str, str]) -> list[Person]:
        """Everybody with a password or a role, by name."""
        names = self._file.names()
        return [
            Person(name, roles.get(name), name in names)
            for name in sorted({*names, *roles})
        ]

    def _forget_verdicts(self) -> None:
        forget_verdicts(self._data)


def _require(name: str, names: Container[str]) -> None:
    if name not in names:
        raise PeopleError(f"There is nobody named {name!r}.")
