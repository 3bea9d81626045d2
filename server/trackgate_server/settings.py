"""Everything that can be set, read once at the start and handed down."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

PREFIX = "TRACKGATE_"


def setting(default: Any, meaning: str) -> Any:
    """A field of `Settings`: its default and its line in the reference table."""
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class Settings:
    """One running server. Each field has a flag and an environment twin.

    `data_dir` gives the defaults of the database, the artifacts and the spool.
    """

    data_dir: Path = setting(Path("data"), "Folder that holds everything.")
    backend_store_uri: str = setting(
        "", "Database; sqlite:///DATA_DIR/tracking.db if empty."
    )
    backend_store_password_file: str = setting(
        "", "File with the database's password, where the URI holds none."
    )
    snapshot: bool = setting(
        True, "Keep a copy of the database before it is brought to a newer schema."
    )
    snapshots_dir: str = setting(
        "",
        "Folder of PostgreSQL's copies, DATA_DIR if empty; SQLite's lie beside the"
        " database.",
    )
    artifacts_destination: str = setting(
        "",
        "Folder of artifacts' bytes, or s3://BUCKET/PREFIX; DATA_DIR/artifacts if"
        " empty.",
    )
    s3_endpoint: str = setting(
        "", "Address of an S3-compatible store; Amazon's own if empty."
    )
    host: str = setting("127.0.0.1", "Address to listen on, without --socket.")
    port: int = setting(5000, "Port to listen on, without --socket.")
    socket: str = setting("", "Unix socket to listen on; its folder protects it.")
    slots_dir: str = setting(
        "",
        "Folder in which to listen on a socket of its own and take slots of the proxy.",
    )
    slots: int = setting(12, "Slots in that folder, shared by all its servers.")
    workers: int = setting(2, "Processes.")
    threads: int = setting(8, "Threads of each process.")
    static_prefix: str = setting("", "Path below which everything is served.")
    user_header: str = setting("X-Trackgate-User", "Header in which the proxy names.")
    proxy_key_file: str = setting(
        "", "File with the key the proxy must send where it connects by TCP."
    )
    accel_prefix: str = setting(
        "", "Internal location from which the proxy sends artifacts' bytes."
    )
    body_spool: str = setting(
        "", "Folder in which the proxy leaves uploaded bodies for the server to take."
    )
    public_url: str = setting(
        "",
        "Address people use, for links; the request's own host if empty. A path in it"
        " is the static prefix.",
    )
    served_models: str = setting(
        "",
        "Addresses of the models that the proxy answers for below /serve, apart by"
        " spaces; pages show them and lead there.",
    )
    people_dir: str = setting(
        "",
        "The proxy's data folder, where `trackgate users` keeps people; with it admins"
        " add and remove people on a page.",
    )
    truncate_long_values: bool = setting(
        True,
        "Cut parameters and run tags at their limit, as the peer does; off: refuse.",
    )

    @property
    def database_uri(self) -> str:
        """Where runs are kept."""
        if self.backend_store_uri:
            return self.backend_store_uri
        return f"sqlite:///{self.data_dir.absolute() / 'tracking.db'}"

    @property
    def snapshot_folder(self) -> Path:
        """Where copies of a PostgreSQL database are kept."""
        return Path(self.snapshots_dir or self.data_dir).absolute()

    def __post_init__(self) -> None:
        """Raises ValueError for numbers with which nobody would be served."""
        for name, value in (("WORKERS", self.workers), ("THREADS", self.threads)):
            if value < 1:
                raise ValueError(f"{PREFIX}{name}={value} is too few; set 1 or more.")

    @property
    def artifacts_in_s3(self) -> bool:
        """Whether artifacts' bytes are kept in a bucket, not in a folder."""
        return self.artifacts_destination.startswith("s3://")

    @property
    def artifact_root(self) -> Path:
        """Folder of artifacts' bytes, where they are not in S3."""
        given = self.artifacts_destination
        return Path(given) if given else self.data_dir.absolute() / "artifacts"

    @property
    def behind_proxy(self) -> bool:
        """Whether a proxy says who is calling."""
        return bool(self.socket or self.slots_dir or self.proxy_key_file)


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings as `TRACKGATE_…` variables give them; raises ValueError naming one."""
    given: dict[str, Any] = {}
    for item in dataclasses.fields(Settings):
        name = PREFIX + item.name.upper()
        text = environ.get(name)
        if text is not None:
            given[item.name] = _parsed(name, text, item.default)
    return Settings(**given)


def remembering(settings: Settings) -> Settings:
    """The same settings, with the database the data folder remembers if none is set.

    It remembers the one it was started with (`settings.json`), so that later commands
    need not name it again.
    """
    if settings.backend_store_uri:
        return settings
    return dataclasses.replace(
        settings, backend_store_uri=remembered_store(settings.data_dir) or ""
    )


def with_public_path(settings: Settings) -> Settings:
    """The same settings, with the path in the public address as the static prefix.

    Raises ValueError where both are given and differ.
    """
    parts = urlsplit(settings.public_url)
    prefix = parts.path.rstrip("/")
    if not prefix:
        return settings
    if settings.static_prefix not in ("", prefix):
        raise ValueError(
            f"The public address {settings.public_url!r} ends with another path than"
            f" the static prefix {settings.static_prefix!r}; leave one of them out."
        )
    origin = f"{parts.scheme}://{parts.netloc}"
    return dataclasses.replace(settings, public_url=origin, static_prefix=prefix)


def remembered_store(data_dir: Path) -> str | None:
    """The database URI in the folder's `settings.json`, if there is one."""
    try:
        text = (data_dir / "settings.json").read_text()
    except FileNotFoundError:
        return None
    known = cast(dict[str, object], json.loads(text))
    uri = known.get("backend_store_uri")
    return uri if isinstance(uri, str) else None


def _parsed(name: str, text: str, default: object) -> object:
    if isinstance(default, bool):
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off"):
            return False
        raise ValueError(f"{name}={text!r} is neither true nor false.")
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError as error:
            raise ValueError(f"{name}={text!r} is not a whole number.") from error
    return Path(text) if isinstance(default, Path) else text
