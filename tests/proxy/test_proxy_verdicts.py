"""How long a verdict lives, and what wrong passwords cost whom."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from trackgate_proxy.config.verdict import forget_verdicts
from trackgate_proxy.people.htpasswd import PeopleFile
from trackgate_proxy.people.passwords import hash_password
from trackgate_proxy.people.people import People

pytestmark = pytest.mark.nginx

API = "/api/2.0/mlflow/runs/get"


class Load:
    """Clients of one person that ask again and again, and note what they get."""

    def __init__(self, site: Any, auth: tuple[str, str], clients: int) -> None:
        self.seen: list[tuple[float, int]] = []
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=(site.url + API, auth))
            for _ in range(clients)
        ]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def statuses(self, after_s: float = 0.0) -> set[int]:
        return {status for when_s, status in self.seen if when_s > after_s}

    def _ask(self, url: str, auth: tuple[str, str]) -> None:
        with requests.Session() as session:
            while not self._over.is_set():
                sent_s = time.monotonic()
                answer = session.get(url, auth=auth, timeout=10)
                self.seen.append((sent_s, answer.status_code))
                time.sleep(0.05)


def wait_for(condition: Callable[[], bool], within_s: float) -> float:
    started_s = time.monotonic()
    while not condition():
        assert time.monotonic() - started_s < within_s
        time.sleep(0.02)
    return time.monotonic() - started_s


def test_the_proven_cache_directives_stand_together(site: Any) -> None:
    text = site.data.nginx_config.read_text()

    location = text[text.index("location = /_verdict {") :].split("}\n", 2)
    cached = [
        line.strip()
        for line in "".join(location[:2]).splitlines()
        if line.strip().startswith("proxy_cache")
    ]
    assert cached == [
        "proxy_cache verdict;",
        "proxy_cache_key $http_authorization;",
        "proxy_cache_lock on;",
        "proxy_cache_valid 204 8s;",
        "proxy_cache_valid 401 2s;",
        "proxy_cache_use_stale updating;",
    ]


def test_somebody_taken_from_the_file_by_hand_is_out_within_ten_seconds(
    site: Any, bob: tuple[str, str], ada: tuple[str, str]
) -> None:
    """Under load, with no reload, and without our commands' help."""
    with Load(site, bob, clients=6) as load, Load(site, ada, clients=2) as others:
        wait_for(lambda: len(load.seen) > 100, within_s=10)
        assert load.statuses() == {200}

        with site.people.editing() as entries:
            hashed = entries.pop("bob")
        removed_s = time.monotonic()
        time.sleep(11)
        out_since_s = max(s for s, status in load.seen if status == 200) - removed_s

        assert out_since_s < 10
        assert load.statuses(after_s=removed_s + 10) == {401}
        assert others.statuses() == {200}
    with site.people.editing() as entries:
        entries["bob"] = hashed


def test_our_commands_lock_somebody_out_at_once(new_site: Any) -> None:
    site = new_site()
    bob = ("bob", "a staple of the trade")
    assert site.get(API, auth=bob).status_code == 200

    assert People(site.data).lock_out("bob")

    assert site.get(API, auth=bob).status_code == 401
    assert site.get(API).status_code == 200


def test_a_new_password_replaces_the_old_one_at_once(new_site: Any) -> None:
    site = new_site()
    assert site.get(API).status_code == 200

    People(site.data, hash_cost=4).set_password("ada", "another password")

    assert site.get(API).status_code == 401
    assert site.get(API, auth=("ada", "another password")).status_code == 200


def test_somebody_new_is_in_at_once(new_site: Any) -> None:
    site = new_site()
    eve = ("eve", "a very new password")

    with PeopleFile(site.data.htpasswd).editing() as entries:
        entries["eve"] = hash_password(eve[1], 4)

    assert site.get(API, auth=eve).status_code == 200
    assert site.upstream.last().all("X-Trackgate-User") == ["eve"]


def test_guessing_is_slowed_down_and_locks_nobody_else_out(
    new_site: Any, ada: tuple[str, str], bob: tuple[str, str]
) -> None:
    site = new_site()
    assert site.get(API).status_code == 200
    answers: list[requests.Response] = []

    def guess(number: int) -> None:
        wrong = ("ada", f"wrong password {number}")
        answers.append(requests.get(site.url + API, auth=wrong, timeout=10))

    guessers = [threading.Thread(target=guess, args=(one,)) for one in range(20)]
    for one in guessers:
        one.start()
    # Ada's verdict is known; bob comes from the same address.
    assert site.get(API).status_code == 200
    assert site.get(API, auth=bob).status_code == 200
    for one in guessers:
        one.join()

    statuses = [answer.status_code for answer in answers]
    limited = [answer for answer in answers if answer.status_code == 429]
    assert set(statuses) == {401, 429}
    assert statuses.count(401) <= 12
    assert limited[0].json()["error_code"] == "REQUEST_LIMIT_EXCEEDED"
    assert "Retry-After" in limited[0].headers
    assert "WWW-Authenticate" not in limited[0].headers


def test_fifty_clients_of_one_person_start_at_once(
    new_site: Any, ada: tuple[str, str]
) -> None:
    site = new_site()
    with site.people.editing() as entries:
        entries["ada"] = hash_password(ada[1])
    statuses: list[int] = []

    def ask() -> None:
        answer = requests.get(site.url + API, auth=ada, timeout=10)
        statuses.append(answer.status_code)

    clients = [threading.Thread(target=ask) for _ in range(50)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()

    assert statuses == [200] * 50


def test_requests_without_a_password_do_not_use_up_attempts(new_site: Any) -> None:
    site = new_site()

    for _ in range(60):
        assert site.get(API, auth=None).status_code == 401

    assert site.get(API).status_code == 200


def test_a_verdict_costs_no_hash_while_it_is_fresh(new_site: Any) -> None:
    site = new_site()
    with site.people.editing() as entries:
        entries["ada"] = hash_password("correct horse battery", 12)
    first = site.get(API)

    later = [site.get(API).elapsed.total_seconds() for _ in range(20)]

    assert first.elapsed.total_seconds() > 0.1
    assert max(later) < 0.1


def test_the_cache_is_private(new_site: Any) -> None:
    site = new_site()
    site.get(API)

    folder = site.settings.verdicts
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(files) == 1
    assert files[0].stat().st_mode & 0o077 == 0

    forget_verdicts(site.data)

    assert not [one for one in folder.rglob("*") if one.is_file()]
    assert site.get(API).status_code == 200
