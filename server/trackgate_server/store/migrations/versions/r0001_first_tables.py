"""The first tables.

Creates everything; locks nothing that exists. Also the experiment "Default", whose
id is 0 because clients that name none mean that one.

Revision: 0001
"""

from __future__ import annotations

import time

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    insert,
    text,
)
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None

RowId = BigInteger().with_variant(Integer, "sqlite")
Name = Text().with_variant(Text(collation="C"), "postgresql")
# No affinity on SQLite, so that -0.0 and the text 'NaN' stay what they are.
_Double: TypeEngine[float] = Double[float]().with_variant(LargeBinary(), "sqlite")

metadata = MetaData()

Table(
    "experiments",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("name", Name, nullable=False, unique=True),
    Column("artifact_location", Name, nullable=False),
    Column("lifecycle", SmallInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

Table(
    "experiment_tags",
    metadata,
    Column("experiment", RowId, ForeignKey("experiments.id"), nullable=False),
    Column("key", Name, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("experiment", "key"),
    sqlite_with_rowid=False,
)

Table(
    "runs",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("uuid", Name, nullable=False, unique=True),
    Column("experiment", RowId, ForeignKey("experiments.id"), nullable=False),
    Column("name", Name, nullable=False),
    Column("user", Name, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("lifecycle", SmallInteger, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("deleted_ms", BigInteger),
    Column("artifact_uri", Name, nullable=False),
    Index("runs_newest", "experiment", "lifecycle", text("started_ms DESC"), "uuid"),
    sqlite_autoincrement=True,
)

Table(
    "names",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("name", Name, nullable=False, unique=True),
)

Table(
    "metrics",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("step", BigInteger, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("value", _Double, nullable=False),
    PrimaryKeyConstraint("run", "key", "step", "timestamp", "value"),
    sqlite_with_rowid=False,
)

Table(
    "latest_metrics",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("step", BigInteger, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("value", _Double, nullable=False),
    Column("min", _Double),
    Column("max", _Double),
    Column("first_step", BigInteger, nullable=False),
    Column("first_timestamp", BigInteger, nullable=False),
    Column("ordered", SmallInteger, nullable=False),
    PrimaryKeyConstraint("run", "key"),
    sqlite_with_rowid=False,
)

Table(
    "params",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("run", "key"),
    sqlite_with_rowid=False,
)

Table(
    "tags",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("run", "key"),
    sqlite_with_rowid=False,
)

Table(
    "datasets",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("experiment", RowId, ForeignKey("experiments.id"), nullable=False),
    Column("name", Name, nullable=False),
    Column("digest", Name, nullable=False),
    Column("source_type", Name, nullable=False),
    Column("source", Name, nullable=False),
    Column("schema", Name),
    Column("profile", Name),
    UniqueConstraint("experiment", "name", "digest"),
)

Table(
    "inputs",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("dataset", RowId, ForeignKey("datasets.id"), nullable=False),
    PrimaryKeyConstraint("run", "dataset"),
    sqlite_with_rowid=False,
)

Table(
    "input_tags",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("dataset", BigInteger, nullable=False),
    Column("key", Name, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("run", "dataset", "key"),
    sqlite_with_rowid=False,
)

Table(
    "run_models",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("direction", SmallInteger, nullable=False),
    Column("model_id", Name, nullable=False),
    Column("step", BigInteger, nullable=False),
    PrimaryKeyConstraint("run", "direction", "model_id"),
    sqlite_with_rowid=False,
)

Table(
    "roles",
    metadata,
    Column("name", Name, primary_key=True),
    Column("role", Name, nullable=False),
    Column("changed_by", Name, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)

Table(
    "changes",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("user", Name, nullable=False),
    Column("action", Name, nullable=False),
    Column("target", Name, nullable=False),
    Column("detail", Name, nullable=False),
    Index("changes_of_target", "target", "id"),
)

Table(
    "secrets",
    metadata,
    Column("name", Name, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)


def upgrade() -> None:
    """Create the tables and the experiment "Default"."""
    connection = op.get_bind()
    metadata.create_all(connection)
    now_ms = time.time_ns() // 1_000_000
    connection.execute(
        insert(metadata.tables["experiments"]).values(
            id=0,
            name="Default",
            artifact_location="mlflow-artifacts:/0",
            lifecycle=0,
            created_ms=now_ms,
            updated_ms=now_ms,
        )
    )
