"""One line for each request, without what must not stand in a log."""

from __future__ import annotations

import re

from trackgate_proxy.config.text import quoted, section, table
from trackgate_proxy.site.settings import ProxySettings

_LOG_FIELDS = {
    "time": "$time_iso8601",
    "request_id": "$request_id",
    "address": "$remote_addr",
    "user": "$tg_user",
    "method": "$request_method",
    "path": "$tg_logged_path",
    # What the request was about, as the server says: most calls name it in the body.
    "target": "$upstream_http_x_trackgate_target",
    "status": "$status",
    "request_bytes": "$request_length",
    "answer_bytes": "$body_bytes_sent",
    "server": "$upstream_addr",
    "duration_s": "$request_time",
    "server_duration_s": "$upstream_response_time",
    "agent": "$http_user_agent",
}


def access_log(settings: ProxySettings) -> str:
    """The directives; a line is one JSON object."""
    fields = ",".join(f'"{name}":"{value}"' for name, value in _LOG_FIELDS.items())
    signed = f"{settings.static_prefix}/signed/"
    target = "/dev/stdout"
    if not settings.log_to_streams:
        target = quoted(settings.data.access_log)
    return section(
        "No query, no referer and no credentials; a signed link is a credential.",
        table(
            '"$tg_signed_path $request_uri"',
            "$tg_logged_path",
            {
                "default": '""',
                '"~^[^ ]"': f"{signed}...",
                f'"~^ {re.escape(signed)}"': f"{signed}...",
                '"~^ (?<tg_path>[^?#]*)"': "$tg_path",
            },
        ),
        f"log_format trackgate escape=json {quoted('{' + fields + '}')};",
        f"access_log {target} trackgate;",
    )
