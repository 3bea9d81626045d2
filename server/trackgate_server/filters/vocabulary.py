"""Which names each search knows, what they hold and how they may be compared.

One table per searchable thing; the parser is the same for all. Facts from the MLflow
REST API ("Search Runs", "Search Experiments", "Search Registered Models", "Search
Model Versions") as MLflow 3.17 answers them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from trackgate_server.filters.tree import Kind, Operator


class Holds(Enum):
    """What kind of value a name is compared with; the text is used in refusals."""

    TEXT = "a quoted text such as 'value'"
    NUMBER = "a number such as 0.5"
    MILLISECONDS = "a 64-bit number of milliseconds such as 1700000000000"
    INTEGER = "a whole 64-bit number such as 1700000000000"
    ID = "a quoted whole number such as '12'"
    VERSION = "a whole number such as 3 or '3'"


@dataclass(frozen=True, slots=True)
class Rule:
    """How one name may be used in a filter."""

    holds: Holds
    operators: tuple[Operator, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """The names behind one set of prefixes.

    prefixes  spellings before the dot, the preferred one first
    rules     one rule for any name, or the only names there are with a rule each
    aliases   other spellings of such names
    """

    kind: Kind
    prefixes: tuple[str, ...]
    rules: Rule | Mapping[str, Rule]
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])

    def find(self, key: str) -> tuple[str, Rule] | None:
        """The canonical spelling of a name and its rule; None if there is no such."""
        if isinstance(self.rules, Rule):
            return key, self.rules
        key = self.aliases.get(key, key)
        rule = self.rules.get(key)
        return None if rule is None else (key, rule)

    @property
    def choices(self) -> tuple[str, ...]:
        """What a refusal offers of this family."""
        if isinstance(self.rules, Rule):
            return (f"{self.prefixes[0]}.NAME",)
        if self.kind is Kind.ATTRIBUTE:
            return tuple(self.rules)
        return tuple(f"{self.prefixes[0]}.{key}" for key in self.rules)


Families = tuple[Family, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What one search understands.

    filters            names a filter may use
    orders             names an order clause may use
    repeats_in_orders  whether two order clauses may name the same thing
    """

    filters: Families
    orders: Families
    repeats_in_orders: bool = False


def find_family(families: Families, prefix: str) -> Family | None:
    """The family which answers to a prefix; the case of its letters matters."""
    return next((each for each in families if prefix in each.prefixes), None)


def find_attributes(families: Families) -> Family | None:
    """The family whose names need no prefix."""
    return next((each for each in families if each.kind is Kind.ATTRIBUTE), None)


def choices(families: Iterable[Family]) -> str:
    """Everything that may stand where a name is expected, for a refusal."""
    return ", ".join(choice for family in families for choice in family.choices)


_ORDERED: tuple[Operator, ...] = ("=", "!=", ">", ">=", "<", "<=")
_TEXTUAL: tuple[Operator, ...] = ("=", "!=", "LIKE", "ILIKE")
_LISTED: tuple[Operator, ...] = ("IN", "NOT IN")
_OPTIONAL: tuple[Operator, ...] = ("IS NULL", "IS NOT NULL")

_TEXT = Rule(Holds.TEXT, _TEXTUAL)
_LISTED_TEXT = Rule(Holds.TEXT, (*_TEXTUAL, *_LISTED))
_OPTIONAL_TEXT = Rule(Holds.TEXT, (*_TEXTUAL, *_OPTIONAL))
_NUMBER = Rule(Holds.NUMBER, _ORDERED)
_MILLISECONDS = Rule(Holds.MILLISECONDS, _ORDERED)
_INTEGER = Rule(Holds.INTEGER, _ORDERED)
_VERSION = Rule(Holds.VERSION, _ORDERED)
_ID = Rule(Holds.ID, ("=", "!=", *_LISTED))

_METRICS = Family(Kind.METRIC, ("metrics", "metric"), _NUMBER)
_PARAMS = Family(
    Kind.PARAM, ("params", "param", "parameters", "parameter"), _OPTIONAL_TEXT
)
_TAGS = Family(Kind.TAG, ("tags", "tag"), _OPTIONAL_TEXT)
_DATASETS = Family(
    Kind.DATASET,
    ("datasets", "dataset"),
    {"name": _LISTED_TEXT, "digest": _LISTED_TEXT, "context": _LISTED_TEXT},
)

_RUN_ATTRIBUTES = Family(
    Kind.ATTRIBUTE,
    ("attributes", "attribute", "attr", "run"),
    {
        "run_id": _LISTED_TEXT,
        "run_name": _TEXT,
        "status": _TEXT,
        "start_time": _MILLISECONDS,
        "end_time": _MILLISECONDS,
        "duration": _MILLISECONDS,
        "user_id": _TEXT,
        "artifact_uri": _TEXT,
    },
    aliases={
        "created": "start_time",
        "Created": "start_time",
        "run name": "run_name",
        "Run name": "run_name",
        "Run Name": "run_name",
    },
)
RUNS = Vocabulary(
    filters=(_RUN_ATTRIBUTES, _METRICS, _PARAMS, _TAGS, _DATASETS),
    orders=(_RUN_ATTRIBUTES, _METRICS, _PARAMS, _TAGS),
)

_EXPERIMENT_ATTRIBUTES = Family(
    Kind.ATTRIBUTE,
    ("attribute",),
    {
        "name": _TEXT,
        "experiment_id": _ID,
        "creation_time": _INTEGER,
        "last_update_time": _INTEGER,
    },
)
EXPERIMENTS = Vocabulary(
    filters=(_EXPERIMENT_ATTRIBUTES, _TAGS),
    orders=(_EXPERIMENT_ATTRIBUTES,),
    repeats_in_orders=True,
)

_NAME = Family(Kind.ATTRIBUTE, ("attribute",), {"name": _LISTED_TEXT})
REGISTERED_MODELS = Vocabulary(
    filters=(_NAME, _TAGS),
    orders=(
        Family(
            Kind.ATTRIBUTE,
            (),
            {"name": _TEXT, "last_updated_timestamp": _INTEGER},
            aliases={"timestamp": "last_updated_timestamp"},
        ),
    ),
)

MODEL_VERSIONS = Vocabulary(
    filters=(
        Family(
            Kind.ATTRIBUTE,
            ("attribute",),
            {
                "name": _LISTED_TEXT,
                "version_number": _VERSION,
                "run_id": _LISTED_TEXT,
                "source_path": _TEXT,
            },
        ),
        _TAGS,
    ),
    orders=(
        Family(
            Kind.ATTRIBUTE,
            ("attribute",),
            {
                "name": _TEXT,
                "version_number": _VERSION,
                "creation_timestamp": _INTEGER,
                "last_updated_timestamp": _INTEGER,
            },
        ),
    ),
)
