"""Pages of one run as a program reads them."""

from __future__ import annotations

import re
from html import unescape

from trackgate_wire.metrics import Metric

from tests.fixtures.api import Answer, Api
from tests.scenarios import acts


def get(api: Api, run: str, *rest: str, **query: str) -> str:
    """The text of a page that is there."""
    answer = api.raw("GET", "/".join(["/runs", run, *rest]), query=query)
    assert answer.status == 200, answer.body.decode()
    return answer.body.decode()


def follow(api: Api, page: str) -> str:
    """The page behind the link to more."""
    (link,) = re.findall(r'rel="next" href="([^"]+)"', page)
    return api.raw("GET", unescape(link)).body.decode()


def post(api: Api, run: str, action: str, **fields: str) -> Answer:
    """Send a form as a browser does."""
    return api.submit(f"/runs/{run}/{action}", **fields)


def names(page: str, kind: str) -> list[str]:
    """What the rows of a list are called: "metrics", "params" or "tags"."""
    tables = re.findall(rf'data-list="{kind}".*?</table>', page, re.DOTALL)
    return _named(tables[0]) if tables else []


def charts(page: str) -> list[str]:
    """What the page's charts are called."""
    return _named("".join(re.findall(r"<figure[^>]*>", page)))


def _named(text: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'data-name="([^"]*)"', text)]


def row(page: str, name: str) -> list[str]:
    """The cells of a row behind its name, without markup."""
    (found,) = re.findall(
        rf'<tr data-name="{re.escape(name)}".*?</tr>', page, re.DOTALL
    )
    cells = re.findall(r"<td[^>]*>(.*?)</td>", found, re.DOTALL)
    return [unescape(re.sub("<[^>]*>", "", cell)).strip() for cell in cells]


def spots(page: str, name: str) -> int:
    """How many points the picture of a metric has."""
    (found,) = re.findall(rf'data-name="{re.escape(name)}".*?</svg>', page, re.DOTALL)
    return sum(path.count("M") + path.count("L") for path in _paths(found))


def _paths(text: str) -> list[str]:
    return re.findall(r' d="([^"]*)"', text)


def log_course(api: Api, run: str, key: str, count: int) -> None:
    """Points at the steps from 0 on, a second apart."""
    points = [Metric(key, n / 10, 1_000 * n, n) for n in range(count)]
    for start in range(0, count, 1_000):
        acts.log_points(api, run, points[start : start + 1_000])
