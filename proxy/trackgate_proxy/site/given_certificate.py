"""Looks at a certificate that somebody else made, before Nginx has to.

Each thing that would keep clients out is one line with its fix.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from trackgate_proxy.site.settings_error import SettingsError

WARN_DAYS = 14
_DAY = "%Y-%m-%d"
_PUBLIC_FORM = (
    serialization.Encoding.DER,
    serialization.PublicFormat.SubjectPublicKeyInfo,
)


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file, and what the person who set it up calls it."""

    path: Path
    label: str

    def read(self) -> bytes:
        """The content. Raises SettingsError saying why it cannot be had."""
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            raise SettingsError(self._absence()) from None
        except PermissionError:
            raise SettingsError(
                f"{self.label} cannot be read by uid {os.geteuid()}: let that uid read "
                f"the file (chown {os.geteuid()}) and enter its folder (chmod o+x)."
            ) from None
        except OSError as error:
            raise SettingsError(
                f"{self.label} cannot be read: {error.strerror}."
            ) from None

    def _absence(self) -> str:
        if self.path.is_symlink():
            return (
                f"{self.label} is a link to {os.readlink(self.path)}, which is not "
                "there: put a copy of the file itself in its place (cp -L)."
            )
        return f"{self.label} is missing: put it there, or leave the setting empty."


def check_certificate(
    certificate: NamedFile, key: NamedFile, hosts: Sequence[str], now: datetime
) -> list[str]:
    """Warnings about a certificate that works.

    hosts  names and addresses that clients will ask for
    Raises SettingsError for one that does not.
    """
    chain = _chain(certificate)
    _require_match(chain, _public_half(key), certificate, key)
    leaf = chain[0]
    _require_validity(leaf, certificate.label, now)
    for host in hosts:
        _require_host(leaf, certificate.label, host)
    if leaf.not_valid_after_utc < now + timedelta(days=WARN_DAYS):
        day = leaf.not_valid_after_utc.strftime(_DAY)
        return [f"{certificate.label} expires on {day}; renew it soon."]
    return []


def _chain(file: NamedFile) -> list[x509.Certificate]:
    content = file.read()
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError:
        raise SettingsError(
            f"{file.label} holds no readable certificate: it must be PEM, the host's "
            "own certificate first."
        ) from None


def _public_half(file: NamedFile) -> bytes:
    content = file.read()
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except TypeError:
        raise SettingsError(
            f"{file.label} is protected by a passphrase that nobody could type at a "
            f"start: openssl pkey -in privkey.pem -out unprotected.pem"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise SettingsError(
            f"{file.label} holds no readable private key: it must be PEM."
        ) from None
    return key.public_key().public_bytes(*_PUBLIC_FORM)


def _require_match(
    chain: list[x509.Certificate], public: bytes, certificate: NamedFile, key: NamedFile
) -> None:
    halves = [one.public_key().public_bytes(*_PUBLIC_FORM) for one in chain]
    if halves[0] == public:
        return
    if public in halves:
        raise SettingsError(
            f"{certificate.label} has the host's own certificate in the wrong place: "
            "it must be the first one."
        )
    raise SettingsError(
        f"{key.label} is not the key of {certificate.label}: put the two files of one "
        "certificate there."
    )


def _require_validity(leaf: x509.Certificate, label: str, now: datetime) -> None:
    if leaf.not_valid_after_utc <= now:
        day = leaf.not_valid_after_utc.strftime(_DAY)
        raise SettingsError(f"{label} expired on {day}: put a renewed one there.")
    if leaf.not_valid_before_utc > now:
        day = leaf.not_valid_before_utc.strftime(_DAY)
        raise SettingsError(
            f"{label} is valid from {day} on only: put another one there, or set this "
            "machine's clock."
        )


def _require_host(leaf: x509.Certificate, label: str, host: str) -> None:
    names = _subject_names(leaf)
    if any(_covers(name, host) for name in names):
        return
    shown = ", ".join(names) or "no host"
    raise SettingsError(
        f"{label} is for {shown}, not for {host}: use a certificate for {host}, or the "
        "public address that this one is for."
    )


def _subject_names(leaf: x509.Certificate) -> list[str]:
    """Host names and addresses. The common name does not count (RFC 9525 §6.3)."""
    try:
        extension = leaf.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        ).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    addresses = extension.get_values_for_type(x509.IPAddress)
    return [*extension.get_values_for_type(x509.DNSName), *map(str, addresses)]


def _covers(name: str, host: str) -> bool:
    """Whether a certificate's name is good for a host (RFC 9525 §6.3 and §6.5)."""
    name, host = name.lower().rstrip("."), host.lower().rstrip(".")
    if name == host:
        return True
    if _is_address(host):
        # Spelt otherwise, maybe: IPv6 has many forms.
        return _is_address(name) and ip_address(name) == ip_address(host)
    # A star stands for exactly one label.
    return name.startswith("*.") and name[2:] == host.partition(".")[2]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
