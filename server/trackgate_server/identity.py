"""Who is calling, and what that person may do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from trackgate_wire.endpoint import ROLES, Access

# As `trackgate users` makes them; above all, none may be taken for an option.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller of one request.

    user  the name the proxy authenticated; None on a bare server, where nobody is
    role  viewer, editor or admin; None for a name that has no role
    """

    user: str | None
    role: str | None

    @property
    def access(self) -> Access:
        """The most this caller may do."""
        return ROLES.get(self.role or "", Access.OPEN)

    @property
    def name(self) -> str:
        """For records of who did what."""
        return self.user or "(bare server)"


NOBODY = Identity(user=None, role=None)
# A bare server listens on loopback only: whoever reaches it owns the machine.
LOCAL = Identity(user=None, role="admin")


def is_name(text: str) -> bool:
    """Whether somebody can be called so."""
    return _NAME.fullmatch(text) is not None
