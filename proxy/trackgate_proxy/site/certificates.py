"""A self-signed certificate, for networks without an authority."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from trackgate_proxy.site.data_folder import FOLDER_MODE
from trackgate_proxy.site.settings import Tls
from trackgate_proxy.whole_file import write_whole

# Browsers refuse certificates that are good for longer than 825 days.
VALID_DAYS = 800
RENEW_DAYS = 30


def ensure_self_signed(tls: Tls, names: list[str], now: datetime) -> bool:
    """Certificate and key (mode 0600) for these host names and addresses.

    What lies there is kept while it covers the names and is good for a month more,
    so that clients which pinned it need no change. Returns whether it was made anew.
    """
    if _is_good(tls, names, now):
        return False
    tls.key.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    # Each as a whole: a running Nginx may read them at any time.
    write_whole(tls.key, _key_bytes(key).decode())
    write_whole(tls.certificate, _certificate_bytes(key, names, now).decode())
    return True


def _is_good(tls: Tls, names: list[str], now: datetime) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(tls.certificate.read_bytes())
        key = serialization.load_pem_private_key(tls.key.read_bytes(), password=None)
        extension = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except (FileNotFoundError, ValueError, x509.ExtensionNotFound):
        return False
    return (
        certificate.not_valid_after_utc >= now + timedelta(days=RENEW_DAYS)
        # A crash may have come between the two files.
        and certificate.public_key() == key.public_key()
        and set(map(_alternative_name, names)) <= set(extension.value)
    )


def _certificate_bytes(
    key: ec.EllipticCurvePrivateKey, names: list[str], now: datetime
) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Trackgate")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks of clients may be a little behind.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(
            x509.SubjectAlternativeName([_alternative_name(name) for name in names]),
            critical=False,
        )
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
        # Lets a client take the file itself as its list of authorities.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _alternative_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
