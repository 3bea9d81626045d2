"""Models that the site answers for, named by addresses in the registry.

The same address means the same to the client, which finds and loads the model; here
it only has to become a path that Nginx can match.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from trackgate_proxy.site.settings_error import SettingsError

STAGES = ("None", "Staging", "Production", "Archived")
LATEST = "latest"
# Nginx reads at most 4,096 bytes of one word; quoting may double a name's.
NAME_BYTES = 1024
# Between two addresses in one variable. A model's name holds no slash, so no name
# can look like the beginning of an address.
_BETWEEN = re.compile(r"[\s,;]+(?=models:/)")
_VERSION = re.compile(r"[1-9][0-9]{0,8}")
_ALIAS = re.compile(r"[\w-]{1,255}")
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f/:\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ServedModel:
    """One model, and which of its versions is meant at any time.

    name  of the registered model
    pick  a stage, `latest`, a version's number, or `@` and an alias
    """

    name: str
    pick: str

    @classmethod
    def parse(cls, uri: str) -> ServedModel:
        """Read `models:/NAME/STAGE|VERSION|latest` or `models:/NAME@ALIAS`.

        Names are percent-decoded, stages may be written in any case. Raises
        SettingsError with what is wrong.
        """
        path = uri.removeprefix("models:/").lstrip("/")
        if path == uri:
            raise _unreadable(uri)
        name, slash, pick = path.rpartition("/")
        if not slash:
            name, _, alias = path.rpartition("@")
            pick = f"@{alias}"
        return cls(_name(unquote(name), uri), _pick(pick, uri))

    @property
    def uri(self) -> str:
        """The address, percent-encoded, in its one spelling."""
        between = "" if self.pick.startswith("@") else "/"
        return f"models:/{quote(self.name, safe='')}{between}{self.pick}"

    @property
    def path(self) -> str:
        """The path below the site's prefix, decoded, as Nginx compares it."""
        return f"/serve/{self.name}/{self.pick}"


def split_uris(text: str) -> list[str]:
    """Addresses that stand in one text, apart by spaces, commas or lines."""
    return [one for one in _BETWEEN.split(text.strip()) if one]


def _name(name: str, uri: str) -> str:
    if not name:
        raise _unreadable(uri)
    # Nginx resolves dots before it compares a path.
    if _NOT_IN_A_NAME.search(name) or name in (".", ".."):
        raise SettingsError(
            f"The model's name {name!r} cannot be part of a path: it must have no "
            "slash, colon or control character, and must not be '.' or '..'."
        )
    if len(name.encode()) > NAME_BYTES:
        raise SettingsError(
            f"The model's name in {uri[:40]!r}… has {len(name.encode())} bytes; at "
            f"most {NAME_BYTES} are allowed."
        )
    return name


def _pick(pick: str, uri: str) -> str:
    if pick.startswith("@"):
        if _ALIAS.fullmatch(pick[1:]):
            return pick
        raise _unreadable(uri)
    known = {word.lower(): word for word in (*STAGES, LATEST)}
    if _VERSION.fullmatch(pick):
        return pick
    if pick.lower() in known:
        return known[pick.lower()]
    raise _unreadable(uri)


def _unreadable(uri: str) -> SettingsError:
    return SettingsError(
        f"{uri!r} must look like models:/NAME/STAGE, where STAGE is one of "
        f"{', '.join(STAGES)}, or models:/NAME/VERSION, models:/NAME/{LATEST} or "
        "models:/NAME@ALIAS."
    )
