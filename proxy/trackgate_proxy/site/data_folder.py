"""Where everything of one installation lies, and with which modes."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

FOLDER_MODE = 0o700
SECRET_MODE = 0o600
# Linux, unix(7): sun_path holds 108 bytes, the last one a NUL.
SOCKET_PATH_BYTES = 107


class UnsafeFolder(ValueError):
    """A folder cannot be used as it is; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Folders of an installation that lie outside its data folder."""

    run: Path
    servers: Path
    artifacts: Path
    spool: Path


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The paths of one installation. Nothing here touches the disk.

    elsewhere  where some folders lie instead of below `root`; None: all are below it
    """

    root: Path
    elsewhere: Elsewhere | None = None

    @classmethod
    def at(cls, path: Path) -> DataFolder:
        """The folder at `path`, as an absolute path without links.

        Nginx refuses to serve files through links, so the path must hold none.
        """
        return cls(Path(os.path.realpath(path)))

    @property
    def artifacts(self) -> Path:
        return self.elsewhere.artifacts if self.elsewhere else self.root / "artifacts"

    @property
    def htpasswd(self) -> Path:
        return self.root / "auth" / "htpasswd"

    @property
    def nginx_config(self) -> Path:
        return self.root / "proxy" / "nginx.conf"

    @property
    def proxy_key_config(self) -> Path:
        return self.root / "proxy" / "proxy-key.conf"

    @property
    def tls(self) -> Path:
        return self.root / "proxy" / "tls"

    @property
    def run(self) -> Path:
        return self.elsewhere.run if self.elsewhere else self.root / "run"

    @property
    def servers(self) -> Path:
        """Sockets of the tracking servers, and the slots by which Nginx finds them."""
        return self.elsewhere.servers if self.elsewhere else self.run / "servers"

    def slot(self, number: int) -> Path:
        """A path that leads to a live server; numbers start at 1."""
        return self.servers / f"slot-{number:02d}.sock"

    @property
    def server_socket(self) -> Path:
        """Where a tracking server answers, as soon as there is one."""
        return self.slot(1)

    @property
    def verdict_socket(self) -> Path:
        return self.run / "verdict.sock"

    @property
    def verdict_cache(self) -> Path:
        return self.run / "verdict"

    @property
    def serving_socket(self) -> Path:
        """Where the keeper of served models reaches the tracking server."""
        return self.run / "serving.sock"

    @property
    def served_sockets(self) -> Path:
        """The folder of the sockets of served models, and of their keeper."""
        return self.run / "serve"

    @property
    def longest_served_socket(self) -> Path:
        """As long as any name there: a model's number, and its process's."""
        return self.served_sockets / "999-999999.sock"

    @property
    def served_models(self) -> Path:
        """The files of served models, for as long as they are served."""
        return self.root / "serve"

    @property
    def environments(self) -> Path:
        """The Python environments of served models, unless they are elsewhere."""
        return self.root / "environments"

    @property
    def nginx_pid(self) -> Path:
        return self.run / "nginx.pid"

    @property
    def up_lock(self) -> Path:
        return self.run / "up.lock"

    @property
    def address(self) -> Path:
        """The address of the running stack, one line; absent while it is down."""
        return self.run / "address"

    @property
    def restarts(self) -> Path:
        """How many replacements of the server are over, and how the last one ended."""
        return self.run / "restarts"

    @property
    def spool(self) -> Path:
        return self.elsewhere.spool if self.elsewhere else self.root / "spool"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def access_log(self) -> Path:
        return self.log / "access.json"

    @property
    def error_log(self) -> Path:
        return self.log / "error.log"

    @property
    def settings(self) -> Path:
        return self.root / "settings.json"

    @property
    def default_backend_store_uri(self) -> str:
        return f"sqlite:///{self.root / 'tracking.db'}"

    def folders(self) -> tuple[Path, ...]:
        """Every folder that is made beforehand, the data folder itself first.

        What runs elsewhere brings its own memory and sockets, and no log files.
        """
        kept = (
            self.root,
            self.artifacts,
            self.htpasswd.parent,
            self.nginx_config.parent,
            self.spool,
        )
        if self.elsewhere:
            return kept
        return (*kept, self.run, self.servers, self.verdict_cache, self.log)


def ensure_folders(data: DataFolder) -> None:
    """Make every folder, private to its owner (0700). May run twice.

    Raises UnsafeFolder for an existing folder that holds something else, because
    making, say, a home directory or /tmp private would lock others out of it; and
    where what lies elsewhere is not mounted.
    """
    _require_ours(data)
    for folder in data.folders():
        if data.elsewhere and not folder.parent.is_dir():
            raise UnsafeFolder(f"{folder} needs {folder.parent}: mount a volume there.")
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        if stat.S_IMODE(folder.stat().st_mode) != FOLDER_MODE:
            folder.chmod(FOLDER_MODE)


def _require_ours(data: DataFolder) -> None:
    if not data.root.exists():
        return
    if not data.root.is_dir():
        raise UnsafeFolder(f"{data.root} is not a folder.")
    is_private = stat.S_IMODE(data.root.stat().st_mode) == FOLDER_MODE
    if is_private or data.htpasswd.parent.is_dir() or not any(data.root.iterdir()):
        return
    raise UnsafeFolder(
        f"{data.root} holds other files and is open to others; a data folder is "
        f"private. Name a new folder, or run: chmod 700 {data.root}"
    )


def owner_of(path: Path) -> tuple[int, int]:
    """(uid, gid) of the nearest existing folder at or above `path`."""
    for folder in (path, *path.parents):
        if folder.exists():
            state = folder.stat()
            return state.st_uid, state.st_gid
    return os.geteuid(), os.getegid()
