"""Indexes that searches of runs follow: by key and value.

Builds three indexes; whoever wants to write waits meanwhile, readers do not. A million
latest metrics take 1 s of one core on SQLite and 2 s on PostgreSQL; as many parameters
or tags take 1 s and 3 s.

Revision: 0003
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    on_sqlite = op.get_context().dialect.name == "sqlite"
    # PostgreSQL refuses entries of more than some 2,700 bytes.
    entry = "value" if on_sqlite else text("left(value, 200)")
    op.create_index(
        "latest_metrics_by_value", "latest_metrics", ["key", "value", "run"]
    )
    op.create_index("params_by_value", "params", ["key", entry, "run"])
    op.create_index("tags_by_value", "tags", ["key", entry, "run"])
