"""The same request to the stock server and to ours, and answers that can be compared.

Ids, times and made-up names differ from server to server. So a test speaks of an
experiment, run or logged model by a label such as "@run3": each side puts its own id
in the label's place in a request, and the label in the id's place in an answer.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import requests

Json = Any
Fields = Mapping[str, Json]

TIMEOUT_S = 60

_LABEL = re.compile(r"@(?:experiment|run|model)\d+")
_ID = re.compile(r"(m-)?[0-9a-f]{32}")
_MADE_UP = re.compile(r"[a-z]+-[a-z]+-\d{1,3}")
_OWN_STORE = re.compile(r"mlflow-artifacts:/(\d+)")
_TIMES = frozenset(
    {
        *("start_time", "end_time", "creation_time", "last_update_time"),
        *("creation_timestamp", "last_updated_timestamp"),
        *("creation_timestamp_ms", "last_updated_timestamp_ms"),
    }
)
_PLACES = frozenset({"artifact_location", "artifact_uri", "root_uri"})
# What only the stock server says: see docs/differences.md.
_LEFT_OUT = frozenset({"workspace"})
# What only we say of a model's version, by where it stands.
_ONLY_OURS = {
    "model_version": frozenset({"model_id"}),
    "model_versions": frozenset({"model_id", "aliases"}),
    "latest_versions": frozenset({"model_id", "aliases"}),
}


@dataclass(frozen=True)
class Answer:
    """What a server said: the body of a success, the code of a refusal."""

    status: int
    code: str | None = None
    body: Json = None


@dataclass
class Side:
    """One server under comparison."""

    name: str
    url: str
    session: requests.Session = field(default_factory=requests.Session)
    _ids: dict[str, str] = field(default_factory=dict[str, str])
    _labels: dict[str, str] = field(default_factory=dict[str, str])

    def learn(self, label: str, own_id: str) -> None:
        """`label` means `own_id` here."""
        self._ids[label] = own_id
        self._labels[own_id] = label

    def send(self, method: str, path: str, fields: Fields | None, **how: Any) -> Any:
        """The raw response; `fields` go into the query of a GET, else into a body.

        path  below the API's root, or from the server's own root where it begins
              with a slash
        """
        own = self._own(fields)
        if method == "GET":
            how.setdefault("params", own)
        else:
            # `json=` would refuse NaN, which Python clients do send.
            how.setdefault("data", json.dumps(own))
        how.setdefault("headers", {"Content-Type": "application/json"})
        root = "" if path.startswith("/") else "/api/2.0/mlflow/"
        url = self.url + root + self._own(path)
        return self.session.request(method, url, timeout=TIMEOUT_S, **how)

    def understood(self, response: requests.Response) -> Answer:
        """A response in labels."""
        body = _parsed(response)
        if response.status_code != 200:
            code = body.get("error_code") if isinstance(body, dict) else None
            return Answer(response.status_code, code)
        return Answer(200, body=self._common(body))

    def _own(self, value: Json) -> Json:
        if isinstance(value, str):
            return _LABEL.sub(lambda found: self._ids[found[0]], value)
        if isinstance(value, Mapping):
            return {self._own(key): self._own(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._own(item) for item in value]
        return value

    def _common(self, value: Json, name: str = "") -> Json:
        if isinstance(value, dict):
            left_out = _LEFT_OUT | _ONLY_OURS.get(name, _LEFT_OUT)
            return {
                key: self._common(item, key)
                for key, item in value.items()
                if key not in left_out and not (key == "outputs" and item == {})
            }
        if isinstance(value, list):
            items = [self._common(item, name) for item in value]
            return _in_order(name, items)
        if isinstance(value, str):
            return self._common_text(value, name)
        if name in _TIMES and _is_now(value):
            return "<now>"
        return value

    def _common_text(self, text: str, name: str) -> str:
        if name == "next_page_token":
            return "<token>"
        if name == "experiment_id":
            return self._labels.get(text, "0" if text == "0" else "<experiment>")
        if name in _PLACES:
            text = _OWN_STORE.sub(self._common_place, text)
        elif _MADE_UP.fullmatch(text):
            return "<made up>"
        return _ID.sub(self._common_id, text)

    def _common_id(self, found: re.Match[str]) -> str:
        return self._labels.get(found[0], "<model>" if found[1] else "<run>")

    def _common_place(self, found: re.Match[str]) -> str:
        return f"mlflow-artifacts:/{self._labels.get(found[1])}"


@dataclass
class Sides:
    """The stock server and ours, which is there once on each database."""

    peer: Side
    ours: tuple[Side, ...]
    _numbers: Iterator[int] = field(default_factory=count)

    def same(
        self, method: str, path: str, fields: Fields | None = None, **how: Any
    ) -> Answer:
        """Ask everyone, insist on one answer, and return it."""
        return self._agreed(
            {side.name: side.send(method, path, fields, **how) for side in self._all}
        )

    def apart(
        self, method: str, path: str, fields: Fields | None = None, **how: Any
    ) -> tuple[Answer, Answer]:
        """What the peer says and what we do, which is the same on both databases."""
        theirs, first, *others = (
            side.understood(side.send(method, path, fields, **how))
            for side in self._all
        )
        for other in others:
            assert other == first, "our two databases answer differently"
        return theirs, first

    def pages(self, method: str, path: str, fields: Fields) -> list[Json]:
        """Every page that following `next_page_token` gives; the same for all."""
        found = [list(_pages(side, method, path, fields)) for side in self._all]
        for side, pages in zip(self.ours, found[1:], strict=True):
            assert pages == found[0], f"{side.name} pages differently"
        return found[0]

    def experiment(self, **fields: Json) -> str:
        """A new experiment, made alike by everyone; its label."""
        label = f"@experiment{next(self._numbers)}"
        given = {"name": f"the {label[1:]}", **fields}
        made = self._send_all("experiments/create", given)
        for side in self._all:
            side.learn(label, made[side.name].json()["experiment_id"])
        self._agreed(made)
        return label

    def run(self, experiment: str, **fields: Json) -> str:
        """A new run, made alike by everyone; its label. It started at 1,000 ms."""
        label = f"@run{next(self._numbers)}"
        defaults = {"start_time": 1_000, "run_name": f"the {label[1:]}"}
        given = {"experiment_id": experiment, **defaults, **fields}
        made = self._send_all("runs/create", given)
        for side in self._all:
            side.learn(label, made[side.name].json()["run"]["info"]["run_id"])
        self._agreed(made)
        return label

    def model(self, experiment: str, **fields: Json) -> str:
        """A new logged model, made alike by everyone; its label."""
        label = f"@model{next(self._numbers)}"
        given = {"experiment_id": experiment, "name": f"the {label[1:]}", **fields}
        made = self._send_all("logged-models", given)
        for side in self._all:
            side.learn(label, made[side.name].json()["model"]["info"]["model_id"])
        self._agreed(made)
        return label

    def do(self, path: str, **fields: Json) -> None:
        """A POST that has to succeed everywhere."""
        assert self.same("POST", path, fields).status == 200

    def seen(self, run: str) -> Json:
        """A run as everyone shows it."""
        return self.same("GET", "runs/get", {"run_id": run}).body["run"]

    @property
    def _all(self) -> tuple[Side, ...]:
        return (self.peer, *self.ours)

    def _send_all(self, path: str, fields: Fields) -> dict[str, requests.Response]:
        return {side.name: side.send("POST", path, fields) for side in self._all}

    def _agreed(self, responses: Mapping[str, requests.Response]) -> Answer:
        answers = [side.understood(responses[side.name]) for side in self._all]
        for side, answer in zip(self.ours, answers[1:], strict=True):
            assert answer == answers[0], f"{side.name}: {responses[side.name].text}"
        return answers[0]


def _parsed(response: requests.Response) -> Json:
    try:
        return response.json()
    except ValueError:
        return response.text


def _is_now(milliseconds: int) -> bool:
    return abs(milliseconds - time.time() * 1_000) < 600_000


def _in_order(name: str, items: list[Json]) -> list[Json]:
    """Lists whose order nobody promises, by key; a metric's history has its own."""
    if name == "latest_versions":
        return sorted(items, key=lambda item: int(item["version"]))
    if name == "metrics" and any("model_id" in item for item in items):
        return sorted(items, key=json.dumps)
    keys = [item.get("key") for item in items if isinstance(item, dict)]
    by_key = name in ("tags", "params") or (
        name == "metrics" and len(set(keys)) == len(items)
    )
    return sorted(items, key=lambda item: item["key"]) if by_key else items


def _pages(side: Side, method: str, path: str, fields: Fields) -> Iterator[Json]:
    given = dict(fields)
    while True:
        response = side.send(method, path, given)
        answer = side.understood(response)
        assert answer.status == 200, response.text
        yield answer.body
        given["page_token"] = response.json().get("next_page_token")
        if not given["page_token"]:
            return
