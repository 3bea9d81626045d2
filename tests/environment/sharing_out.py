"""Which process takes which tests, and when, where several of them take turns.

A file stays in one process, and so does a folder whose tests share something that is
slow to start. What takes long comes first, so that at the end no process waits for
another one's last file; the processes take what is next in this order.
"""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# Containers are waited for rather than computed, so one process waits for all of them.
# Browsers break off what they load while networks come and go, as containers' do.
NETWORKS = (
    *("tests/containers/", "tests/browser/"),
    *("tests/projects/test_docker_backend.py", "tests/projects/test_pushed_images.py"),
)
TOGETHER = {**dict.fromkeys(NETWORKS, "networks"), "tests/conformance/": "conformance"}
LONGEST_FIRST = ("containers", "slow")


class Sharing(LoadFileScheduling):
    """By files and folders, in the order in which tests were collected."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        groups = (TOGETHER[one] for one in TOGETHER if file.startswith(one))
        return next(groups, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing | None:
    """Ours in place of `--dist loadfile`."""
    return Sharing(config, log) if config.option.dist == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests before the others; nothing changes inside of a file."""
    ranks: dict[str, int] = {}
    for item in items:
        file = str(item.path)
        ranks[file] = min(_rank(item), ranks.get(file, len(LONGEST_FIRST)))
    items.sort(key=lambda item: ranks[str(item.path)])


def _rank(item: pytest.Item) -> int:
    names = {mark.name for mark in item.iter_markers()}
    ranks = (rank for rank, name in enumerate(LONGEST_FIRST) if name in names)
    return next(ranks, len(LONGEST_FIRST))
