"""Large transfers show how far they are, to a person and to nobody else."""

from __future__ import annotations

import io

import pytest
from trackgate.progress import Progress

MIB = 1024 * 1024


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, total: int, *steps: int
) -> str:
    monkeypatch.setattr("sys.stderr", stream)
    with Progress("up large.bin", total) as progress:
        for step in steps:
            progress.advance(step)
    return stream.getvalue()


def test_a_person_sees_the_name_and_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, Terminal(), 8 * MIB, 4 * MIB, 4 * MIB)

    assert "up large.bin" in text
    assert "8 of 8 MiB" in text


def test_a_log_file_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, io.StringIO(), 8 * MIB, 8 * MIB) == ""


def test_small_files_are_not_worth_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, Terminal(), MIB, MIB) == ""
