"""The server without a proxy: for whoever owns the machine, and nobody else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from trackgate_wire.experiments import CREATE_EXPERIMENT
from trackgate_wire.server import WHOAMI

from tests.fixtures.sites import Server
from tests.scenarios.acts import new_name

TRUSTED_NOWHERE = {
    "X-Trackgate-User": "root",
    "X-Trackgate-Proxy": "anything",
    "X-Forwarded-Host": "evil.example",
}


def test_whoever_reaches_it_is_admin_without_a_name(server: Server) -> None:
    answer = server.client(headers=TRUSTED_NOWHERE).call(WHOAMI)

    assert (answer.user, answer.role) == (None, "admin")


def test_it_says_that_it_has_no_passwords(server: Server) -> None:
    assert "loopback only" in server.program.log.read_text()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:5000", "10.0.0.1", ""])
def test_another_name_for_this_address_is_refused(server: Server, host: str) -> None:
    """A web page could have its own name resolve to loopback (DNS rebinding)."""
    answer = server.client().raw("GET", WHOAMI.url, headers={"Host": host})

    assert answer.status in (400, 403)


@pytest.mark.parametrize("path", ["/", "/static/any/base.css", "/version"])
def test_the_pages_are_refused_to_another_name_as_well(
    server: Server, path: str
) -> None:
    answer = server.client().raw("GET", path, headers={"Host": "evil.example"})

    assert answer.status == 403
    assert server.client().raw("GET", path).status == 200


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:5000"])
def test_names_of_loopback_are_welcome(server: Server, host: str) -> None:
    answer = server.client().raw("GET", WHOAMI.url, headers={"Host": host})

    assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_web_page_of_another_site_changes_nothing(
    server: Server, headers: dict[str, str]
) -> None:
    answer = server.client().raw(
        "POST", CREATE_EXPERIMENT.url, json={"name": new_name()}, headers=headers
    )

    assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")


def test_a_page_of_its_own_may(server: Server) -> None:
    headers = {"Origin": server.address, "Sec-Fetch-Site": "same-origin"}

    answer = server.client().raw(
        "POST", CREATE_EXPERIMENT.url, json={"name": new_name()}, headers=headers
    )

    assert answer.status == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_it_refuses_an_address_others_can_reach(tmp_path: Path, host: str) -> None:
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "trackgate_server"),
            *("--data-dir", str(tmp_path / "data"), "--host", host),
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ended.returncode == 1
    assert host in ended.stderr
    assert "trackgate up" in ended.stderr
    assert "Traceback" not in ended.stderr
