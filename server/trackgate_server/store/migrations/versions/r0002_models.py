"""Registered models, their versions and history; logged models.

Creates tables; locks nothing that exists.

Revision: 0002
"""

from __future__ import annotations

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
    text,
)
from sqlalchemy.types import TypeEngine

revision = "0002"
down_revision = "0001"

RowId = BigInteger().with_variant(Integer, "sqlite")
Name = Text().with_variant(Text(collation="C"), "postgresql")
# No affinity on SQLite, so that -0.0 and the text 'NaN' stay what they are.
_Double: TypeEngine[float] = Double[float]().with_variant(LargeBinary(), "sqlite")

metadata = MetaData()

# Is there already; here because others refer to it.
experiments = Table(
    "experiments", metadata, Column("id", RowId, primary_key=True, autoincrement=True)
)

Table(
    "registered_models",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("name", Name, nullable=False, unique=True),
    Column("user", Name, nullable=False),
    Column("description", Name),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("last_version", Integer, nullable=False),
    Index("registered_models_newest", text("updated_ms DESC"), "name"),
    sqlite_autoincrement=True,
)

Table(
    "registered_model_tags",
    metadata,
    Column("model", RowId, ForeignKey("registered_models.id"), nullable=False),
    Column("key", Name, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("model", "key"),
    sqlite_with_rowid=False,
)

Table(
    "model_versions",
    metadata,
    Column("model", RowId, ForeignKey("registered_models.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("user", Name, nullable=False),
    Column("description", Name),
    Column("source", Name, nullable=False),
    Column("location", Name, nullable=False),
    Column("run_id", Name, nullable=False),
    Column("run_link", Name, nullable=False),
    Column("model_id", Name, nullable=False),
    Column("stage", SmallInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("model", "version"),
    Index("model_versions_newest", text("updated_ms DESC"), "model", "version"),
    Index("model_versions_of_stage", "model", "stage", "version"),
    Index("model_versions_of_run", "run_id"),
    Index("model_versions_of_logged_model", "model_id"),
    sqlite_with_rowid=False,
)

Table(
    "model_version_tags",
    metadata,
    Column("model", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("key", Name, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("model", "version", "key"),
    sqlite_with_rowid=False,
)

Table(
    "model_aliases",
    metadata,
    Column("model", RowId, ForeignKey("registered_models.id"), nullable=False),
    Column("alias", Name, nullable=False),
    Column("version", Integer, nullable=False),
    PrimaryKeyConstraint("model", "alias"),
    Index("model_aliases_of_version", "model", "version"),
    sqlite_with_rowid=False,
)

Table(
    "model_moves",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("model", BigInteger, nullable=False),
    Column("name", Name, nullable=False),
    Column("kind", Name, nullable=False),
    Column("alias", Name, nullable=False),
    Column("version", Integer, nullable=False),
    Column("before", Name, nullable=False),
    Column("after", Name, nullable=False),
    Column("user", Name, nullable=False),
    Column("comment", Name, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("model_moves_of_model", "model", "id"),
    Index("model_moves_of_name", "name", "id"),
    sqlite_autoincrement=True,
)

Table(
    "logged_models",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("uuid", Name, nullable=False, unique=True),
    Column("experiment", RowId, ForeignKey("experiments.id"), nullable=False),
    Column("name", Name, nullable=False),
    Column("type", Name, nullable=False),
    Column("source_run", Name, nullable=False),
    Column("user", Name, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("status_message", Name, nullable=False),
    Column("artifact_uri", Name, nullable=False),
    Column("lifecycle", SmallInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("deleted_ms", BigInteger),
    Index(
        "logged_models_newest",
        "experiment",
        "lifecycle",
        text("created_ms DESC"),
        "uuid",
    ),
    sqlite_autoincrement=True,
)

Table(
    "logged_model_tags",
    metadata,
    Column("model", RowId, ForeignKey("logged_models.id"), nullable=False),
    Column("key", Name, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("model", "key"),
    sqlite_with_rowid=False,
)

Table(
    "logged_model_params",
    metadata,
    Column("model", RowId, ForeignKey("logged_models.id"), nullable=False),
    Column("key", Name, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("model", "key"),
    sqlite_with_rowid=False,
)

Table(
    "logged_model_metrics",
    metadata,
    Column("model", RowId, ForeignKey("logged_models.id"), nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("run", BigInteger, nullable=False),
    Column("step", BigInteger, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("value", _Double, nullable=False),
    Column("dataset_name", Name, nullable=False),
    Column("dataset_digest", Name, nullable=False),
    PrimaryKeyConstraint(
        "model",
        "key",
        "run",
        "step",
        "timestamp",
        "dataset_name",
        "dataset_digest",
        "value",
    ),
    Index("logged_model_metrics_of_run", "run"),
    sqlite_with_rowid=False,
)


def upgrade() -> None:
    """Create the tables."""
    new = [table for table in metadata.sorted_tables if table is not experiments]
    metadata.create_all(op.get_bind(), tables=new, checkfirst=False)
