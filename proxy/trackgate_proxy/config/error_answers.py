"""What Nginx itself answers when it refuses a request or the server is away.

On API paths the body has the protocol's shape, `{"error_code", "message"}`, because
stock clients report anything else as a broken proxy; elsewhere it is a small page.
Each message names the fix. Errors of the server pass through untouched. A request
that is not even HTTP gets Nginx's own 400, for it has no path to judge by.
"""

from __future__ import annotations

from dataclasses import dataclass

from trackgate_proxy.config.rules import METHODS
from trackgate_proxy.config.text import quoted
from trackgate_proxy.site.settings import ProxySettings

RETRY_AFTER_S = 2
# The table's row for too many wrong passwords: no status of Nginx leads to it alone.
ATTEMPTS = "attempts"
_CHALLENGE = "add_header WWW-Authenticate $tg_challenge always;"
_RETRY_AFTER = f"add_header Retry-After {RETRY_AFTER_S} always;"


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """One refusal.

    name            part of the names of its locations
    status          what the client gets
    message         plain text without quotes, angle brackets or `&`, so it means the
                    same in JSON, in HTML and in the config; may hold ${variables}
    nginx_statuses  those that lead here
    headers         further add_header directives
    of_model        the message where a served model was asked, if it differs
    """

    name: str
    status: int
    title: str
    error_code: str
    message: str
    nginx_statuses: tuple[int, ...] = ()
    headers: tuple[str, ...] = ()
    of_model: str = ""

    def __post_init__(self) -> None:
        for message in (self.message, self.of_model):
            if set(message) & set("\"'<>&\\"):
                raise ValueError(f"This message needs escaping: {message}")


_HTTPS_NEEDED = ErrorAnswer(
    "497",
    400,
    "HTTPS Needed",
    "BAD_REQUEST",
    "This port speaks HTTPS: write https:// in TRACKING_URI. A password sent without "
    "it has crossed the network in clear; change it.",
    (497,),
)


def _not_found_message(settings: ProxySettings) -> str:
    if settings.static_prefix:
        return f"Nothing is here: this site lives below {settings.static_prefix}/"
    return "Nothing is here."


def error_answers(settings: ProxySettings) -> list[ErrorAnswer]:
    """All answers of the proxy itself, in order of their status."""
    log = "log/error.log in the data folder"
    if settings.log_to_streams:
        log = "The log of the proxy"
    return [
        ErrorAnswer(
            "401",
            401,
            "Unauthorized",
            "UNAUTHENTICATED",
            "${tg_unauthenticated}",
            (401,),
            (_CHALLENGE,),
        ),
        ErrorAnswer(
            "403", 403, "Forbidden", "PERMISSION_DENIED", "${tg_forbidden}", (403,)
        ),
        ErrorAnswer(
            "404",
            404,
            "Not Found",
            "ENDPOINT_NOT_FOUND",
            _not_found_message(settings),
            (404,),
        ),
        ErrorAnswer(
            "405",
            405,
            "Method Not Allowed",
            "BAD_REQUEST",
            f"This method is not used here; allowed are {', '.join(METHODS)}.",
            (405,),
            (f"add_header Allow {quoted(', '.join(METHODS))} always;",),
        ),
        ErrorAnswer(
            "413",
            413,
            "Content Too Large",
            "INVALID_PARAMETER_VALUE",
            "The request body is too large: at most ${tg_body_limit} are allowed here. "
            "Send smaller batches, and large data as artifacts.",
            (413,),
            of_model="The input is too large: at most ${tg_body_limit} are allowed "
            "here. Send fewer rows at once.",
        ),
        ErrorAnswer(
            "421",
            421,
            "Misdirected Request",
            "BAD_REQUEST",
            "This server does not answer to that host name. Use the address it was "
            "set up with, or start it with --public-url and the address in use.",
            (421,),
        ),
        ErrorAnswer(
            "429",
            429,
            "Too Many Requests",
            "REQUEST_LIMIT_EXCEEDED",
            "Too many requests of this address at once: at most "
            f"{settings.connections_per_address} may be under way. Wait and try again.",
            (429,),
            (_RETRY_AFTER,),
        ),
        ErrorAnswer(
            ATTEMPTS,
            429,
            "Too Many Attempts",
            "REQUEST_LIMIT_EXCEEDED",
            "Too many passwords were tried from this address. Wait a few seconds, then "
            "check TRACKING_USERNAME and TRACKING_PASSWORD (stock MLflow clients: "
            "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD).",
            (),
            (_RETRY_AFTER,),
        ),
        *([_HTTPS_NEEDED] if settings.tls else []),
        ErrorAnswer(
            "502",
            502,
            "Bad Gateway",
            "TEMPORARILY_UNAVAILABLE",
            "The tracking server did not answer: it is starting, restarting or down. "
            "Try again in a moment; its log says more.",
            (502,),
            (_RETRY_AFTER,),
            "The model did not answer: its process is starting again or is down. Try "
            f"again in a moment; {settings.static_prefix}/serve says more.",
        ),
        ErrorAnswer(
            "500",
            503,
            "Service Unavailable",
            "TEMPORARILY_UNAVAILABLE",
            "The proxy could not serve the request: the server is away, the disk of "
            "the data folder is full, or a file there cannot be read. "
            f"{log} says which.",
            (500, 503, 507),
            (_RETRY_AFTER,),
        ),
        ErrorAnswer(
            "504",
            504,
            "Gateway Timeout",
            "DEADLINE_EXCEEDED",
            "The tracking server took too long: it was silent for "
            f"{settings.api_timeout_s} s ({settings.upload_timeout_s} s for uploads). "
            "Ask for less at once, or try again.",
            (504,),
            (_RETRY_AFTER,),
            "The model took too long: it may take "
            f"{settings.serve_timeout_s} s. Send fewer rows at once.",
        ),
    ]
