"""What the environment says about how to reach the server.

Read once into a frozen object that is handed down; nothing here is read while a
module is imported. `docs/client.md` lists the same table, and a test compares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from trackgate.errors import BadSetting

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


def setting(default: object, *names: str, meaning: str) -> Any:
    """A field that the first set variable of `names` fills.

    It is typed as whatever the field says, as `dataclasses.field` is.
    """
    return field(default=default, metadata={"names": names, "meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the client behaves; times in seconds, sizes in bytes."""

    tracking_uri: str | None = setting(
        None,
        "TRACKING_URI",
        "MLFLOW_TRACKING_URI",
        meaning="Address of the server, such as https://track.example.",
    )
    experiment_name: str | None = setting(
        None,
        "MLFLOW_EXPERIMENT_NAME",
        meaning="Experiment of new runs, made if it does not exist.",
    )
    experiment_id: str | None = setting(
        None, "MLFLOW_EXPERIMENT_ID", meaning="Experiment of new runs, by its id."
    )
    run_id: str | None = setting(
        None, "MLFLOW_RUN_ID", meaning="Run that the first start_run resumes."
    )
    active_model_id: str | None = setting(
        None,
        "MLFLOW_ACTIVE_MODEL_ID",
        meaning="Logged model that metrics without a model's id belong to.",
    )
    insecure_tls: bool = setting(
        False,
        "TRACKING_INSECURE_TLS",
        "MLFLOW_TRACKING_INSECURE_TLS",
        meaning="Take any certificate. For experiments only.",
    )
    server_cert_path: str | None = setting(
        None,
        "TRACKING_SERVER_CERT_PATH",
        "MLFLOW_TRACKING_SERVER_CERT_PATH",
        meaning="File of certificates to trust instead of the usual ones.",
    )
    client_cert_path: str | None = setting(
        None,
        "TRACKING_CLIENT_CERT_PATH",
        "MLFLOW_TRACKING_CLIENT_CERT_PATH",
        meaning="File with the client's own certificate and key.",
    )
    timeout_s: float = setting(
        120.0,
        "TRACKING_TIMEOUT",
        "MLFLOW_HTTP_REQUEST_TIMEOUT",
        meaning="Longest silence of the server in seconds.",
    )
    connect_timeout_s: float = setting(
        10.0,
        "TRACKING_CONNECT_TIMEOUT",
        meaning="Longest wait for a connection in seconds.",
    )
    max_retries: int = setting(
        7,
        "TRACKING_MAX_RETRIES",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES",
        meaning="How often a failed request is sent again.",
    )
    backoff_factor_s: float = setting(
        2.0,
        "TRACKING_BACKOFF_FACTOR",
        "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR",
        meaning="Doubled for each wait between two attempts, in seconds.",
    )
    backoff_jitter_s: float = setting(
        1.0,
        "TRACKING_BACKOFF_JITTER",
        "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER",
        meaning="Up to so many random seconds more.",
    )
    respect_retry_after: bool = setting(
        True,
        "TRACKING_RESPECT_RETRY_AFTER",
        "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER",
        meaning="Wait as long as the server asks, two minutes at most.",
    )
    async_logging: bool = setting(
        False,
        "TRACKING_ASYNC_LOGGING",
        "MLFLOW_ENABLE_ASYNC_LOGGING",
        meaning="Send in the background unless a call says otherwise.",
    )
    queue_capacity: int = setting(
        100_000,
        "TRACKING_QUEUE_CAPACITY",
        meaning="Values that wait in memory before a call has to wait too.",
    )
    exit_flush_s: float = setting(
        20.0,
        "TRACKING_EXIT_FLUSH",
        meaning="How long a signalled program still sends what waits, in seconds.",
    )
    spool_dir: str | None = setting(
        None,
        "TRACKGATE_SPOOL",
        meaning="Folder for what could not be sent; ~/.cache/trackgate/spool.",
    )
    environments_dir: str | None = setting(
        None,
        "TRACKGATE_ENVIRONMENTS",
        meaning="Folder for built environments; ~/.cache/trackgate/environments.",
    )
    allow_pickles: bool = setting(
        True,
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION",
        meaning="Load models whose files can run code, such as pickles.",
    )
    transfer_threads: int = setting(
        8, "TRACKING_TRANSFER_THREADS", meaning="Files or parts in flight at once."
    )
    multipart_threshold: int = setting(
        512 * 1024 * 1024,
        "TRACKING_MULTIPART_THRESHOLD",
        meaning="Files of at least so many bytes go up in parts.",
    )
    multipart_part_size: int = setting(
        64 * 1024 * 1024,
        "TRACKING_MULTIPART_PART_SIZE",
        meaning="Bytes of one part.",
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read every setting; raises BadSetting naming a variable that is wrong."""
        given: dict[str, object] = {}
        for item in fields(cls):
            found = first_set(environment, item.metadata["names"])
            if found is not None:
                given[item.name] = _read(*found, item.default)
        return cls(**given)  # type: ignore[arg-type]  # _read keeps the types


def first_set(
    environment: Mapping[str, str], names: tuple[str, ...]
) -> tuple[str, str] | None:
    """The first variable of `names` that is set and not empty, with its value."""
    for name in names:
        value = environment.get(name)
        if value:
            return name, value
    return None


def _read(name: str, text: str, default: object) -> object:
    """`text` as the type of `default`; None stands for text."""
    if isinstance(default, bool):
        return _read_switch(name, text)
    if isinstance(default, int):
        return _read_number(name, text, int)
    if isinstance(default, float):
        return _read_number(name, text, float)
    return text


def _read_switch(name: str, text: str) -> bool:
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise BadSetting(f"{name} is {text!r}; it must be true or false.")


def _read_number(
    name: str, text: str, kind: Callable[[str], int | float]
) -> int | float:
    try:
        number = kind(text)
    except ValueError:
        raise BadSetting(f"{name} is {text!r}; it must be a number.") from None
    if number < 0:
        raise BadSetting(f"{name} is {text!r}; it must not be negative.")
    return number
