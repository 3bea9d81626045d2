"""The one place where passwords are checked, and the cache of its verdicts.

Nginx computes a password's hash again for each request, inside its event loop, so
the check sits in an inner server and its answers are kept for a few seconds.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from trackgate_proxy.config.text import block, comment, quoted, section
from trackgate_proxy.site.data_folder import (
    FOLDER_MODE,
    DataFolder,
    UnsafeFolder,
    owner_of,
)
from trackgate_proxy.site.settings import ProxySettings

REALM = "Trackgate"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only a private folder below it


def verdict_zones(settings: ProxySettings) -> str:
    """http-level directives: limits on attempts and the cache."""
    ttl_s = settings.verdict_ttl_s
    return "\n".join(
        (
            section(
                "These two count cache misses only: an honest client needs about 0.1 a "
                "second, a guesser gets no further. The second caps the hashing that "
                "one address can cause.",
                "limit_req_zone $http_x_real_ip$remote_user zone=login:2m rate=1r/s;",
                "limit_req_zone $http_x_real_ip zone=addr:2m rate=10r/s;",
            ),
            section(
                "The cache's key is the credentials themselves, so the folder is "
                "private and its files never lie elsewhere. A verdict that nobody asks "
                "for is dropped when it expires, for a stale one may answer once.",
                f"proxy_cache_path {quoted(settings.verdicts)} levels=1 "
                f"keys_zone=verdict:1m max_size=4m inactive={ttl_s}s "
                "use_temp_path=off;",
            ),
        )
    )


def verdict_upstream(settings: ProxySettings) -> str:
    address = quoted(f"unix:{settings.data.verdict_socket}")
    return block("upstream trackgate_verdict", f"server {address};")


def verdict_server(settings: ProxySettings) -> str:
    """The inner server: 204 and the name, 401, or 403 for too many attempts."""
    return section(
        "The only place that hashes passwords.",
        block(
            "server",
            f"listen {quoted(f'unix:{settings.data.verdict_socket}')};",
            "access_log off;",
            comment("A credential that fitted into the outer request fits here too."),
            "large_client_header_buffers 4 16k;",
            block(
                "location /",
                "limit_req zone=login burst=10 nodelay;",
                "limit_req zone=addr burst=40 nodelay;",
                "limit_req_status 429;",
                comment("auth_request passes on 401 and 403 only."),
                "error_page 429 =403 @limited;",
                comment("Known and unknown names take the same time to be refused."),
                "auth_delay 1s;",
                f'auth_basic "{REALM}";',
                f"auth_basic_user_file {quoted(settings.data.htpasswd)};",
                comment("Not `return`: that would run before the password is checked."),
                "try_files /nonexistent @verified;",
            ),
            block(
                "location @verified",
                "auth_basic off;",
                "add_header X-Verified-User $remote_user always;",
                "return 204;",
            ),
            block(
                "location @limited",
                "add_header X-Verdict-Limited 1 always;",
                "return 403;",
            ),
        ),
    )


def verdict_location(settings: ProxySettings) -> str:
    """The outer server's way to the inner one, with the cache.

    The three directives about validity and staleness belong together: without the
    stored 401 a removed person would be let in by the stale verdict for ever.
    """
    return block(
        "location = /_verdict",
        "internal;",
        "auth_request off;",
        comment(
            "Without a password there is nothing to check: no hash, no delay, and no "
            "use of the address's budget of attempts."
        ),
        'if ($http_authorization = "") { return 401; }',
        comment("The size of an upload is judged in its own location."),
        "client_max_body_size 0;",
        "proxy_pass http://trackgate_verdict/;",
        "proxy_pass_request_headers off;",
        "proxy_pass_request_body off;",
        'proxy_set_header Content-Length "";',
        "proxy_set_header Host verdict;",
        "proxy_set_header Authorization $http_authorization;",
        "proxy_set_header X-Real-IP $remote_addr;",
        "proxy_cache verdict;",
        "proxy_cache_key $http_authorization;",
        "proxy_cache_lock on;",
        f"proxy_cache_valid 204 {settings.verdict_ttl_s}s;",
        "proxy_cache_valid 401 2s;",
        "proxy_cache_use_stale updating;",
    )


def choose_verdict_cache(data: DataFolder) -> Path:
    """A private folder in memory for this data folder, made if needed.

    Falls back to the data folder's own run/verdict where /dev/shm is no tmpfs.
    Raises UnsafeFolder when somebody else has put something at that name.
    """
    if not os.path.ismount(SHARED_MEMORY):
        return data.verdict_cache
    folder = memory_cache(data)
    try:
        folder.mkdir(mode=FOLDER_MODE)
    except FileExistsError:
        _require_private(folder)
    except OSError:
        return data.verdict_cache
    return folder


def memory_cache(data: DataFolder) -> Path:
    """The name of the data folder's cache in shared memory.

    Raises FileNotFoundError when there is no data folder.
    """
    state = data.root.stat()
    return SHARED_MEMORY / (
        f"trackgate-{state.st_uid}-{state.st_dev:x}-{state.st_ino:x}"
    )


def forget_verdicts(data: DataFolder) -> None:
    """Empty the cache, so that a changed list of people counts at once.

    Nginx asks again when a verdict's file is gone. Where the cache is not on this
    machine, verdicts run out by themselves after their time.
    """
    uid, _ = owner_of(data.root)
    for folder in (memory_cache(data), data.verdict_cache):
        if _is_private_folder(folder, uid):
            for place, _, names in os.walk(folder):
                for name in names:
                    Path(place, name).unlink(missing_ok=True)


def _require_private(folder: Path) -> None:
    if not _is_private_folder(folder, os.geteuid()):
        raise UnsafeFolder(
            f"{folder} is not a private folder of this account (mode 0700). "
            "Remove it and start again."
        )


def _is_private_folder(folder: Path, uid: int) -> bool:
    try:
        state = folder.lstat()
    except FileNotFoundError:
        return False
    return (
        stat.S_ISDIR(state.st_mode)
        and state.st_uid == uid
        and stat.S_IMODE(state.st_mode) == FOLDER_MODE
    )
