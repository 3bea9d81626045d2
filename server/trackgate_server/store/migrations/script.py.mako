"""${message}.

Says what it changes, what it locks and for how long.

Revision: ${up_revision}
"""

from __future__ import annotations

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
