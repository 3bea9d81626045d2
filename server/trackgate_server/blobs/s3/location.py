"""Which bucket, and which key in it a place has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from trackgate_wire import rules
from trackgate_wire.errors import InvalidParameterValue

SCHEME = "s3://"
# Amazon S3 User Guide, "Naming Amazon S3 objects".
KEY_BYTES = 1024

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")


@dataclass(frozen=True, slots=True)
class S3Location:
    """Where a server's bytes lie.

    endpoint  address of the service; "" for Amazon's own
    bucket    its name
    prefix    names before every key; () where the whole bucket is ours
    """

    endpoint: str
    bucket: str
    prefix: tuple[str, ...]

    @classmethod
    def parse(cls, destination: str, endpoint: str) -> S3Location:
        """Raises ValueError naming the setting that is wrong."""
        bucket, _, prefix = destination.removeprefix(SCHEME).partition("/")
        if not _BUCKET.fullmatch(bucket):
            raise ValueError(
                f"The artifacts' destination {destination!r} names no bucket; write"
                " s3://BUCKET/PREFIX."
            )
        _check_endpoint(endpoint)
        return cls(endpoint, bucket, _names(destination, prefix))

    def key(self, segments: Sequence[str]) -> str:
        """Raises InvalidParameterValue for a key longer than S3 takes."""
        key = "/".join((*self.prefix, *segments))
        size = len(key.encode())
        if size > KEY_BYTES:
            raise InvalidParameterValue(
                f"The artifact path ending with {rules.shown(segments[-1])} makes a key"
                f" of {size} bytes in the artifact store; at most {KEY_BYTES} are"
                " allowed. Use shorter names or fewer folders."
            )
        return key

    def __str__(self) -> str:
        place = "/".join((self.bucket, *self.prefix))
        return f"{SCHEME}{place} at {self.endpoint or 'Amazon S3'}"


def _names(destination: str, prefix: str) -> tuple[str, ...]:
    try:
        return rules.artifact_segments(prefix)
    except InvalidParameterValue as error:
        raise ValueError(
            f"The artifacts' destination {destination!r} has a prefix that is no plain"
            f" path: {error.message}"
        ) from error


def _check_endpoint(endpoint: str) -> None:
    if not endpoint:
        return
    parts = urlsplit(endpoint)
    if parts.username is not None or parts.password is not None:
        # Not shown: it holds a secret.
        raise ValueError(
            "The S3 endpoint holds a name or password; leave them out and give the keys"
            " in the file that AWS_SHARED_CREDENTIALS_FILE names."
        )
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        raise ValueError(
            f"The S3 endpoint {endpoint!r} is no address such as"
            " https://s3.example.com:9000."
        )
