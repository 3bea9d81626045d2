"""The installed Nginx."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from trackgate_proxy.site.data_folder import DataFolder

# Where it lies on systems whose ordinary accounts do not search there.
FURTHER_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")


class NginxError(RuntimeError):
    """Nginx is missing or refuses its config; the message says what to do."""


def find_nginx() -> str:
    """Path of the program. Raises NginxError with the fix when it is missing."""
    searched = os.pathsep.join((os.environ.get("PATH", ""), *FURTHER_FOLDERS))
    found = shutil.which("nginx", path=searched)
    if found is None:
        raise NginxError(
            "Nginx is not installed. Install it: apt-get install nginx-light"
        )
    return found


def nginx_command(data: DataFolder, config: Path) -> list[str]:
    """The command that runs Nginx in the foreground with this config."""
    # -e: until it has read its config, Nginx would log to where only root can write.
    log = "stderr" if data.elsewhere else str(data.error_log)
    return [find_nginx(), "-e", log, "-c", str(config)]


def check_config(data: DataFolder, config: Path) -> None:
    """Have Nginx read the config. Raises NginxError with its own words."""
    result = subprocess.run(  # noqa: S603 - our own command
        [*nginx_command(data, config), "-t", "-q"],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise NginxError(f"Nginx refuses its config:\n{result.stderr.strip()}")
