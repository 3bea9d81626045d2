"""The tables.

Integer keys throughout: a run's public id and a metric's name stand once, and the
metrics table, which outgrows all others, holds 8-byte numbers only. Migrations in
`migrations/` build what is described here; a test compares the two.
"""

from __future__ import annotations

import math
from typing import Any

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
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

metadata = MetaData()

# SQLite numbers rows by itself only in a column declared INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")

# Text is compared and sorted byte by byte, on both databases alike.
Name = Text().with_variant(Text(collation="C"), "postgresql")


class _WithoutAffinity(UserDefinedType[float]):
    """A column that SQLite keeps any value in as it came."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "BLOB"


class MetricValue(TypeDecorator[float]):
    """An IEEE double that comes back bit for bit.

    SQLite turns NaN into NULL and, in a REAL column, -0.0 into 0.0. So its column
    has no affinity, which keeps doubles as they are, and NaN is the text 'NaN'. A
    text sorts above every number there, as NaN does in PostgreSQL, and equals
    itself, so both databases order and compare alike.
    """

    impl = Double
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _WithoutAffinity() if dialect.name == "sqlite" else Double()

    def process_bind_param(self, value: float | None, dialect: Dialect) -> Any:
        return to_sqlite(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> float | None:
        if value is None or dialect.name != "sqlite":
            return value
        return from_sqlite(value)


def to_sqlite(value: float | None) -> float | str | None:
    """How SQLite keeps a metric's value."""
    return "NaN" if value is not None and math.isnan(value) else value


def from_sqlite(value: float | str) -> float:
    """A metric's value as SQLite gave it back; one of PostgreSQL's stays as it is."""
    return math.nan if isinstance(value, str) else value


INDEXED_LENGTH = 200
"""Characters of a text that PostgreSQL's indexes by value have of it.

An entry there must be smaller than some 2,700 bytes; the rest of a longer text is
looked up in the table.
"""


def _by_value(name: str) -> tuple[Index, Index]:
    """The index that searches of runs follow, for either database."""
    beginning = text(f"left(value, {INDEXED_LENGTH})")
    return (
        Index(name, "key", "value", "run").ddl_if(dialect="sqlite"),
        Index(name, "key", beginning, "run").ddl_if(dialect="postgresql"),
    )


experiments = Table(
    "experiments",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("name", Name, nullable=False, unique=True),
    Column("artifact_location", Name, nullable=False),
    Column("lifecycle", SmallInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    # Ids are never given out twice, so an old link cannot show another team's runs.
    sqlite_autoincrement=True,
)

experiment_tags = Table(
    "experiment_tags",
    metadata,
    Column("experiment", RowId, ForeignKey("experiments.id"), nullable=False),
    Column("key", Name, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("experiment", "key"),
    sqlite_with_rowid=False,
)

runs = Table(
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
    # The order in which run lists are read unless another is asked for.
    Index("runs_newest", "experiment", "lifecycle", text("started_ms DESC"), "uuid"),
    # A person's newest runs, for the first page.
    Index("runs_of_user", "user", "lifecycle", "id"),
    sqlite_autoincrement=True,
)

# Keys of metrics, parameters and run tags, each kept once.
names = Table(
    "names",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("name", Name, nullable=False, unique=True),
)

metrics = Table(
    "metrics",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("step", BigInteger, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("value", MetricValue, nullable=False),
    # The only index: it makes an identical point be stored once, serves charts by
    # step, and serves histories by time where `latest_metrics.ordered` says so.
    PrimaryKeyConstraint("run", "key", "step", "timestamp", "value"),
    sqlite_with_rowid=False,
)

latest_metrics = Table(
    "latest_metrics",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("step", BigInteger, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("value", MetricValue, nullable=False),
    # Over the whole history, NaN left out; NULL while there was nothing else.
    Column("min", MetricValue),
    Column("max", MetricValue),
    Column("first_step", BigInteger, nullable=False),
    Column("first_timestamp", BigInteger, nullable=False),
    # 1 while no point was older in step or time than one before it: the order by
    # step is then the order by time too.
    Column("ordered", SmallInteger, nullable=False),
    PrimaryKeyConstraint("run", "key"),
    # Searches follow it to the runs with some values, and in the values' order.
    Index("latest_metrics_by_value", "key", "value", "run"),
    sqlite_with_rowid=False,
)

params = Table(
    "params",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("run", "key"),
    *_by_value("params_by_value"),
    sqlite_with_rowid=False,
)

tags = Table(
    "tags",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("run", "key"),
    *_by_value("tags_by_value"),
    sqlite_with_rowid=False,
)

datasets = Table(
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

inputs = Table(
    "inputs",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("dataset", RowId, ForeignKey("datasets.id"), nullable=False),
    PrimaryKeyConstraint("run", "dataset"),
    sqlite_with_rowid=False,
)

input_tags = Table(
    "input_tags",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("dataset", BigInteger, nullable=False),
    Column("key", Name, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("run", "dataset", "key"),
    sqlite_with_rowid=False,
)

# Logged models that a run read (direction 0) or made (direction 1).
run_models = Table(
    "run_models",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("direction", SmallInteger, nullable=False),
    Column("model_id", Name, nullable=False),
    Column("step", BigInteger, nullable=False),
    PrimaryKeyConstraint("run", "direction", "model_id"),
    sqlite_with_rowid=False,
)

registered_models = Table(
    "registered_models",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("name", Name, nullable=False, unique=True),
    Column("user", Name, nullable=False),
    Column("description", Name),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    # The highest number a version ever had; deleted versions leave gaps.
    Column("last_version", Integer, nullable=False),
    Index("registered_models_newest", text("updated_ms DESC"), "name"),
    # Ids are never given out twice: the history of a deleted model keeps its own.
    sqlite_autoincrement=True,
)

registered_model_tags = Table(
    "registered_model_tags",
    metadata,
    Column("model", RowId, ForeignKey("registered_models.id"), nullable=False),
    Column("key", Name, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("model", "key"),
    sqlite_with_rowid=False,
)

model_versions = Table(
    "model_versions",
    metadata,
    Column("model", RowId, ForeignKey("registered_models.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("user", Name, nullable=False),
    Column("description", Name),
    # Text that a client gave; nothing is ever opened there.
    Column("source", Name, nullable=False),
    # Where clients fetch the files from: the source, or what it stands for.
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

model_version_tags = Table(
    "model_version_tags",
    metadata,
    Column("model", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("key", Name, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("model", "version", "key"),
    sqlite_with_rowid=False,
)

model_aliases = Table(
    "model_aliases",
    metadata,
    Column("model", RowId, ForeignKey("registered_models.id"), nullable=False),
    Column("alias", Name, nullable=False),
    Column("version", Integer, nullable=False),
    PrimaryKeyConstraint("model", "alias"),
    Index("model_aliases_of_version", "model", "version"),
    sqlite_with_rowid=False,
)

# Who moved which version to which stage or alias. Kept when the model is deleted.
model_moves = Table(
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

logged_models = Table(
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

logged_model_tags = Table(
    "logged_model_tags",
    metadata,
    Column("model", RowId, ForeignKey("logged_models.id"), nullable=False),
    Column("key", Name, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("model", "key"),
    sqlite_with_rowid=False,
)

logged_model_params = Table(
    "logged_model_params",
    metadata,
    Column("model", RowId, ForeignKey("logged_models.id"), nullable=False),
    Column("key", Name, nullable=False),
    Column("value", Name, nullable=False),
    PrimaryKeyConstraint("model", "key"),
    sqlite_with_rowid=False,
)

# Points of a run's metrics that were measured with a logged model.
logged_model_metrics = Table(
    "logged_model_metrics",
    metadata,
    Column("model", RowId, ForeignKey("logged_models.id"), nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("run", BigInteger, nullable=False),
    Column("step", BigInteger, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("value", MetricValue, nullable=False),
    # "" where the point names no dataset.
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
    # For purging runs.
    Index("logged_model_metrics_of_run", "run"),
    sqlite_with_rowid=False,
)

# What a person may do. Passwords are elsewhere: in the proxy's htpasswd file.
roles = Table(
    "roles",
    metadata,
    Column("name", Name, primary_key=True),
    Column("role", Name, nullable=False),
    Column("changed_by", Name, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)

# When each person was here last, to a few minutes: see `http.roles`.
seen = Table(
    "seen",
    metadata,
    Column("name", Name, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
)

# Who changed what, apart from logging to a run of one's own.
changes = Table(
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

# Views of the table of runs, saved for all.
views = Table(
    "views",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    # Ids of the experiments it is for, as in "1,12"; empty for any. Not NULL, which
    # would not keep a name from being given twice.
    Column("experiments", Name, nullable=False),
    Column("name", Name, nullable=False),
    Column("query", Name, nullable=False),
    # Who changed it last, and when.
    Column("user", Name, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    UniqueConstraint("experiments", "name"),
    # Ids are never given out twice: addresses name the view that was opened.
    sqlite_autoincrement=True,
)

# Keys the server signs page tokens and URLs with.
secrets = Table(
    "secrets",
    metadata,
    Column("name", Name, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
