"""Views of the table of runs, saved by people for all.

Creates a table; locks nothing that exists.

Revision: 0004
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

revision = "0004"
down_revision = "0003"

RowId = BigInteger().with_variant(Integer, "sqlite")
Name = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData()

Table(
    "views",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("experiments", Name, nullable=False),
    Column("name", Name, nullable=False),
    Column("query", Name, nullable=False),
    Column("user", Name, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    UniqueConstraint("experiments", "name"),
    sqlite_autoincrement=True,
)


def upgrade() -> None:
    """Create the table."""
    metadata.create_all(op.get_bind(), checkfirst=False)
