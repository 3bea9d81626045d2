"""Names of metrics, parameters and tags, each kept once and known by a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trackgate_server.store.sql import BulkInsert, Sql
from trackgate_server.store.transaction import Transaction

_INSERT = BulkInsert("names", ("name",), ("text",), "ON CONFLICT DO NOTHING")
_IDS = Sql("SELECT name, id FROM names WHERE name = ANY(?)")
_TEXTS = Sql("SELECT name, id FROM names WHERE id = ANY(?)")

# Clients choose names, so what is remembered of them must have an end.
_REMEMBERED = 100_000


class Names:
    """Both directions, remembered once they are on disk; shared by all threads."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._texts: dict[int, str] = {}

    def known(self, names: Iterable[str]) -> list[int] | None:
        """Ids of `names`, in their order, where all are remembered."""
        known = self._ids
        try:
            return [known[name] for name in names]
        except KeyError:
            return None

    def ensure(self, db: Transaction, names: Sequence[str]) -> list[int]:
        """Ids of `names`, in their order; new ones are written. 0 or 2 statements."""
        keys = self.known(names)
        if keys is not None:
            return keys
        known = self._ids
        missing = sorted({name for name in names if name not in known})
        # In sorted order, so that two writers of the same names cannot deadlock.
        db.bulk(_INSERT, [missing])
        found = self._fetch(db, _IDS, missing)
        return [known.get(name) or found[name] for name in names]

    def find(self, db: Transaction, name: str) -> int | None:
        """The id of one name, or None if nothing was ever called so."""
        known = self._ids.get(name)
        return known or self._fetch(db, _IDS, [name]).get(name)

    def find_all(self, db: Transaction, names: Iterable[str]) -> dict[str, int]:
        """Ids of those of `names` that anything was ever called. 0 or 1 statement."""
        wanted = set(names)
        known = {name: key for name in wanted if (key := self._ids.get(name))}
        missing = sorted(wanted - known.keys())
        return {**known, **self._fetch(db, _IDS, missing)} if missing else known

    def texts(self, db: Transaction, ids: Iterable[int]) -> dict[int, str]:
        """Every name by its id, at least for those in `ids`. 0 or 1 statement."""
        # Another thread may put an empty table in its place meanwhile.
        known = self._texts
        missing = [name_id for name_id in set(ids) if name_id not in known]
        if not missing:
            return known
        found = self._fetch(db, _TEXTS, missing)
        return {**known, **{name_id: name for name, name_id in found.items()}}

    def _fetch(
        self, db: Transaction, sql: Sql, wanted: Sequence[str] | Sequence[int]
    ) -> dict[str, int]:
        rows = db.all(sql, db.array(wanted))
        found: dict[str, int] = dict(rows)
        # A name written by this very transaction may yet be rolled back.
        db.after_commit(lambda: self._remember(found))
        return found

    def _remember(self, found: dict[str, int]) -> None:
        if len(self._ids) + len(found) > _REMEMBERED:
            self._ids, self._texts = {}, {}
        self._ids.update(found)
        self._texts.update({name_id: name for name, name_id in found.items()})
