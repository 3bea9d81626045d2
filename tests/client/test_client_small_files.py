"""Folders of small files go up by a short way, and by the long one where that fails."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from trackgate import TrackingClient
from trackgate.errors import PermissionDenied
from trackgate.settings import Settings

from tests.client.broken_server import RUN, BrokenServer, Reply, Request
from tests.fixtures.certificates import make_certificate

ToBroken = Callable[..., TrackingClient]

_PUT_TO = "/api/2.0/mlflow-artifacts/artifacts/0/r/artifacts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three small files, one of them empty."""
    root = tmp_path / "folder"
    root.mkdir()
    (root / "a.txt").write_bytes(b"first")
    (root / "b.json").write_bytes(b"")
    (root / "c").write_bytes(b"third")
    return root


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[tuple[BrokenServer, Path]]:
    """A server that speaks TLS, and its certificate."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make_certificate("127.0.0.1").put(certificate, key)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    server = BrokenServer(tls)
    yield server, certificate
    server.stop()


def test_each_file_goes_up_once_with_its_kind_and_the_password(
    broken: BrokenServer, to_broken: ToBroken, folder: Path
) -> None:
    broken.reply(Reply(body=RUN), Reply())

    to_broken(username="ada", password="correct horse").log_artifacts("r", folder)

    sent = puts(broken)
    assert {one.path: one.body for one in sent} == {
        f"{_PUT_TO}/a.txt": b"first",
        f"{_PUT_TO}/b.json": b"",
        f"{_PUT_TO}/c": b"third",
    }
    assert len(sent) == 3
    kinds = {"text/plain", "application/json", "application/octet-stream"}
    assert {one.headers["Content-Type"] for one in sent} == kinds
    assert {one.headers.get("Authorization", "")[:6] for one in sent} == {"Basic "}


@pytest.mark.parametrize(
    "trouble", [Reply(503), Reply(mishap="hang up"), Reply(cut=1)], ids=str
)
def test_what_fails_once_is_sent_again(
    broken: BrokenServer, to_broken: ToBroken, folder: Path, trouble: Reply
) -> None:
    broken.reply(Reply(body=RUN), trouble, trouble, Reply())

    to_broken(transfer_threads=1).log_artifacts("r", folder)

    sent = [(one.path.removeprefix(_PUT_TO), one.body) for one in puts(broken)]
    assert sent == [("/a.txt", b"first")] * 3 + [("/b.json", b""), ("/c", b"third")]


def test_a_refusal_has_its_class(
    broken: BrokenServer, to_broken: ToBroken, folder: Path
) -> None:
    refusal = {"error_code": "PERMISSION_DENIED", "message": "Ask ada."}
    broken.reply(Reply(body=RUN), Reply(403, json.dumps(refusal).encode()))

    with pytest.raises(PermissionDenied, match="Ask ada"):
        to_broken().log_artifacts("r", folder)


def test_files_go_through_the_proxy_that_the_environment_names(
    broken: BrokenServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", broken.address)
    monkeypatch.setenv("no_proxy", "")
    broken.reply(Reply(body=RUN), Reply())

    TrackingClient("http://track.example").log_artifacts("r", folder)

    places = sorted(one.path for one in puts(broken))
    assert places == [
        f"http://track.example{_PUT_TO}/{name}" for name in ("a.txt", "b.json", "c")
    ]


def test_files_go_up_by_tls_with_the_certificate_that_is_named(
    secured: tuple[BrokenServer, Path], folder: Path
) -> None:
    server, certificate = secured
    server.reply(Reply(body=RUN), Reply())
    settings = Settings(server_cert_path=str(certificate))

    TrackingClient(server.address, settings=settings).log_artifacts("r", folder)

    assert sorted(one.body for one in puts(server)) == [b"", b"first", b"third"]


def puts(server: BrokenServer) -> list[Request]:
    return [one for one in server.requests if one.method == "PUT"]
