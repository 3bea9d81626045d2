"""The store of bytes that the settings name."""

from __future__ import annotations

from pathlib import Path

from trackgate_server.blobs.local import LocalBlobs
from trackgate_server.blobs.store import Blobs, OutOfReach
from trackgate_server.settings import Settings


class UnusableStore(ValueError):
    """Artifacts cannot be kept where the settings say."""


def open_blobs(settings: Settings) -> Blobs:
    """A local folder, or a bucket in S3, which is not asked anything yet.

    Raises UnusableStore where the settings cannot be right.
    """
    if not settings.artifacts_in_s3:
        spool = Path(settings.body_spool) if settings.body_spool else None
        return LocalBlobs(settings.artifact_root, spool)
    try:
        # Only where S3 is used: boto3 takes a quarter of a second and 25 MB.
        from trackgate_server.blobs.s3.location import S3Location  # noqa: PLC0415
        from trackgate_server.blobs.s3.store import S3Blobs  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise UnusableStore(
            "Artifacts in S3 need boto3, which is not installed: pip install"
            " 'trackgate[s3]'."
        ) from error
    try:
        location = S3Location.parse(
            settings.artifacts_destination, settings.s3_endpoint
        )
        return S3Blobs(location, _waiting(settings), settings.threads)
    except OutOfReach as error:
        raise _unusable(settings, error) from error
    except ValueError as error:
        raise UnusableStore(str(error)) from error


def require_usable(settings: Settings) -> None:
    """Raise UnusableStore, saying why, where S3 does not let this server in."""
    if not settings.artifacts_in_s3:
        return
    blobs = open_blobs(settings)
    try:
        blobs.check()
    except OutOfReach as error:
        raise _unusable(settings, error) from error
    finally:
        blobs.close()


def _waiting(settings: Settings) -> Path:
    """Beside the proxy's spool, from which bodies can be moved then."""
    if settings.body_spool:
        return Path(settings.body_spool).absolute().parent
    return settings.data_dir.absolute()


def _unusable(settings: Settings, error: OutOfReach) -> UnusableStore:
    where = settings.s3_endpoint or "Amazon S3"
    return UnusableStore(
        f"Artifacts cannot be kept in {settings.artifacts_destination} at {where}:"
        f" {error.reason}."
    )
