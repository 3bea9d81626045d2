"""The database's password, kept in a file as orchestrators hand secrets out."""

from __future__ import annotations

from pathlib import Path


def password_in(path: Path) -> str:
    """The first line of a file.

    Raises ValueError, which names the file and never shows what it holds.
    """
    try:
        with path.open(encoding="utf-8") as file:
            password = file.readline().rstrip("\r\n")
    except OSError as error:
        raise ValueError(
            f"The database's password cannot be read from {path}: {error.strerror}."
        ) from error
    except UnicodeDecodeError:
        # Its traceback would show the bytes.
        raise ValueError(
            f"The database's password cannot be read from {path}: not UTF-8 text."
        ) from None
    if not password:
        raise ValueError(
            f"The first line of {path} is empty; it should be the database's password."
        )
    return password
