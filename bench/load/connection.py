"""One kept connection that reads answers without looking into them."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Self
from urllib.parse import urlsplit

from bench.load.result import LoadResult
from bench.systems.system import API

_TIMEOUT_S = 300


class Refused(RuntimeError):
    """An answer that is no 200."""

    def __init__(self, what: str, status: int, text: bytes) -> None:
        super().__init__(f"{what}: {status} {text[:300].decode(errors='replace')}")
        self.status = status


class Connection:
    """To one server; not to be shared between threads.

    Servers close what is idle for some seconds: open one for each round.
    """

    def __init__(self, address: str, headers: Mapping[str, str]) -> None:
        self._http = http.client.HTTPConnection(
            urlsplit(address).netloc, timeout=_TIMEOUT_S
        )
        self._headers = {"Content-Type": "application/json", **headers}

    def call(self, endpoint: str, **message: object) -> Any:
        """Post a message to an endpoint such as `runs/create`; the decoded answer."""
        return json.loads(self.send("POST", f"{API}/{endpoint}", json.dumps(message)))

    def get(self, endpoint: str) -> bytes:
        """The bytes of an answer; the endpoint with its query."""
        return self.send("GET", f"{API}/{endpoint}")

    def post(self, endpoint: str, body: str) -> bytes:
        """The bytes of an answer to a prepared body."""
        return self.send("POST", f"{API}/{endpoint}", body)

    def send(self, method: str, path: str, body: str | None = None) -> bytes:
        """One request. Raises Refused for any answer but 200."""
        data = None if body is None else body.encode()
        self._http.request(method, path, data, self._headers)
        answer = self._http.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise Refused(f"{method} {path.partition('?')[0]}", answer.status, text)
        return text

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()


def repeated(
    ask: Callable[[], bytes], *, seconds: float, at_least: int = 3
) -> LoadResult:
    """Ask again and again, for so many seconds and at least so many times.

    For answers that may take seconds, of which wrk would count none.
    """
    durations: list[float] = []
    received = failed = 0
    begun, cpu = time.perf_counter(), time.process_time()
    while len(durations) < at_least or time.perf_counter() - begun < seconds:
        before = time.perf_counter()
        try:
            received += len(ask())
        except Refused:
            failed += 1
        durations.append((time.perf_counter() - before) * 1000)
    return LoadResult.of(
        durations,
        failed,
        time.perf_counter() - begun,
        time.process_time() - cpu,
        received,
    )
