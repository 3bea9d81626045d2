"""Files larger than any memory one would give the server."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import requests
from trackgate_wire.runs import CREATE_RUN, CreateRun

from tests.fixtures.sites import PASSWORDS, Stack, running_stack

pytestmark = [pytest.mark.slow, pytest.mark.nginx]

_MIB = 1024**2
# More than 32 bits can count.
_SIZE = (4 * 1024 + 64) * _MIB
_CHUNK = 8 * _MIB
# What the whole tree may grow by while gigabytes pass through it.
_GROWTH_BYTES = 40 * _MIB


def test_more_than_four_gibibytes_go_up_and_down_in_constant_memory(
    tmp_path: Path,
) -> None:
    if os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize < 3 * _SIZE:
        pytest.skip("not enough room for 4 GiB and their copy")
    with running_stack() as stack:
        run = stack.client("ada").call(CREATE_RUN, CreateRun()).run
        path = run.info.artifact_uri.removeprefix("mlflow-artifacts:/")
        url = f"{stack.address}/api/2.0/mlflow-artifacts/artifacts/{path}/big.bin"
        auth = ("ada", PASSWORDS["ada"])
        with _memory_watched(stack) as grown:
            noise = _Noise()
            answer = requests.put(url, data=noise, auth=auth, timeout=600)
            assert answer.status_code == 200, answer.text
            with requests.get(url, auth=auth, stream=True, timeout=600) as answer:
                assert answer.status_code == 200
                assert int(answer.headers["Content-Length"]) == _SIZE
                received = answer.iter_content(_CHUNK)
                pairs = zip(received, noise, strict=True)
                assert all(one == other for one, other in pairs)
        assert grown() < _GROWTH_BYTES, f"grew by {grown() / _MIB:.0f} MiB"


class _Noise:
    """A body that is made while it is sent, so that it needs no memory or disk here.

    The same again each time, in blocks of `_CHUNK` that tell where they belong.
    """

    def __init__(self) -> None:
        self._block = os.urandom(_CHUNK)

    def __len__(self) -> int:
        return _SIZE

    def __iter__(self) -> Generator[bytes]:
        for number in range(_SIZE // _CHUNK):
            yield number.to_bytes(8, "big") + self._block[8:]


@contextmanager
def _memory_watched(stack: Stack) -> Generator[_Watch]:
    watch = _Watch(psutil.Process(stack.program.pid))
    thread = threading.Thread(target=watch.work)
    thread.start()
    try:
        yield watch
    finally:
        watch.stop.set()
        thread.join()


class _Watch:
    """Looks at the private memory of a process tree; called, it says the growth."""

    def __init__(self, root: psutil.Process) -> None:
        self._root = root
        self.stop = threading.Event()
        self._first = self._peak = self._now()

    def __call__(self) -> int:
        return self._peak - self._first

    def work(self) -> None:
        while not self.stop.wait(0.2):
            self._peak = max(self._peak, self._now())

    def _now(self) -> int:
        tree = [self._root, *self._root.children(recursive=True)]
        total = 0
        for process in tree:
            try:
                total += process.memory_full_info().uss
            except psutil.NoSuchProcess:
                continue
        return total
