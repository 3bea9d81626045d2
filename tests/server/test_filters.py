"""What a filter or an order means, held against what MLflow 3.17 answers.

`SAME_AS_PEER` and `REFUSED_AS_BY_PEER` were taken from a stock MLflow store by asking
it; the other tables are where we differ, each with its reason in `docs/search.md`.
"""

import math

import pytest
from trackgate_server.filters import (
    And,
    Comparison,
    FilterError,
    Kind,
    Or,
    OrderTerm,
    limits,
    parse_experiments_filter,
    parse_experiments_order,
    parse_runs_filter,
    parse_runs_order,
)

SAME_AS_PEER = {
    # Prefixes, and attributes with and without one.
    "metrics.m > 0": "metrics.`m` > 0.0",
    "metric.m = 1": "metrics.`m` = 1.0",
    "param.p = 'beta'": "params.`p` = 'beta'",
    "parameter.p='beta'": "params.`p` = 'beta'",
    "parameters.p='beta'": "params.`p` = 'beta'",
    "tag.t='Alpha'": "tags.`t` = 'Alpha'",
    "run_name = 'A'": "run_name = 'A'",
    "attribute.run_name LIKE '%'": "run_name LIKE '%'",
    "attributes.user_id LIKE 'user_%'": "user_id LIKE 'user_%'",
    "attr.run_name='A'": "run_name = 'A'",
    "run.run_name='A'": "run_name = 'A'",
    "dataset.name = 'train'": "datasets.`name` = 'train'",
    "datasets.context='training'": "datasets.`context` = 'training'",
    # Aliases.
    "`run name` = 'A'": "run_name = 'A'",
    "`Run name`='A'": "run_name = 'A'",
    "attributes.`Run Name`='A'": "run_name = 'A'",
    "attributes.'run name'='A'": "run_name = 'A'",
    "\"run name\"='A'": "run_name = 'A'",
    "Created > 200": "start_time > 200",
    "attributes.created != 200": "start_time != 200",
    # Names: dots, keywords, digits, any letter; quotes for everything else.
    "tags.mlflow.source.name = 'x'": "tags.`mlflow.source.name` = 'x'",
    "tags.'a.b' = 'x'": "tags.`a.b` = 'x'",
    'metrics."with space" = 2': "metrics.`with space` = 2.0",
    "metrics.`with space` = 2": "metrics.`with space` = 2.0",
    "`metrics`.`m` = 1": "metrics.`m` = 1.0",
    "params.and = 'x'": "params.`and` = 'x'",
    "params.1a = 'x'": "params.`1a` = 'x'",
    "params.ключ = 'ключ'": "params.`ключ` = 'ключ'",
    "tags.`it's` = 'q'": "tags.`it's` = 'q'",
    "metrics.m.min > 1": "metrics.`m.min` > 1.0",
    "metrics.min > 1": "metrics.`min` > 1.0",
    # Operators, in any case, with or without blanks.
    "metrics.m != 1": "metrics.`m` != 1.0",
    "metrics.m<=0": "metrics.`m` <= 0.0",
    "params.p like '%A'": "params.`p` LIKE '%A'",
    "params.p ilike 'al%'": "params.`p` ILIKE 'al%'",
    "params.p LIKE'x'": "params.`p` LIKE 'x'",
    "params.n is not null": "params.`n` IS NOT NULL",
    "tags.t is  null": "tags.`t` IS NULL",
    "run_id in ('x',)": "run_id IN ('x')",
    "run_id NOT\nIN ('x','y')": "run_id NOT IN ('x', 'y')",
    "datasets.name IN (\"x\", 'y')": "datasets.`name` IN ('x', 'y')",
    "datasets.digest NOT IN ('d1')": "datasets.`digest` NOT IN ('d1')",
    "params.p='x'AND params.q='y'": "params.`p` = 'x' AND params.`q` = 'y'",
    "metrics.m > 0 and params.p = 'a'": "metrics.`m` > 0.0 AND params.`p` = 'a'",
    # Values.
    'params.p = "it\'s"': "params.`p` = 'it''s'",
    "params.p = 'a\"b'": "params.`p` = 'a\"b'",
    "params.p = 'a\\b'": "params.`p` = 'a\\b'",
    "params.p = ''": "params.`p` = ''",
    "params.p = 'multi\nline'": "params.`p` = 'multi\nline'",
    "status = 'running'": "status = 'running'",
    "metrics.m > -1.5e-3": "metrics.`m` > -0.0015",
    "metrics.m > .5": "metrics.`m` > 0.5",
    "metrics.m > 1.": "metrics.`m` > 1.0",
    "metrics.m > 1E3": "metrics.`m` > 1000.0",
    "metrics.m < 1e999": "metrics.`m` < 1e999",
    "metrics.m > 00012": "metrics.`m` > 12.0",
    "start_time >= 200.5": "start_time >= 200.5",
    "end_time < -5": "end_time < -5",
}
REFUSED_AS_BY_PEER = [
    " ",
    "metrics.m",
    "metrics.m >",
    "x = 'y'",
    "foo.bar = 'x'",
    "METRICS.m = 1",
    "`metrics.m` = 1",
    "'metrics'.m = 1",
    "'run name' = 'A'",
    "metrics . m = 1",
    "metrics.with space = 2",
    "params.a-b = 'x'",
    "params.a:b='x'",
    "experiment_id = '1'",
    "lifecycle_stage='active'",
    "length > 1",
    "datasets.source='s'",
    "1 = 1",
    "'beta' = params.p",
    "params.p = params.n",
    "params.p = Alpha",
    "params.p = `Alpha`",
    "params.p = 5",
    "params.p = 'unterminated",
    "params.p = 'unterminated''",
    "params.p > 'a'",
    "run_name > 'A'",
    "datasets.name > 'a'",
    "metrics.m = 'x'",
    "metrics.m LIKE '1'",
    "metrics.m IN (1)",
    "metrics.m IS NULL",
    "metrics.m == 1",
    "metrics.m <> 1",
    "metrics.m => 1",
    "metrics.m > +1",
    "metrics.m > - 1",
    "metrics.m > inf",
    "metrics.m != NaN",
    "metrics.m > 0x10",
    "metrics.m > 1_000",
    "metrics.m > 1.5.2",
    "metrics.m > 1e",
    "metrics.m > 0E",
    "metrics.m > 1e+",
    "metrics.m > 0AND params.p='x'",
    "start_time > '200'",
    "run_name IS NULL",
    "datasets.name IS NULL",
    "params.p IN ('a')",
    "status IN ('RUNNING')",
    "run_id IN ()",
    "run_id IN 'a'",
    "run_id IN ['a']",
    "run_id IN (1, 2)",
    "tags.t BETWEEN 'a' AND 'b'",
    "tags.t = NULL",
    "params.p NOT LIKE 'a'",
    "NOT metrics.m > 0",
    "params.p = 'x';",
    "params.p = 'x'; params.p = 'y'",
    "params.p = 'x' -- c",
    "params.p /* c */ = 'x'",
    "min(params.p) = 'x'",
]
MORE_THAN_PEER = {
    "metrics.m > 0 OR params.p='b'": "metrics.`m` > 0.0 OR params.`p` = 'b'",
    "(metrics.m > 0)": "metrics.`m` > 0.0",
    "(tags.a='1' or tags.b='2') and tags.c='3'": (
        "(tags.`a` = '1' OR tags.`b` = '2') AND tags.`c` = '3'"
    ),
    "duration >= 60000": "duration >= 60000",
    "attributes.duration < 1.5": "duration < 1.5",
    "min(metrics.loss) < 0.2": "min(metrics.`loss`) < 0.2",
    "MAX ( metrics.`val loss` ) >= 1": "max(metrics.`val loss`) >= 1.0",
    "metrics.1.5 = 5": "metrics.`1.5` = 5.0",
    "metrics.m > 1e+3": "metrics.`m` > 1000.0",
    "params.case = 'x'": "params.`case` = 'x'",
}
OTHER_THAN_PEER = {
    # A doubled quote is one quote, a backslash is a backslash, in lists as elsewhere.
    "params.p = 'it''s'": "it's",
    'params.p = "say ""hi"""': 'say "hi"',
    "params.p = 'C:\\'": "C:\\",
    "datasets.name IN ('C:\\new')": ("C:\\new",),
}
REFUSED_UNLIKE_BY_PEER = [
    "params.p = 'x' params.q = 'y'",
    "params.p = 'x' AND",
    "AND params.p = 'x'",
    "params.p = 'x' AND AND params.q = 'y'",
    "params.p = 'it\\'s'",
    "datasets.name IN ('a' 'b')",
    "tags.a.`b.c` = 'x'",
    "start_time > 9223372036854775808",
    "params.p = 'a\0b'",
    "params.p = '\ud800'",
]
SAME_AS_PEER_FOR_EXPERIMENTS = {
    "name = 'alpha'": "name = 'alpha'",
    'name != "alpha"': "name != 'alpha'",
    "`name` ILIKE 'A%'": "name ILIKE 'A%'",
    "attribute.`name`='alpha'": "name = 'alpha'",
    "creation_time > 0": "creation_time > 0",
    "last_update_time <= 99999999999999": "last_update_time <= 99999999999999",
    "experiment_id != '1'": "experiment_id != '1'",
    "experiment_id NOT IN ('1','2')": "experiment_id NOT IN ('1', '2')",
    "tags.team = 'x' and tag.t is null": "tags.`team` = 'x' AND tags.`t` IS NULL",
}
REFUSED_AS_BY_PEER_FOR_EXPERIMENTS = [
    "attributes.name='alpha'",
    "attr.name='alpha'",
    "'name'='alpha'",
    "name > 'a'",
    "name IN ('alpha')",
    "name IS NULL",
    "creation_time >= 0.5",
    "creation_time = '1'",
    "creation_time IN (1)",
    "experiment_id = 1",
    "experiment_id = 'abc'",
    "experiment_id IN ('1', 'abc')",
    "experiment_id LIKE '1'",
    "experiment_id > '1'",
    "lifecycle_stage='active'",
    "artifact_location = 'x'",
    "tags.team IN ('x')",
    "Tags.team='x'",
    "params.p='x'",
    "metrics.m=1",
    "min(metrics.m) = 1",
]


@pytest.mark.parametrize(("text", "meaning"), (SAME_AS_PEER | MORE_THAN_PEER).items())
def test_a_filter_of_runs_means_what_the_table_says(text: str, meaning: str) -> None:
    assert str(parse_runs_filter(text)) == meaning


@pytest.mark.parametrize("text", REFUSED_AS_BY_PEER + REFUSED_UNLIKE_BY_PEER)
def test_a_filter_of_runs_is_refused(text: str) -> None:
    with pytest.raises(FilterError):
        parse_runs_filter(text)


@pytest.mark.parametrize(("text", "value"), OTHER_THAN_PEER.items())
def test_quotes_and_backslashes_have_one_plain_rule(
    text: str, value: str | tuple[str, ...]
) -> None:
    tree = parse_runs_filter(text)

    assert isinstance(tree, Comparison)
    assert tree.value == value


@pytest.mark.parametrize(("text", "meaning"), SAME_AS_PEER_FOR_EXPERIMENTS.items())
def test_a_filter_of_experiments_means_what_the_table_says(
    text: str, meaning: str
) -> None:
    assert str(parse_experiments_filter(text)) == meaning


@pytest.mark.parametrize("text", REFUSED_AS_BY_PEER_FOR_EXPERIMENTS)
def test_a_filter_of_experiments_is_refused(text: str) -> None:
    with pytest.raises(FilterError):
        parse_experiments_filter(text)


@pytest.mark.parametrize("text", [None, ""])
def test_no_text_is_no_filter(text: str | None) -> None:
    assert parse_runs_filter(text) is None
    assert parse_experiments_filter(text) is None


def test_and_binds_tighter_than_or() -> None:
    tree = parse_runs_filter("tags.a='1' OR tags.b='2' AND tags.c='3' OR tags.d='4'")

    a, b, c, d = (
        Comparison(Kind.TAG, key, "=", value)
        for key, value in (("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"))
    )
    assert tree == Or((a, And((b, c)), d))


def test_a_comparison_knows_where_it_began() -> None:
    tree = parse_runs_filter("  tags.a = 'x' AND (max(metrics.m) > 1)")

    assert isinstance(tree, And)
    assert [term.position for term in tree.terms if isinstance(term, Comparison)] == [
        3,
        21,
    ]


def test_metrics_compare_with_floats_and_times_with_what_was_written() -> None:
    tree = parse_runs_filter(
        "metrics.m > 1 AND start_time > 1 AND start_time < 1e3 AND metrics.n < 1e999"
    )

    assert isinstance(tree, And)
    values = [term.value for term in tree.terms if isinstance(term, Comparison)]
    assert values == [1.0, 1, 1000.0, math.inf]
    assert [type(value) for value in values] == [float, int, float, float]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "metrics.loss => 1",
            "Filter is wrong at character 14: read '=>' after metrics.loss; "
            "allowed here: =, !=, >, >=, <, <=.",
        ),
        (
            "max(metrics.loss) LIKE 'x'",
            "Filter is wrong at character 19: read 'LIKE' after max(metrics.loss); "
            "allowed here: =, !=, >, >=, <, <=.",
        ),
        (
            "params.p = 'x",
            'Filter is wrong at character 12: read "\'x", a quote which is never '
            "closed, after =; allowed here: a quoted text such as 'value'.",
        ),
        (
            "datasets.source = 'x'",
            "Filter is wrong at character 1: read 'datasets.source'; "
            "allowed here: datasets.name, datasets.digest, datasets.context.",
        ),
        (
            "params.p = 'x' params.q = 'y'",
            "Filter is wrong at character 16: read 'params.q' after 'x'; "
            "allowed here: AND, OR, the end.",
        ),
        (
            "(run_id = 'x'",
            "Filter is wrong at character 14: read the end after 'x'; "
            "allowed here: AND, OR, ).",
        ),
        (
            "params.val-loss = 'x'",
            "Filter is wrong at character 11: read '-' after params.val; "
            "allowed here: =, !=, LIKE, ILIKE, IS NULL, IS NOT NULL (and a name with "
            "other characters than letters, digits, _ and dots stands in backticks, "
            "like metrics.`val loss`).",
        ),
    ],
)
def test_a_refusal_names_the_place_what_was_read_and_what_is_allowed(
    text: str, message: str
) -> None:
    with pytest.raises(FilterError) as refused:
        parse_runs_filter(text)

    assert refused.value.message == str(refused.value) == message


def test_an_unknown_name_is_answered_with_all_that_there_are() -> None:
    with pytest.raises(FilterError, match=r"name, experiment_id, .*, tags\.NAME\."):
        parse_experiments_filter("owner = 'ada'")


@pytest.mark.parametrize(
    ("clause", "term"),
    [
        ("metrics.m", OrderTerm(Kind.METRIC, "m", ascending=True)),
        ("metric.m  ASC", OrderTerm(Kind.METRIC, "m", ascending=True)),
        ("start_time dEsC", OrderTerm(Kind.ATTRIBUTE, "start_time", ascending=False)),
        ("created desc", OrderTerm(Kind.ATTRIBUTE, "start_time", ascending=False)),
        ("run.run_name", OrderTerm(Kind.ATTRIBUTE, "run_name", ascending=True)),
        ("metrics.'a.b' DESC", OrderTerm(Kind.METRIC, "a.b", ascending=False)),
        ("params.`a b` desc", OrderTerm(Kind.PARAM, "a b", ascending=False)),
        ("tags.order", OrderTerm(Kind.TAG, "order", ascending=True)),
        # Beyond the peer: blanks around, every alias, the extremes of a metric.
        (" metrics.m ", OrderTerm(Kind.METRIC, "m", ascending=True)),
        ("`Run Name`", OrderTerm(Kind.ATTRIBUTE, "run_name", ascending=True)),
        ("min(metrics.m)", OrderTerm(Kind.METRIC, "m", True, aggregate="min")),
        ("MAX(metrics.m) DESC", OrderTerm(Kind.METRIC, "m", False, aggregate="max")),
    ],
)
def test_an_order_clause_of_runs_means_what_the_table_says(
    clause: str, term: OrderTerm
) -> None:
    assert parse_runs_order([clause]) == (term,)


@pytest.mark.parametrize(
    "clause",
    [
        "",
        "m",
        "metrics.m foo",
        "metrics.m ASC DESC",
        "metrics.m NULLS LAST",
        "metrics.m, params.p",
        "metrics.with space",
        "tags.a-b",
        "Metrics.m",
        "datasets.name",
        "lifecycle_stage",
        "experiment_id",
        "timestamp",
    ],
)
def test_an_order_clause_of_runs_is_refused(clause: str) -> None:
    with pytest.raises(FilterError, match="Order clause 2 is wrong at character"):
        parse_runs_order(["start_time", clause])


def test_runs_are_not_ordered_twice_by_one_thing() -> None:
    with pytest.raises(FilterError, match="the same thing as clause 1"):
        parse_runs_order(["start_time", "metrics.m", "Created DESC"])

    assert len(parse_runs_order(["metrics.m", "min(metrics.m)", "params.m"])) == 3


def test_experiments_are_ordered_by_their_attributes_only() -> None:
    assert parse_experiments_order(["name", "attribute.`creation_time` desc"]) == (
        OrderTerm(Kind.ATTRIBUTE, "name", ascending=True),
        OrderTerm(Kind.ATTRIBUTE, "creation_time", ascending=False),
    )
    for refused in ("tags.team", "attributes.name", "Name", "artifact_location"):
        with pytest.raises(FilterError):
            parse_experiments_order([refused])


def test_experiments_may_be_ordered_twice_by_one_thing() -> None:
    assert len(parse_experiments_order(["name", "name"])) == 2


def test_no_clauses_are_no_order() -> None:
    assert parse_runs_order([]) == ()


def test_each_limit_is_reachable_and_is_one() -> None:
    term = "tags.t = 'x'"
    ids = ", ".join(f"'{number:032x}'" for number in range(limits.LIST_VALUES))
    clauses = [f"tags.t{number}" for number in range(limits.ORDER_CLAUSES)]

    assert parse_runs_filter(" AND ".join([term] * limits.COMPARISONS))
    assert parse_runs_filter("(" * limits.NESTING + term + ")" * limits.NESTING)
    assert parse_runs_filter(f"run_id IN ({ids})")
    assert parse_runs_filter(term.ljust(limits.FILTER_CHARACTERS))
    assert parse_runs_order(clauses)

    with pytest.raises(FilterError, match="at most 100 comparisons"):
        parse_runs_filter(" OR ".join([term] * (limits.COMPARISONS + 1)))
    with pytest.raises(FilterError, match="at most 32 parentheses"):
        parse_runs_filter("(" * (limits.NESTING + 1) + term + ")" * limits.NESTING)
    with pytest.raises(FilterError, match="at most 1000 values"):
        parse_runs_filter(f"run_id IN ({ids}, 'x')")
    with pytest.raises(FilterError, match="at most 100000 are allowed"):
        parse_runs_filter(term.ljust(limits.FILTER_CHARACTERS + 1))
    with pytest.raises(FilterError, match="at most 32 are allowed"):
        parse_runs_order([*clauses, "run_id"])
    with pytest.raises(FilterError, match="Order clause 1 has 1001 characters"):
        parse_runs_order(["tags.t".ljust(limits.ORDER_CHARACTERS + 1)])
