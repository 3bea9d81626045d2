"""The way to S3: keys, addresses, patience and what services differ in."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING, Any

from boto3.session import Session
from botocore.config import Config

from trackgate_server.blobs.s3.location import S3Location

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A request waits half a minute at most for a service that does not answer: meanwhile it
# keeps a thread from others.
# urllib3 lets no longer pass between two pieces of a body either.
_CONNECT_TIMEOUT_S = 10
_READ_TIMEOUT_S = 15
_ATTEMPTS = 2


def connect(location: S3Location, connections: int) -> S3Client:
    """A client that gives up within a minute; its keys come from boto3's own chain.

    connections  requests that may be under way at once
    """
    config = Config(
        connect_timeout=_CONNECT_TIMEOUT_S,
        read_timeout=_READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        max_pool_connections=connections,
        # Services other than Amazon's know neither a host for each bucket nor the
        # newest checksums. Bodies are signed, so none arrives with other bytes.
        s3={"addressing_style": "path" if location.endpoint else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    # The stubs know every service of Amazon's by name, of which S3's alone is here.
    session: Any = Session()
    client: S3Client = session.client(
        "s3",
        endpoint_url=location.endpoint or None,
        # boto3 itself reads AWS_DEFAULT_REGION only; Amazon's other tools this one.
        region_name=os.environ.get("AWS_REGION") or None,
        config=config,
    )
    client.meta.events.register("before-call.s3.DeleteObjects", _add_md5)
    return client


def _add_md5(params: dict[str, Any], **_: object) -> None:
    """Older services insist on it where boto3 sends a newer checksum only."""
    digest = hashlib.md5(params["body"], usedforsecurity=False).digest()
    params["headers"]["Content-MD5"] = base64.b64encode(digest).decode()
