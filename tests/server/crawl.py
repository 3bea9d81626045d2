"""Every address that a site's pages name, followed as a browser would follow it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from tests.fixtures.api import Api

# Lists can be sorted, narrowed and opened in more ways than anybody could follow.
_MOST_ALIKE = 4
# Files are shown in one way or another.
_MOST_FILES = 20


class Lead(NamedTuple):
    """An address on a page.

    page     on which it stands
    method   of the request that it is for; "" where a script decides
    follows  whether a browser asks for it just as it stands
    """

    page: str
    address: str
    method: str
    follows: bool


@dataclass(frozen=True, slots=True)
class Crawl:
    """What was found.

    pages   texts by their addresses
    leads   all addresses of this site
    broken  what was answered with an error: where it stood, what it said
    """

    pages: dict[str, str] = field(default_factory=dict[str, str])
    leads: list[Lead] = field(default_factory=list[Lead])
    broken: list[str] = field(default_factory=list[str])


def crawl(api: Api, start: str, kind_of: Callable[[str], str | None]) -> Crawl:
    """Follow all that can be followed from a page on.

    start    with the site's prefix, as the addresses on pages have it
    kind_of  which page an address is of; None for those that are not to be asked for
    """
    found = Crawl()
    waiting = deque([Lead("", start, "GET", follows=True)])
    seen: set[str] = set()
    alike: Counter[tuple[str, tuple[str, ...]]] = Counter()
    while waiting:
        lead = waiting.popleft()
        found.leads.append(lead)
        kind = kind_of(lead.address) if lead.follows else None
        if kind is None or lead.address in seen:
            continue
        seen.add(lead.address)
        form = (kind, _names(lead.address))
        alike[form] += 1
        most = _MOST_FILES if "artifacts" in kind else _MOST_ALIKE
        if alike[form] <= most:
            waiting += _leads_of(api, lead, found)
    return found


def _leads_of(api: Api, lead: Lead, found: Crawl) -> list[Lead]:
    """Ask for a page; what is on it."""
    if not lead.address.startswith(f"{api.prefix}/"):
        return []
    answer = api.raw("GET", lead.address.removeprefix(api.prefix))
    if answer.status >= 400:
        found.broken.append(f"{lead.page} leads to {lead.address}: {answer.status}")
        return []
    if location := answer.headers.get("Location"):
        return [Lead(lead.address, location, "GET", follows=True)]
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return []
    found.pages[lead.address] = answer.body.decode()
    return Addresses(lead.address, answer.body.decode()).leads


class Addresses(HTMLParser):
    """Reads the addresses of this site off a page."""

    def __init__(self, page: str, text: str) -> None:
        super().__init__()
        self.leads: list[Lead] = []
        self._page = page
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name in ("href", "src"):
            self._add(given.get(name, ""), "GET", follows=True)
        for place, method in (("action", "method"), ("formaction", "formmethod")):
            sent = given.get(method, "get").upper()
            self._add(given.get(place, ""), sent, follows=False)
        for name, value in given.items():
            if name.startswith("data-") and value.startswith("/"):
                self._add(value, "", follows=False)

    def _add(self, address: str, method: str, *, follows: bool) -> None:
        elsewhere = urlsplit(address).scheme or address.startswith("#")
        if address and not elsewhere:
            plain = address.partition("#")[0]
            self.leads.append(Lead(self._page, plain, method, follows))


def _names(address: str) -> tuple[str, ...]:
    """What the query of an address is about."""
    return tuple(sorted({name for name, _ in parse_qsl(urlsplit(address).query)}))
