"""The table of runs as a program reads it: rows, cells, links and forms of the page."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlencode

from trackgate_wire.runs import CREATE_RUN, CreateRun, RunTag

from tests.fixtures.api import Answer, Api

PARENT = "mlflow.parentRunId"


class Shown(HTMLParser):
    """What a page shows in its table, cell by cell.

    heads   texts at the columns' heads
    rows    texts of each row, without the box to choose it
    ids     of the runs, row by row
    next    where the next page is, or None
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.heads: list[str] = []
        self.rows: list[list[str]] = []
        self.ids: list[str] = []
        self.next: str | None = None
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "tr":
            self.rows.append([])
            if given.get("data-run"):
                self.ids.append(given["data-run"] or "")
        if tag in ("td", "th"):
            self._inside = given.get("class") != "pick"
            if self._inside:
                self.rows[-1].append("")
        if given.get("rel") == "next":
            self.next = given["href"]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._inside = False
        if tag == "thead":
            self.heads, self.rows = self.rows[0], []

    def handle_data(self, data: str) -> None:
        if self._inside and data.strip():
            text = data.strip().replace("\N{EN DASH}", "-")
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {text}".strip()

    @property
    def names(self) -> list[str]:
        """The first cell of each row, without the sign that unfolds."""
        return [row[0].lstrip("▸▾ ") for row in self.rows]

    def column(self, head: str) -> list[str]:
        """All cells below a head."""
        return [row[self.heads.index(head)] for row in self.rows]


def get(api: Api, path: str, **query: object) -> Answer:
    return api.raw("GET", path, query=query)


def table(api: Api, experiment: str, **query: object) -> Shown:
    """The table of one experiment, as the query asks for it."""
    answer = get(api, f"/experiments/{experiment}", **query)
    assert answer.status == 200, answer.body.decode()
    return Shown(answer.body.decode())


def pages(api: Api, experiment: str, **query: object) -> Iterator[Shown]:
    """The table and all that follows it."""
    shown = table(api, experiment, **query)
    yield shown
    while shown.next is not None:
        shown = Shown(get(api, shown.next).body.decode())
        yield shown


def post(api: Api, path: str, back: str = "", **fields: object) -> Answer:
    """Send a form as one of our pages does."""
    target = f"{path}?{urlencode({'back': back})}" if back else path
    return api.submit(target, **fields)


def named_run(
    api: Api, experiment: str, name: str, started_ms: int = 0, parent: str = ""
) -> str:
    """Its id."""
    tags = [RunTag(PARENT, parent)] if parent else []
    asked = CreateRun(
        experiment_id=experiment, run_name=name, start_time=started_ms, tags=tags
    )
    return api.call(CREATE_RUN, asked).run.info.run_id
