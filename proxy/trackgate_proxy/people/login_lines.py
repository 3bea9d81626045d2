"""What a person is told to log in, in the form that a shell takes."""

from __future__ import annotations


def login_lines(address: str, name: str, password: str) -> list[str]:
    """The variables of a client; the password is kept nowhere else."""
    return [
        f"export TRACKING_URI={address}",
        f"export TRACKING_USERNAME={name}",
        f"export TRACKING_PASSWORD={password}",
    ]
