"""Where a password comes from that is not made here: a pipe or a keyboard."""

from __future__ import annotations

import sys

import click

from trackgate_proxy.people.htpasswd import PeopleError


def read_password(stdin: bool, prompt: bool, confirm: bool = True) -> str | None:
    """A password that the person at the keyboard or a pipe gave, else None."""
    if stdin and prompt:
        raise click.UsageError("--password-stdin and --prompt exclude each other.")
    if stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise PeopleError("Standard input held no password.")
        return password
    if prompt:
        return click.prompt("Password", hide_input=True, confirmation_prompt=confirm)
    return None
