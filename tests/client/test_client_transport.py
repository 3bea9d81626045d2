"""What the client does when the server or a proxy before it misbehaves."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from email.utils import formatdate

import pytest
from trackgate import TrackingClient
from trackgate.errors import (
    BadSetting,
    InternalError,
    NotFound,
    TemporarilyUnavailable,
    Unauthenticated,
    Unreachable,
)
from trackgate.retries import LONGEST_WAIT_S, RetryPolicy
from trackgate.settings import Settings

from tests.client.broken_server import BrokenServer, Reply

ToBroken = Callable[..., TrackingClient]

RUN = b'{"run":{"info":{"run_id":"r","run_uuid":"r","experiment_id":"0"}}}'
PAGE = Reply(502, b"<html>\n<h1>Bad Gateway</h1>", {"Content-Type": "text/html"})
HANG_UP = Reply(mishap="hang up")
POLICY = RetryPolicy(7, factor_s=2.0, jitter_s=0.0, respect_retry_after=True)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_trouble_is_waited_out(
    broken: BrokenServer, to_broken: ToBroken, status: int
) -> None:
    broken.reply(Reply(status), Reply(status), Reply())

    to_broken().log_metric("r", "loss", 0.5)

    assert len(broken.requests) == 3
    assert len({request.body for request in broken.requests}) == 1


def test_a_broken_connection_is_made_anew(
    broken: BrokenServer, to_broken: ToBroken
) -> None:
    broken.reply(HANG_UP, HANG_UP, Reply())

    to_broken().set_tag("r", "k", "v")

    assert len(broken.requests) == 3


def test_silence_is_not_waited_for_for_ever(
    broken: BrokenServer, to_broken: ToBroken
) -> None:
    broken.reply(Reply(mishap="say nothing"))
    started = time.monotonic()

    with pytest.raises(Unreachable, match=r"tried once.*TRACKING_URI"):
        to_broken(timeout_s=0.2, max_retries=0).get_run("r")

    assert time.monotonic() - started < 1


def test_the_error_says_how_often_it_was_tried(
    broken: BrokenServer, to_broken: ToBroken
) -> None:
    broken.reply(HANG_UP)

    with pytest.raises(Unreachable, match="4 attempts"):
        to_broken().get_run("r")


def test_nobody_listening_is_said_plainly() -> None:
    gone = BrokenServer()
    gone.stop()
    client = TrackingClient(gone.address, settings=Settings(max_retries=0))

    with pytest.raises(Unreachable, match="Connection refused"):
        client.get_run("r")


def test_a_new_run_is_asked_for_once_when_the_connection_breaks(
    broken: BrokenServer, to_broken: ToBroken
) -> None:
    broken.reply(HANG_UP, Reply(body=RUN))

    with pytest.raises(Unreachable):
        to_broken().create_run("0")

    assert len(broken.requests) == 1


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_new_run_is_asked_for_again_where_nothing_was_done(
    broken: BrokenServer, to_broken: ToBroken, status: int
) -> None:
    broken.reply(Reply(status), Reply(body=RUN))

    assert to_broken().create_run("0").info.run_id == "r"


def test_a_refusal_is_not_repeated_and_has_its_class(
    broken: BrokenServer, to_broken: ToBroken
) -> None:
    body = b'{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"No run."}'
    broken.reply(Reply(404, body))

    with pytest.raises(NotFound, match=r"No run\."):
        to_broken().get_run("r")

    assert len(broken.requests) == 1


def test_a_missing_password_says_what_to_set(
    broken: BrokenServer, to_broken: ToBroken
) -> None:
    broken.reply(Reply(401, b"<html>401</html>"))

    with pytest.raises(
        Unauthenticated, match="TRACKING_USERNAME and TRACKING_PASSWORD"
    ):
        to_broken().get_run("r")

    assert len(broken.requests) == 1


def test_a_wrong_password_says_where_it_came_from_and_is_not_shown(
    broken: BrokenServer, to_broken: ToBroken
) -> None:
    broken.reply(Reply(401, b'{"error_code":"UNAUTHENTICATED","message":"no"}'))

    with pytest.raises(Unauthenticated, match=r"'ada'.*arguments in code") as caught:
        to_broken(username="ada", password="hush hush").get_run("r")

    assert "hush" not in str(caught.value)
    assert len(broken.requests) == 1


def test_a_proxys_page_is_told_from_the_protocol(
    broken: BrokenServer, to_broken: ToBroken
) -> None:
    broken.reply(PAGE)

    with pytest.raises(TemporarilyUnavailable, match=r"502.*text/html.*Bad Gateway"):
        to_broken(max_retries=0).get_run("r")


def test_a_page_with_status_200_is_no_answer(
    broken: BrokenServer, to_broken: ToBroken
) -> None:
    broken.reply(Reply(200, b"<html>Log in</html>", {"Content-Type": "text/html"}))

    with pytest.raises(InternalError, match=r"200.*check TRACKING_URI"):
        to_broken().get_run("r")


def test_a_redirect_is_not_followed_and_takes_no_password_along(
    broken: BrokenServer, to_broken: ToBroken
) -> None:
    elsewhere = BrokenServer()
    broken.reply(Reply(302, headers={"Location": f"{elsewhere.address}/?x=secret"}))

    with pytest.raises(BadSetting, match=f"redirected to {elsewhere.address}/\\."):
        to_broken(username="ada", password="hush hush").get_run("r")

    assert not elsewhere.requests
    elsewhere.stop()


def test_a_password_reaches_the_server_and_no_log(
    broken: BrokenServer, to_broken: ToBroken, caplog: pytest.LogCaptureFixture
) -> None:
    broken.reply(Reply(503), Reply(body=RUN))

    with caplog.at_level(logging.DEBUG):
        to_broken(username="ada", password="hush hush").get_run("r")

    header = broken.requests[0].headers["Authorization"]
    assert header == "Basic YWRhOmh1c2ggaHVzaA=="
    assert "trying again" in caplog.text
    assert "hush" not in caplog.text
    assert header.split()[1] not in caplog.text


def test_a_netrc_file_is_not_read(
    broken: BrokenServer, to_broken: ToBroken, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("netrc")
    (home / ".netrc").write_text("machine 127.0.0.1 login root password other\n")
    (home / ".netrc").chmod(0o600)
    broken.reply(Reply(body=RUN))

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        to_broken().get_run("r")

    assert "Authorization" not in broken.requests[0].headers


def test_the_wait_that_the_server_asks_for_is_kept(
    broken: BrokenServer, to_broken: ToBroken
) -> None:
    broken.reply(Reply(429, headers={"Retry-After": "1"}), Reply(body=RUN))
    started = time.monotonic()

    to_broken().get_run("r")

    assert 1.0 <= time.monotonic() - started < 3


def test_waits_double_and_have_a_bound() -> None:
    waits = [POLICY.wait_s(attempt) for attempt in range(1, 9)]

    assert waits == [0, 4, 8, 16, 32, 64, LONGEST_WAIT_S, LONGEST_WAIT_S]


def test_a_date_is_a_wait_too() -> None:
    soon = formatdate(time.time() + 10, usegmt=True)

    assert 8 <= POLICY.wait_s(1, soon) <= 10


@pytest.mark.parametrize(
    ("asked", "wait_s"),
    [("86400", LONGEST_WAIT_S), ("-5", 4.0), ("whenever", 4.0), ("", 4.0)],
)
def test_an_unreasonable_wish_is_bounded_or_passed_over(
    asked: str, wait_s: float
) -> None:
    assert POLICY.wait_s(2, asked) == wait_s
