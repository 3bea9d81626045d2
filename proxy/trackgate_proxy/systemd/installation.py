"""What the units depend on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trackgate_proxy.site.data_folder import DataFolder

_STATE = Path("/var/lib")


@dataclass(frozen=True, slots=True)
class Programs:
    """Absolute paths of what the units start.

    trackgate  the words that start our own command, `systemd` and the like behind
    """

    trackgate: tuple[str, ...]
    python: str
    nginx: str
    flock: str


@dataclass(frozen=True, slots=True)
class Installation:
    """What the units depend on; the programs read all else from the settings file.

    servers            instances trackgate-server@1 to @servers
    leaves_machine     whether the server talks to a database or store by network
    privileged_port    whether Nginx listens below port 1024
    """

    data: DataFolder
    programs: Programs
    settings_file: Path
    account: str
    servers: int
    leaves_machine: bool
    privileged_port: bool

    @property
    def has_state_directory(self) -> bool:
        """Whether systemd makes the data folder, and gives it to the account."""
        return self.data.root.parent == _STATE
