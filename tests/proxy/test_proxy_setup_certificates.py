"""Certificates that somebody else made, as `trackgate setup` judges them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fixtures.certificates import NOW, make_certificate
from tests.fixtures.setups import Home, refusal

GIVEN = {
    "TRACKGATE_PUBLIC_URL": "https://track.example",
    "TRACKGATE_PUBLISHED": "0.0.0.0:443",
    "TRACKGATE_CERTIFICATES": "./tls",
}
GOOD = make_certificate("track.example")
OTHER = make_certificate("track.example")


@pytest.fixture
def tls(home: Home) -> Path:
    """The folder of certificates, with a good one."""
    home.certificates.mkdir()
    GOOD.put(home.certificates / "fullchain.pem", home.certificates / "privkey.pem")
    return home.certificates


def test_a_given_certificate_is_used_where_it_lies(home: Home, tls: Path) -> None:
    """And warned of, where it expires soon."""
    soon = make_certificate("box.lan", "*.example", ends=NOW + timedelta(days=13))
    soon.put(tls / "fullchain.pem", tls / "privkey.pem")

    result = home.contain(GIVEN)

    assert result.exit_code == 0, result.output
    assert f"ssl_certificate '{tls}/fullchain.pem';" in home.config
    assert f"ssl_certificate_key '{tls}/privkey.pem';" in home.config
    assert not home.data.tls.exists()
    (warning,) = result.stderr.splitlines()
    assert "fullchain.pem of CERTIFICATES=./tls expires on" in warning


def dangling(folder: Path) -> None:
    """As certbot's folder `live` is, mounted without the one beside it."""
    (folder / "fullchain.pem").unlink()
    (folder / "fullchain.pem").symlink_to("../../archive/track/fullchain1.pem")


def misordered(folder: Path) -> None:
    (folder / "fullchain.pem").write_bytes(OTHER.certificate + GOOD.certificate)


SPOILT: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "no certificate": (
        lambda folder: (folder / "fullchain.pem").unlink(),
        ["fullchain.pem of CERTIFICATES=./tls is missing"],
    ),
    "no key": (
        lambda folder: (folder / "privkey.pem").unlink(),
        ["privkey.pem of CERTIFICATES=./tls is missing"],
    ),
    "a link that leads nowhere": (
        dangling,
        ["link to ../../archive/track/fullchain1.pem", "cp -L"],
    ),
    "a folder": (
        lambda folder: (
            (folder / "privkey.pem").unlink(),
            (folder / "privkey.pem").mkdir(),
        ),
        ["privkey.pem of CERTIFICATES=./tls cannot be read: Is a directory"],
    ),
    "no certificate inside": (
        lambda folder: (folder / "fullchain.pem").write_text("hello"),
        ["no readable certificate", "PEM"],
    ),
    "no key inside": (
        lambda folder: (folder / "privkey.pem").write_text("hello"),
        ["no readable private key", "PEM"],
    ),
    "a key with a passphrase": (
        lambda folder: (folder / "privkey.pem").write_bytes(
            make_certificate("track.example", passphrase=b"secret").key
        ),
        ["protected by a passphrase", "openssl pkey"],
    ),
    "another key": (
        lambda folder: (folder / "privkey.pem").write_bytes(OTHER.key),
        ["privkey.pem", "is not the key of fullchain.pem"],
    ),
    "the chain in another order": (misordered, ["must be the first one"]),
    "expired": (
        lambda folder: make_certificate(
            "track.example", ends=NOW - timedelta(hours=1)
        ).put(folder / "fullchain.pem", folder / "privkey.pem"),
        ["expired on", "put a renewed one there"],
    ),
    "not valid yet": (
        lambda folder: make_certificate(
            "track.example", begins=NOW + timedelta(days=1)
        ).put(folder / "fullchain.pem", folder / "privkey.pem"),
        ["is valid from", "clock"],
    ),
    "for another host": (
        lambda folder: make_certificate("box.lan", "*.track.example").put(
            folder / "fullchain.pem", folder / "privkey.pem"
        ),
        ["is for box.lan, *.track.example, not for track.example"],
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_one_that_keeps_clients_out_is_refused_in_one_line(
    home: Home, tls: Path, name: str
) -> None:
    spoil, said = SPOILT[name]
    spoil(tls)

    line = refusal(home.contain(GIVEN))

    for part in said:
        assert part in line
    assert home.is_untouched()


def native(folder: Path) -> list[str]:
    certificate, key = folder / "fullchain.pem", folder / "privkey.pem"
    return ["--tls-cert", str(certificate), "--tls-key", str(key)]


def test_a_native_one_is_named_by_its_option(home: Home, tls: Path) -> None:
    (tls / "privkey.pem").write_bytes(OTHER.key)

    line = refusal(home.set_up(*native(tls)))

    assert f"--tls-key {tls}/privkey.pem is not the key of --tls-cert" in line
