"""What people may do, and who changed what."""

from __future__ import annotations

from typing import NamedTuple

from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

_ROLE = Sql("SELECT role FROM roles WHERE name = ?")
_ROLES = Sql("SELECT name, role FROM roles ORDER BY name")
_SET_ROLE = Sql(
    "INSERT INTO roles (name, role, changed_by, changed_ms) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (name) DO UPDATE SET role = excluded.role,"
    " changed_by = excluded.changed_by, changed_ms = excluded.changed_ms"
)
_REMOVE_ROLE = Sql("DELETE FROM roles WHERE name = ?")
_FORGET_SEEN = Sql("DELETE FROM seen WHERE name = ?")
_SEE = Sql(
    "INSERT INTO seen (name, at_ms) VALUES (?, ?) ON CONFLICT (name)"
    " DO UPDATE SET at_ms = excluded.at_ms WHERE excluded.at_ms > seen.at_ms"
)
# Whoever was removed and came back was added then.
_PEOPLE = Sql(
    "SELECT roles.name, roles.role, (SELECT min(given.at_ms) FROM changes AS given"
    " WHERE given.target = 'user/' || roles.name AND given.action = 'set role'"
    " AND given.id > coalesce((SELECT max(gone.id) FROM changes AS gone"
    " WHERE gone.target = 'user/' || roles.name AND gone.action = 'remove'), 0)),"
    " seen.at_ms FROM roles LEFT JOIN seen ON seen.name = roles.name"
    " ORDER BY roles.name"
)
_NOTE = Sql(
    'INSERT INTO changes (at_ms, "user", action, target, detail) VALUES (?, ?, ?, ?, ?)'
)
_CHANGES = Sql(
    'SELECT id, at_ms, "user", action, target, detail FROM changes'
    " WHERE id < ? ORDER BY id DESC LIMIT ?"
)
_CHANGES_OF = Sql(
    'SELECT id, at_ms, "user", action, target, detail FROM changes'
    " WHERE target = ? AND id < ? ORDER BY id DESC LIMIT ?"
)


class ChangeRow(NamedTuple):
    """Who did what to which thing, and when."""

    id: int
    at_ms: int
    user: str
    action: str
    target: str
    detail: str


class Person(NamedTuple):
    """Somebody with a role.

    added_ms  when the role was given first; None where no record says
    seen_ms   the last request, to a few minutes; None before the first
    """

    name: str
    role: str
    added_ms: int | None
    seen_ms: int | None


def everybody(db: Transaction) -> list[Person]:
    """All people by name. One statement, along an index of the changes."""
    return [Person(*row) for row in db.all(_PEOPLE)]


def see(db: Transaction, name: str, now_ms: int) -> None:
    """Keep when a person was here last. One statement; may be sent twice."""
    db.execute(_SEE, name, now_ms)


def find_role(db: Transaction, name: str) -> str | None:
    """A person's role, or None if the name has none. One statement."""
    row = db.one(_ROLE, name)
    return None if row is None else row[0]


def all_roles(db: Transaction) -> dict[str, str]:
    """Everybody's role by name."""
    return dict(db.all(_ROLES))


def set_role(db: Transaction, name: str, role: str, by: str, now_ms: int) -> None:
    """Give a person a role, noting who did."""
    db.execute(_SET_ROLE, name, role, by, now_ms)
    note(db, by, "set role", f"user/{name}", role, now_ms)


def remove_role(db: Transaction, name: str, by: str, now_ms: int) -> None:
    """Forget a person's role, noting who did."""
    db.execute(_REMOVE_ROLE, name)
    db.execute(_FORGET_SEEN, name)
    note(db, by, "remove", f"user/{name}", "", now_ms)


def note(
    db: Transaction, user: str, action: str, target: str, detail: str, now_ms: int
) -> None:
    """Keep who changed what, in the transaction that changes it. One statement."""
    db.execute(_NOTE, now_ms, user, action, target, detail)


def changes(
    db: Transaction, target: str | None, before: int, limit: int
) -> list[ChangeRow]:
    """Newest changes first, of one thing or of all, with ids under `before`."""
    if target is None:
        rows = db.all(_CHANGES, before, limit)
    else:
        rows = db.all(_CHANGES_OF, target, before, limit)
    return [ChangeRow(*row) for row in rows]
