"""What S3 refuses, as errors of the protocol; nothing said here holds a key."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
)
from trackgate_wire.errors import InvalidParameterValue

from trackgate_server.blobs.store import OutOfReach

NO_UPLOAD = "NoSuchUpload"
NO_BUCKET = "NoSuchBucket"

_KEYS_FILE = "AWS_SHARED_CREDENTIALS_FILE"

_TOO_LARGE = frozenset({"EntityTooLarge", "KeyTooLongError"})
# The connection broke, the service wants a pause, or an admin has to do something; what
# else means that has a status of its own. Answers to HEAD have no code but the status.
_PASSING = frozenset(
    {
        *("400", "301", "PermanentRedirect", "AuthorizationHeaderMalformed"),
        *("ExpiredToken", "InvalidToken", NO_BUCKET, "QuotaExceeded"),
        # Of a large file's own parts: the call before it was heard after all.
        NO_UPLOAD,
        *("BadDigest", "IncompleteBody", "OperationAborted", "RequestTimeout"),
        *("ThrottlingException", "XAmzContentSHA256Mismatch"),
    }
)
_PASSING_STATUSES = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
)
_REFUSED = frozenset(
    {
        *("AccessDenied", "ExpiredToken", "InvalidAccessKeyId", "InvalidToken"),
        *("SignatureDoesNotMatch", "Forbidden", "403", "401"),
    }
)
_NO_KEYS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    ProfileNotFound,
)


@contextmanager
def translated() -> Generator[None]:
    """Turn what S3 answers, or that it does not, into an error of the protocol.

    What it says to a bad request of ours stays as it is, to be found in the log.
    """
    try:
        yield
    except ClientError as error:
        if code(error) in _TOO_LARGE:
            raise InvalidParameterValue(
                f"The artifact store refuses the file: {code(error)}."
            ) from error
        if not _is_passing(error):
            raise
        raise OutOfReach(reason(error)) from error
    except ParamValidationError:
        raise
    except BotoCoreError as error:
        raise OutOfReach(reason(error)) from error


def code(error: ClientError) -> str:
    """S3's own name for an error; the status where an answer had no body."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status(error: ClientError) -> int:
    """HTTP status of the answer."""
    known = error.response.get("ResponseMetadata", {})
    return int(known.get("HTTPStatusCode", 0))


def is_missing(error: ClientError) -> bool:
    """Whether there is no object of that key."""
    return code(error) in ("404", "NoSuchKey", "NotFound")


def reason(error: Exception) -> str:
    """Why the bucket cannot be used, for admins."""
    if isinstance(error, _NO_KEYS):
        return _keys_missing(error)
    if isinstance(error, ClientError):
        if code(error) == NO_BUCKET:
            return "there is no such bucket; make it first"
        if code(error) in _REFUSED:
            return f"the keys are refused ({code(error)})"
        return f"it answers {code(error) or status(error)} ({_plain(error)})"
    return f"it cannot be reached ({_plain(error)})"


def _keys_missing(error: Exception) -> str:
    file = os.environ.get(_KEYS_FILE)
    if file and not os.access(file, os.R_OK):
        return f"{_KEYS_FILE}, {file}, cannot be read by uid {os.getuid()}"
    if file:
        return f"{_KEYS_FILE}, {file}, holds no keys ({_plain(error)})"
    return f"there are no keys; name a file with them by {_KEYS_FILE}"


def _is_passing(error: ClientError) -> bool:
    answered = status(error)
    return (
        code(error) in _PASSING
        or answered in _PASSING_STATUSES
        or answered >= HTTPStatus.INTERNAL_SERVER_ERROR
    )


def _plain(error: Exception) -> str:
    """In one line."""
    return " ".join(str(error).split())
