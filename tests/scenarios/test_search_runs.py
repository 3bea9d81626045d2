"""Searches of runs find what plain Python finds, in the same order."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import (
    CREATE_RUN,
    DELETE_RUN,
    SEARCH_RUNS,
    CreateRun,
    SearchRuns,
)
from trackgate_wire.scalars import ViewType

from tests.fixtures.api import Api
from tests.scenarios import population
from tests.scenarios.acts import log_metric, new_experiment, new_run, pages
from tests.scenarios.population import Key, Known, in_order, like, met

LOSS = "val loss/epoch"
NEVER = "no run has this"


@dataclass(frozen=True)
class Population:
    """The thirty runs where one server keeps them."""

    experiment: str
    runs: list[Known]

    def search(self, **given: Any) -> SearchRuns:
        return SearchRuns(experiment_ids=[self.experiment], **given)

    def names(self, matches: Callable[[Known], bool]) -> list[str]:
        return sorted(one.name for one in self.runs if not one.deleted and matches(one))


@pytest.fixture(scope="session")
def searched(api: Api) -> Population:
    experiment = new_experiment(api)
    runs = population.runs()
    for known in runs:
        population.store(api, experiment, known)
    return Population(experiment, runs)


def found(api: Api, asked: SearchRuns) -> list[str]:
    return [run.info.run_name for run in api.call(SEARCH_RUNS, asked).runs]


def lasting(run: Known) -> int | None:
    return None if run.ended_ms is None else run.ended_ms - run.started_ms


FILTERS: dict[str, Callable[[Known], bool]] = {
    "": lambda run: True,
    # Metrics: the last value, and a run without it never matches
    "metrics.acc = 0.5": lambda run: run.last("acc") == 0.5,
    "metrics.acc != 0.5": lambda run: met(run.last("acc"), lambda acc: acc != 0.5),
    "metrics.acc > 2": lambda run: met(run.last("acc"), lambda acc: acc > 2),
    "metrics.acc >= 2": lambda run: met(run.last("acc"), lambda acc: acc >= 2),
    "metrics.acc < 0.3": lambda run: met(run.last("acc"), lambda acc: acc < 0.3),
    "metrics.acc <= 0.3": lambda run: met(run.last("acc"), lambda acc: acc <= 0.3),
    "metrics.acc = 0": lambda run: run.last("acc") == 0,
    "metrics.acc > 1e308": lambda run: run.last("acc") == math.inf,
    "metrics.acc < -1e308": lambda run: run.last("acc") == -math.inf,
    "metric.acc > 1e999": lambda run: False,
    f"metrics.`{LOSS}` != 0.5": lambda run: met(run.last(LOSS), lambda x: x != 0.5),
    f"metrics.`{LOSS}` <= 9e99": lambda run: met(run.last(LOSS), lambda x: x <= 9e99),
    f'metrics."{LOSS}" = 0.5': lambda run: run.last(LOSS) == 0.5,
    f"metrics.`{NEVER}` != 0": lambda run: False,
    f"min(metrics.`{LOSS}`) < 0.5": lambda run: met(
        run.least(LOSS), lambda least: least < 0.5
    ),
    f"min(metrics.`{LOSS}`) != 0.2": lambda run: met(
        run.least(LOSS), lambda least: least != 0.2
    ),
    f"max(metrics.`{LOSS}`) >= 1": lambda run: met(
        run.greatest(LOSS), lambda greatest: greatest >= 1
    ),
    f"max(metrics.`{LOSS}`) = 7": lambda run: run.greatest(LOSS) == 7,
    # Parameters and tags: exact text, and IS NULL for those without
    "params.depth = '2'": lambda run: run.params.get("depth") == "2",
    "params.depth != '2'": lambda run: met(
        run.params.get("depth"), lambda depth: depth != "2"
    ),
    "param.depth IS NULL": lambda run: "depth" not in run.params,
    "parameters.depth IS NOT NULL": lambda run: "depth" in run.params,
    f"params.`{NEVER}` IS NULL": lambda run: True,
    f"params.`{NEVER}` IS NOT NULL": lambda run: False,
    f"params.`{NEVER}` != 'x'": lambda run: False,
    "params.text = ''": lambda run: run.params["text"] == "",
    "params.text = 'Äpfel'": lambda run: run.params["text"] == "Äpfel",
    "params.text = 'it''s'": lambda run: run.params["text"] == "it's",
    'params.text = "it\'s"': lambda run: run.params["text"] == "it's",
    "params.text = 'back\\slash'": lambda run: run.params["text"] == "back\\slash",
    "params.text LIKE 'Ä%'": lambda run: run.params["text"].startswith("Ä"),
    "params.text LIKE 'ä%'": lambda run: run.params["text"].startswith("ä"),
    "params.text ILIKE 'ä%'": lambda run: like(run.params["text"], "ä%", fold=True),
    "params.text ILIKE 'ÄPFEL'": lambda run: like(
        run.params["text"], "ÄPFEL", fold=True
    ),
    "params.text ILIKE '%ÜNLÜ%'": lambda run: like(
        run.params["text"], "%ünlü%", fold=True
    ),
    "params.text LIKE 'a_b'": lambda run: like(run.params["text"], "a_b"),
    "params.text LIKE '100%'": lambda run: like(run.params["text"], "100%"),
    "params.text LIKE '%\\%'": lambda run: like(run.params["text"], "%\\%"),
    "params.text LIKE '%\\s%'": lambda run: like(run.params["text"], "%\\s%"),
    "params.text LIKE 'two%lines'": lambda run: like(run.params["text"], "two%lines"),
    "params.text LIKE '_'": lambda run: len(run.params["text"]) == 1,
    "params.text LIKE ''": lambda run: run.params["text"] == "",
    "tags.team = 'vision'": lambda run: run.tags.get("team") == "vision",
    "tags.team != 'vision'": lambda run: met(
        run.tags.get("team"), lambda team: team != "vision"
    ),
    "tags.team LIKE 'V%'": lambda run: like(run.tags.get("team"), "V%"),
    "tag.team ILIKE 'V%'": lambda run: like(run.tags.get("team"), "v%", fold=True),
    "tags.team IS NULL": lambda run: "team" not in run.tags,
    "tags.team IS NOT NULL": lambda run: "team" in run.tags,
    "tags.mlflow.source.name = 'train1.py'": lambda run: (
        run.tags["mlflow.source.name"] == "train1.py"
    ),
    "tags.`mlflow.runName` LIKE 'Über%'": lambda run: run.name.startswith("Über"),
    # Attributes
    "run_name = 'run 05'": lambda run: run.name == "run 05",
    "run_name != 'run 05'": lambda run: run.name != "run 05",
    "`Run name` LIKE 'RUN%'": lambda run: False,
    "attributes.run_name ILIKE 'ÜBER%'": lambda run: run.name.startswith("Über"),
    "status = 'RUNNING'": lambda run: run.status == "RUNNING",
    "status != 'RUNNING'": lambda run: run.status != "RUNNING",
    "status = 'running'": lambda run: False,
    "attr.status ILIKE 'fin%'": lambda run: run.status == "FINISHED",
    "status LIKE '%ED'": lambda run: run.status.endswith("ED"),
    "status = 'DANCING'": lambda run: False,
    "start_time = 1050": lambda run: run.started_ms == 1_050,
    "start_time != 1050": lambda run: run.started_ms != 1_050,
    "start_time >= 1100": lambda run: run.started_ms >= 1_100,
    "created > 1100.5": lambda run: run.started_ms > 1_100.5,
    "Created < 1e3": lambda run: False,
    "start_time < 1e999": lambda run: True,
    "start_time = 1050.5": lambda run: False,
    "end_time <= 1100": lambda run: met(run.ended_ms, lambda ended: ended <= 1_100),
    "end_time != 0": lambda run: run.ended_ms is not None,
    "duration >= 100": lambda run: met(lasting(run), lambda lasted: lasted >= 100),
    "duration != 1e999": lambda run: run.ended_ms is not None,
    "user_id = 'nobody at all'": lambda run: False,
    "artifact_uri LIKE 'mlflow-artifacts:/%'": lambda run: True,
    "artifact_uri ILIKE 's3://%'": lambda run: False,
    # Datasets: each comparison may be met by another input
    "datasets.name = 'train'": lambda run: any(d[0] == "train" for d in run.datasets),
    "datasets.name != 'train'": lambda run: any(d[0] != "train" for d in run.datasets),
    "dataset.name LIKE 'Train%'": lambda run: any(
        like(d[0], "Train%") for d in run.datasets
    ),
    "datasets.name ILIKE 'train-ü'": lambda run: any(
        d[0] == "Train-Ü" for d in run.datasets
    ),
    "datasets.digest IN ('d2', 'd3')": lambda run: any(
        d[1] in ("d2", "d3") for d in run.datasets
    ),
    "datasets.digest NOT IN ('d1', 'd3')": lambda run: any(
        d[1] not in ("d1", "d3") for d in run.datasets
    ),
    "datasets.context = 'training'": lambda run: any(
        d[2] == "training" for d in run.datasets
    ),
    "datasets.context != 'training'": lambda run: any(
        met(d[2], lambda context: context != "training") for d in run.datasets
    ),
    "datasets.digest = 'd1' AND datasets.context = 'testing'": lambda run: (
        len(run.datasets) == 2
    ),
    # Together
    "metrics.acc > 1 AND params.depth = '2'": lambda run: (
        met(run.last("acc"), lambda acc: acc > 1) and run.params.get("depth") == "2"
    ),
    "metrics.acc > 1 and status = 'FINISHED' and tags.team IS NOT NULL": lambda run: (
        met(run.last("acc"), lambda acc: acc > 1)
        and run.status == "FINISHED"
        and "team" in run.tags
    ),
    "tags.team = 'nlp' OR tags.team IS NULL": lambda run: (
        run.tags.get("team") in (None, "nlp")
    ),
    "tags.team = 'nlp' OR tags.team = 'vision' AND status = 'RUNNING'": lambda run: (
        run.tags.get("team") == "nlp"
        or (run.tags.get("team") == "vision" and run.status == "RUNNING")
    ),
    "(tags.team = 'nlp' OR tags.team = 'vision') AND status = 'RUNNING'": lambda run: (
        run.tags.get("team") in ("nlp", "vision") and run.status == "RUNNING"
    ),
    "(metrics.acc > 2 OR (params.depth = '1')) AND (status != 'RUNNING')": lambda run: (
        (met(run.last("acc"), lambda acc: acc > 2) or run.params.get("depth") == "1")
        and run.status != "RUNNING"
    ),
}


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_finds_what_it_says(api: Api, searched: Population, text: str) -> None:
    asked = searched.search(filter=text)

    assert sorted(found(api, asked)) == searched.names(FILTERS[text])


def test_a_filter_finds_runs_by_id(api: Api, searched: Population) -> None:
    one, other = searched.runs[4], searched.runs[5]
    ids = f"'{one.run_id}', '{other.run_id}'"
    all_names = searched.names(lambda _: True)

    for text, names in {
        f"run_id = '{one.run_id}'": [one.name],
        f"attributes.run_id != '{one.run_id}'": [
            name for name in all_names if name != one.name
        ],
        f"run_id = '{one.run_id.upper()}'": [],
        f"run_id ILIKE '{one.run_id.upper()}'": [one.name],
        f"run_id LIKE '{one.run_id[:20]}%'": [one.name],
        f"run_id IN ({ids})": sorted([one.name, other.name]),
        f"run_id NOT IN ({ids})": [
            name for name in all_names if name not in (one.name, other.name)
        ],
        f"artifact_uri = '{one.artifact_uri}'": [one.name],
    }.items():
        assert sorted(found(api, searched.search(filter=text))) == names, text


def test_a_view_shows_the_living_the_deleted_or_all(
    api: Api, searched: Population
) -> None:
    deleted = sorted(one.name for one in searched.runs if one.deleted)
    active = sorted(one.name for one in searched.runs if not one.deleted)

    for view, names in {
        ViewType.ACTIVE_ONLY: active,
        ViewType.DELETED_ONLY: deleted,
        ViewType.ALL: sorted([*active, *deleted]),
    }.items():
        assert sorted(found(api, searched.search(run_view_type=view))) == names
    nan = searched.search(
        run_view_type=ViewType.ALL, filter="metrics.acc != 0 AND params.text = '9'"
    )
    assert found(api, nan) == [
        one.name
        for one in searched.runs[::-1]
        if one.params["text"] == "9" and met(one.last("acc"), lambda acc: acc != 0)
    ]


ORDERS: dict[tuple[str, ...], tuple[tuple[Key, bool], ...]] = {
    (): (),
    ("metrics.acc",): ((lambda run: run.last("acc"), True),),
    ("metrics.acc DESC",): ((lambda run: run.last("acc"), False),),
    (f"metrics.`{LOSS}` ASC",): ((lambda run: run.last(LOSS), True),),
    (f"metrics.`{LOSS}` desc",): ((lambda run: run.last(LOSS), False),),
    (f"min(metrics.`{LOSS}`)",): ((lambda run: run.least(LOSS), True),),
    (f"max(metrics.`{LOSS}`) DESC",): ((lambda run: run.greatest(LOSS), False),),
    (f"metrics.`{NEVER}`",): ((lambda run: None, True),),
    ("params.depth",): ((lambda run: run.params.get("depth"), True),),
    ("params.depth DESC",): ((lambda run: run.params.get("depth"), False),),
    ("params.text",): ((lambda run: run.params["text"], True),),
    ("params.text DESC",): ((lambda run: run.params["text"], False),),
    ("tags.team DESC",): ((lambda run: run.tags.get("team"), False),),
    ("start_time",): ((lambda run: run.started_ms, True),),
    ("attributes.start_time DESC",): ((lambda run: run.started_ms, False),),
    ("end_time",): ((lambda run: run.ended_ms, True),),
    ("end_time DESC",): ((lambda run: run.ended_ms, False),),
    ("duration",): ((lasting, True),),
    ("duration DESC",): ((lasting, False),),
    ("run_name",): ((lambda run: run.name, True),),
    ("status DESC",): ((lambda run: run.status.value, False),),
    ("run_id DESC",): ((lambda run: run.run_id, False),),
    ("tags.team", "status", "metrics.acc DESC"): (
        (lambda run: run.tags.get("team"), True),
        (lambda run: run.status.value, True),
        (lambda run: run.last("acc"), False),
    ),
}


@pytest.mark.parametrize("order", ORDERS, ids=repr)
def test_runs_come_in_the_order_asked_for_whole_and_in_pages(
    api: Api, searched: Population, order: tuple[str, ...]
) -> None:
    expected = in_order(searched.runs, ORDERS[order])
    asked = searched.search(order_by=list(order), run_view_type=ViewType.ALL)

    assert found(api, asked) == expected

    by_seven = searched.search(
        order_by=list(order), run_view_type=ViewType.ALL, max_results=7
    )
    in_pages = [[run.info.run_name for run in page] for page in pages(api, by_seven)]
    assert [len(page) for page in in_pages] == [7, 7, 7, 7, 2]
    assert [name for page in in_pages for name in page] == expected


@pytest.mark.parametrize("size", [1, 15, 30])
def test_the_last_page_says_that_it_is(
    api: Api, searched: Population, size: int
) -> None:
    asked = searched.search(run_view_type=ViewType.ALL, max_results=size)

    in_pages = list(pages(api, asked))

    assert [len(page) for page in in_pages] == [size] * (30 // size)


@pytest.mark.parametrize(
    "order",
    [[], ["metrics.place"], ["metrics.place DESC"], ["start_time"], ["run_name DESC"]],
    ids=str,
)
def test_pages_stay_right_while_runs_come_and_go(
    api: Api, experiment: str, order: list[str]
) -> None:
    def add(place: int) -> str:
        asked = CreateRun(
            experiment_id=experiment,
            run_name=f"place {place:03}",
            start_time=1_000 + place,
        )
        run_id = api.call(CREATE_RUN, asked).run.info.run_id
        log_metric(api, run_id, "place", place)
        return run_id

    ids = {place: add(place) for place in range(10, 130, 10)}
    upwards = order in (["metrics.place"], ["start_time"])
    places = sorted(ids, reverse=not upwards)
    asked = SearchRuns(experiment_ids=[experiment], order_by=order, max_results=4)
    seen: list[int] = []

    for number, page in enumerate(pages(api, asked)):
        seen += [int(run.info.run_name.removeprefix("place ")) for run in page]
        if number == 0:
            # Gone: one seen and the very next; come: one before and one behind.
            for gone in (places[1], places[3], places[4]):
                api.call(DELETE_RUN, RunRef(run_id=ids[gone]))
            add((places[0] + places[1]) // 2)
            add((places[8] + places[9]) // 2)

    new = (places[8] + places[9]) // 2
    assert seen == [*places[:4], *places[5:9], new, *places[9:]]


@pytest.fixture
def token(api: Api, searched: Population) -> str:
    """A token of the population's first page, ordered by accuracy."""
    asked = searched.search(order_by=["metrics.acc"], max_results=3)
    made = api.call(SEARCH_RUNS, asked).next_page_token
    assert made is not None
    return made


def test_a_page_may_have_another_size_than_the_one_before(
    api: Api, searched: Population, token: str
) -> None:
    asked = searched.search(order_by=["metrics.acc"], page_token=token)

    living = [run for run in searched.runs if not run.deleted]
    expected = in_order(living, ORDERS[("metrics.acc",)])
    assert found(api, asked) == expected[3:]


@pytest.mark.parametrize(
    "other",
    [
        {"order_by": ["metrics.acc DESC"]},
        {"order_by": []},
        {"order_by": ["metrics.acc"], "filter": "metrics.acc > 1"},
        {"order_by": ["metrics.acc"], "run_view_type": ViewType.ALL},
    ],
    ids=str,
)
def test_a_token_of_another_search_is_refused(
    api: Api, searched: Population, token: str, other: dict[str, Any]
) -> None:
    with pytest.raises(InvalidParameterValue, match="page token"):
        api.call(SEARCH_RUNS, searched.search(page_token=token, **other))


def test_a_token_of_another_experiment_is_refused(api: Api, token: str) -> None:
    elsewhere = SearchRuns(
        experiment_ids=[new_experiment(api)],
        order_by=["metrics.acc"],
        page_token=token,
    )

    with pytest.raises(InvalidParameterValue, match="page token"):
        api.call(SEARCH_RUNS, elsewhere)


def test_a_forged_token_is_refused(api: Api, searched: Population, token: str) -> None:
    changed = "A" if token[-6] != "A" else "B"
    for forged in ("forged", "ä", "=", token[:-4], token[:-6] + changed + token[-5:]):
        asked = searched.search(order_by=["metrics.acc"], page_token=forged)
        with pytest.raises(InvalidParameterValue, match="page token"):
            api.call(SEARCH_RUNS, asked)


@pytest.mark.parametrize("size", [0, -1, 50_001, 2**63 - 1])
def test_a_page_of_an_impossible_size_is_refused(
    api: Api, searched: Population, size: int
) -> None:
    with pytest.raises(InvalidParameterValue, match="max_results"):
        api.call(SEARCH_RUNS, searched.search(max_results=size))


def test_a_page_may_have_fifty_thousand(api: Api, searched: Population) -> None:
    assert len(found(api, searched.search(max_results=50_000))) == 27


def test_runs_of_several_experiments_come_in_one_order(
    api: Api, searched: Population, experiment: str
) -> None:
    new_run(api, experiment)
    ids = [searched.experiment, experiment, "999999999"]

    runs = api.call(SEARCH_RUNS, SearchRuns(experiment_ids=ids)).runs

    assert [run.info.experiment_id for run in runs] == [
        experiment,
        *[searched.experiment] * 27,
    ]


def test_no_experiment_has_no_runs(api: Api) -> None:
    assert found(api, SearchRuns(experiment_ids=[])) == []
    assert found(api, SearchRuns(experiment_ids=["999999999"])) == []


REFUSED = {
    "metrics.loss => 1": ("character 14", "'=>'", "allowed here: =, !="),
    "metrics.loss > 'high'": ("character 16", "number"),
    "params.depth = 2": ("character 16", "quoted"),
    "metrics.loss": ("character", "end"),
    "colour = 'red'": ("character 1", "'colour'", "run_name"),
    "metrics.loss > 1 AND": ("character", "end"),
    "metrics.loss > 1 metrics.acc > 1": ("character 18", "AND"),
    "(metrics.loss > 1": ("character", ")"),
    "tags.a = 'unclosed": ("character 10", "'"),
    "metrics.loss BETWEEN 1": ("character 14", "BETWEEN"),
    "status IN ('RUNNING')": ("character 8", "IN"),
    "NOT metrics.a > 1": ("character 1", "NOT"),
    " ": ("character",),
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_refused_filter_says_where_and_what_and_what_is_allowed(
    api: Api, searched: Population, text: str
) -> None:
    with pytest.raises(InvalidParameterValue) as refusal:
        api.call(SEARCH_RUNS, searched.search(filter=text))

    for said in REFUSED[text]:
        assert said in refusal.value.message


@pytest.mark.parametrize(
    "order",
    [
        ["loss"],
        ["metrics.loss SIDEWAYS"],
        ["metrics.loss, metrics.acc"],
        ["datasets.name"],
        ["metrics.a", "metrics.a"],
        ["start_time", "Created"],
        [""],
        ["metrics.a"] * 33,
    ],
    ids=str,
)
def test_an_order_that_makes_no_sense_is_refused(
    api: Api, searched: Population, order: list[str]
) -> None:
    with pytest.raises(InvalidParameterValue):
        api.call(SEARCH_RUNS, searched.search(order_by=order))


def test_a_search_may_hold_many_comparisons(api: Api, searched: Population) -> None:
    text = " AND ".join(f"params.text != 'no {number}'" for number in range(100))

    assert len(found(api, searched.search(filter=text))) == 27
    with pytest.raises(InvalidParameterValue, match="100"):
        found(api, searched.search(filter=text + " AND params.text != 'x'"))


def test_a_search_may_be_ordered_by_many_things(api: Api, searched: Population) -> None:
    order = [f"metrics.m{number}" for number in range(31)]

    asked = searched.search(order_by=[*order, "metrics.acc"], max_results=5)

    living = [run for run in searched.runs if not run.deleted]
    expected = in_order(living, ORDERS[("metrics.acc",)])
    names = [run.info.run_name for page in pages(api, asked) for run in page]
    assert names == expected
