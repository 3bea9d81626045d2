"""Training scripts that run as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Programs:
    """Starts scripts with nothing but the server's address in their environment."""

    address: str
    folder: Path

    def start(self, text: str, **variables: str) -> subprocess.Popen[str]:
        """Run a script; its output can be read while it runs."""
        script = self.folder / "script.py"
        script.write_text(dedent(text))
        return subprocess.Popen(
            # Started in the background of a shell, these tests ignore Ctrl-C, and so
            # would what they start.
            ["env", "--default-signal", sys.executable, str(script)],
            env=self.environment(**variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, text: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a script to its end."""
        process = self.start(text, **variables)
        output, errors = process.communicate(timeout=TIMEOUT_S)
        return subprocess.CompletedProcess(
            process.args, process.returncode, output, errors
        )

    def environment(self, **variables: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME")}
        return kept | {"TRACKING_URI": self.address} | variables
