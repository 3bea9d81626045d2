"""Interpreters of other environments, which run programs for tests."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_FORKING = Path(__file__).with_name("forking.py")
_TIMEOUT_S = 180

Ended = subprocess.CompletedProcess[str]


@dataclass(frozen=True, slots=True)
class FreshInterpreter:
    """Starts anew for each program, as a user's does."""

    python: Path

    def run(
        self,
        program: Path,
        *arguments: str | Path,
        environment: Mapping[str, str],
        folder: Path,
        given: str = "",
    ) -> Ended:
        """What becomes of a program; raises TimeoutExpired after three minutes.

        environment  all of its variables
        folder       where it is run
        given        its standard input
        """
        return subprocess.run(
            [self.python, program, *arguments],
            env=dict(environment),
            cwd=folder,
            input=given,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )


class ReadyInterpreter:
    """Has imported what takes seconds, and runs each program in a copy of itself.

    A copy is a process of its own: nothing is left of one program to the next. This
    interpreter ends with the tests, even if they are killed.

    python    the interpreter
    modules   what it imports at once
    settings  further variables for that
    """

    def __init__(
        self, python: Path, modules: Sequence[str], settings: Mapping[str, str]
    ) -> None:
        self._process = subprocess.Popen(
            [python, _FORKING, *modules],
            env={**os.environ, **settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(
        self,
        program: Path,
        *arguments: str | Path,
        environment: Mapping[str, str],
        folder: Path,
        given: str = "",
    ) -> Ended:
        """As a fresh one, but after three minutes the program is killed by SIGALRM."""
        with tempfile.TemporaryDirectory() as scratch:
            files = {name: Path(scratch, name) for name in ("given", "said", "errors")}
            for name, file in files.items():
                file.write_text(given if name == "given" else "")
            code = self._ask(
                program=str(program),
                arguments=[str(one) for one in arguments],
                environment=dict(environment),
                folder=str(folder),
                timeout_s=_TIMEOUT_S,
                **{name: str(file) for name, file in files.items()},
            )
            said, errors = files["said"].read_text(), files["errors"].read_text()
        return subprocess.CompletedProcess([str(program)], code, said, errors)

    def _ask(self, **asked: object) -> int:
        """The exit code of what `forking.py` is asked for."""
        asking, answers = self._process.stdin, self._process.stdout
        assert asking is not None
        assert answers is not None
        asking.write(json.dumps(asked) + "\n")
        asking.flush()
        return int(answers.readline())


Interpreter = FreshInterpreter | ReadyInterpreter
