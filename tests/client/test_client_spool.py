"""While the server is away nothing is lost, and nobody else reads it."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from trackgate import TrackingClient
from trackgate.entities import Metric
from trackgate.errors import Unreachable
from trackgate.settings import Settings
from trackgate.spool import Spool
from trackgate_wire import runs
from trackgate_wire.runs import LogBatch, UpdateRun

from tests.client.broken_server import BrokenServer, Reply
from tests.fixtures.sites import Server

ToBroken = Callable[..., TrackingClient]
AWAY = Reply(503)
UPDATED = b'{"run_info":{"run_id":"r","run_uuid":"r","experiment_id":"0"}}'


@pytest.fixture
def spool_dir(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def a_point(run_id: str, step: int) -> LogBatch:
    return LogBatch(run_id=run_id, metrics=[Metric("loss", float(step), 1, step)])


def test_values_and_the_end_of_a_run_are_kept_while_the_server_is_away(
    broken: BrokenServer, to_broken: ToBroken, spool_dir: Path
) -> None:
    broken.reply(AWAY)
    client = to_broken(max_retries=0, spool_dir=str(spool_dir))

    client.log_metric("r", "loss", 0.5, synchronous=False).wait()
    client.set_terminated("r")

    assert len(client.spool.waiting()) == 2
    for path in client.spool.waiting():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(client.spool.folder.stat().st_mode) == 0o700


def test_what_was_kept_is_sent_before_what_comes_later(
    broken: BrokenServer, to_broken: ToBroken, spool_dir: Path
) -> None:
    client = to_broken(max_retries=0, spool_dir=str(spool_dir))
    client.spool.add(runs.LOG_BATCH, a_point("r", 1))
    client.spool.add(runs.UPDATE_RUN, UpdateRun(run_id="r"))
    broken.reply(Reply(), Reply(body=UPDATED))

    client.send_waiting()

    assert [request.path.rpartition("/")[2] for request in broken.requests] == [
        "log-batch",
        "update",
    ]
    assert client.spool.waiting() == []
    assert not client.spool.folder.exists()


def test_an_unsent_call_stays_and_those_after_it(
    broken: BrokenServer, to_broken: ToBroken, spool_dir: Path
) -> None:
    client = to_broken(max_retries=0, spool_dir=str(spool_dir))
    for step in range(3):
        client.spool.add(runs.LOG_BATCH, a_point("r", step))
    broken.reply(Reply(), Reply(mishap="hang up"))

    with pytest.raises(Unreachable):
        client.spool.send(client.connection)

    assert len(client.spool.waiting()) == 2


def test_a_call_that_is_refused_does_not_stand_in_the_way(
    broken: BrokenServer, to_broken: ToBroken, spool_dir: Path
) -> None:
    client = to_broken(max_retries=0, spool_dir=str(spool_dir))
    for step in range(2):
        client.spool.add(runs.LOG_BATCH, a_point("r", step))
    refusal = b'{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no"}'
    broken.reply(Reply(404, refusal), Reply())

    assert client.spool.send(client.connection) == 1

    assert client.spool.waiting() == []
    assert len(list(client.spool.folder.glob("*.refused"))) == 1


def test_each_server_has_its_own_spool(tmp_path: Path) -> None:
    first = Spool(tmp_path, "http://one")
    second = Spool(tmp_path, "http://two")

    first.add(runs.LOG_BATCH, a_point("r", 1))

    assert len(first.waiting()) == 1
    assert second.waiting() == []


def test_what_was_kept_arrives_at_a_real_server(
    server: Server, run_id: str, spool_dir: Path
) -> None:
    client = TrackingClient(server.address, settings=Settings(spool_dir=str(spool_dir)))
    for step in range(3):
        client.spool.add(runs.LOG_BATCH, a_point(run_id, step))

    client.send_waiting()

    assert len(client.get_metric_history(run_id, "loss")) == 3
