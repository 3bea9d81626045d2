"""How the proxy's own answers are written into the config."""

from __future__ import annotations

import json
import re

from trackgate_proxy.config.error_answers import ATTEMPTS, ErrorAnswer, error_answers
from trackgate_proxy.config.text import block, quoted, section, table
from trackgate_proxy.site.settings import MIB, ProxySettings

_CREDENTIALS = (
    "Set TRACKING_USERNAME and TRACKING_PASSWORD (stock MLflow clients: "
    "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD)"
)
# Of a served model, or the list of all; as they are sent.
_MODEL_PATHS = r"serve(/|\?|$)|(invocations|ping)(\?|$)"
# Variables that choose among several answers to one status.
_CHOSEN = {"403": "$tg_denial", "497": "$tg_plain_http"}
_BAD_LINK = "This link is wrong or has expired; ask the server for a new one."


def error_maps(settings: ProxySettings) -> str:
    """The maps that choose an answer's form and words."""
    return "\n".join(
        (_form_maps(settings), _unauthenticated_map(), _forbidden_maps(), _challenge())
    )


def _form_maps(settings: ProxySettings) -> str:
    root = f"^({re.escape(settings.static_prefix)})?"
    uploads = (
        f"{root}/(signed/|(api|ajax-api)/[23]\\.0/"
        "(mlflow-artifacts/artifacts/|mlflow/upload-artifact))"
    )
    return section(
        "$request_uri is the path as it was sent; $uri changes on the way.",
        table(
            "$request_uri",
            "$tg_form",
            {
                "default": "page",
                f'"~{root}/(api|ajax-api|signed)/"': "json",
                **_of_models(settings, "model"),
            },
        ),
        table(
            "$request_uri",
            "$tg_is_signed",
            {"default": '""', f'"~{root}/signed/"': "signed"},
        ),
        table(
            "$request_uri",
            "$tg_body_limit",
            {
                "default": quoted(_size(settings.api_body_bytes)),
                f'"~{uploads}"': quoted(_size(settings.artifact_body_bytes)),
                **_of_models(settings, quoted(_size(settings.serve_body_bytes))),
            },
        ),
    )


def _of_models(settings: ProxySettings, value: str) -> dict[str, str]:
    """The row of a map from the path for served models; none without any."""
    if not settings.served:
        return {}
    root = f"^({re.escape(settings.static_prefix)})?"
    return {f'"~{root}/({_MODEL_PATHS})"': value}


def _unauthenticated_map() -> str:
    wrong = (
        f"The user name or the password is not right. {_CREDENTIALS} to what your "
        "admin gave you; an admin makes a new password with: "
        "trackgate users passwd NAME"
    )
    missing = (
        "This server needs a user name and a password, and none were sent. "
        f"{_CREDENTIALS}; an admin adds people with: trackgate users add NAME"
    )
    return table(
        '"$tg_is_signed:$http_authorization"',
        "$tg_unauthenticated",
        {
            "default": quoted(wrong),
            '":"': quoted(missing),
            '"~^signed:"': quoted(_BAD_LINK),
        },
    )


def _forbidden_maps() -> str:
    nobody = (
        "The proxy refuses this. If everybody is refused, the list of people is "
        "missing: add somebody with trackgate users add NAME"
    )
    cross_site = (
        "This change was sent by a page of another site. Send it from this site or "
        "from a client; if this is the site, start the server with --public-url and "
        "the address in the browser."
    )
    return "\n".join(
        (
            table(
                '"$tg_cross_site:$tg_is_signed"',
                "$tg_forbidden",
                {
                    "default": quoted(nobody),
                    '"~^1:"': quoted(cross_site),
                    '"0:signed"': quoted(_BAD_LINK),
                },
            ),
            section(
                "auth_request cannot say 429, so the inner server marks its 403.",
                table("$tg_limited", "$tg_denial", {"default": "403", "1": ATTEMPTS}),
            ),
        )
    )


def _challenge() -> str:
    return section(
        "After a wrong password the inner server brings its own challenge; the holder "
        "of a link has no password to be asked for.",
        table(
            '"$tg_is_signed$sent_http_www_authenticate"',
            "$tg_challenge",
            {
                "default": '""',
                '""': quoted('Basic realm="Trackgate", charset="UTF-8"'),
            },
        ),
    )


def error_pages(settings: ProxySettings) -> str:
    """The directives that lead each status to its answer.

    Their `=` lets the answer's own status stand.
    """
    lines = [
        f"error_page {' '.join(map(str, answer.nginx_statuses))} "
        f"= @${{tg_form}}_{_target(answer)};"
        for answer in error_answers(settings)
        if answer.nginx_statuses
    ]
    return section(
        "Only what Nginx itself answers; errors of the server keep their body.",
        "proxy_intercept_errors off;",
        *lines,
    )


def _target(answer: ErrorAnswer) -> str:
    return _CHOSEN.get(answer.name, answer.name)


def error_locations(settings: ProxySettings, headers: str) -> str:
    """The named locations, one for each answer's form; `headers` are the site's own."""
    forms = ("json", "page", "model") if settings.served else ("json", "page")
    return "\n\n".join(
        _location(form, answer, headers)
        for answer in error_answers(settings)
        for form in forms
    )


def _location(form: str, answer: ErrorAnswer, headers: str) -> str:
    media_type, body = (
        ('"text/html; charset=utf-8"', _page(answer))
        if form == "page"
        else ("application/json", _json(answer, form))
    )
    return block(
        f"location @{form}_{answer.name}",
        f"default_type {media_type};",
        headers,
        *answer.headers,
        f"return {answer.status} {quoted(body)};",
    )


def _json(answer: ErrorAnswer, form: str) -> str:
    message = answer.of_model if form == "model" and answer.of_model else answer.message
    return json.dumps({"error_code": answer.error_code, "message": message})


def _page(answer: ErrorAnswer) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{answer.title}</title><h1>{answer.title}</h1>"
        f"<p>{answer.message}</p></html>"
    )


def _size(size_bytes: int) -> str:
    if size_bytes % MIB:
        return f"{size_bytes:,} bytes"
    return f"{size_bytes // MIB:,} MiB"
