"""The words of a search expression."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, auto

from trackgate_server.filters.refusal import FilterError


class TokenKind(StrEnum):
    """What a token looks like; what it means is for the parser to say."""

    NAME = auto()
    TEXT = auto()
    NUMBER = auto()
    OPERATOR = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    UNCLOSED = auto()
    UNKNOWN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a name between two dots, its quotes taken off."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the text.

    raw       as it was written
    position  of its first character, counted from 1
    """

    kind: TokenKind
    raw: str
    position: int

    @property
    def keyword(self) -> str:
        """The bare word in upper case, or "" when this is none."""
        # Only ASCII: the upper case of a Turkish dotless i is the I of LIKE.
        bare = self.kind is TokenKind.NAME and self.raw.isascii()
        return self.raw.upper() if bare and self.raw.isidentifier() else ""

    @property
    def text(self) -> str:
        """What stands between the quotes of a TEXT."""
        return _unquoted(self.raw)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The pieces of a NAME, or the single one of a TEXT."""
        return tuple(
            Part(_unquoted(raw), quoted=True)
            if raw[0] in _QUOTES
            else Part(raw, quoted=False)
            for raw in _PART.findall(self.raw)
        )


_QUOTES = "'\"`"


def _quotation(quote: str) -> str:
    """Pattern of a quoted text, in which a doubled quote stands for one.

    Linear also on an unclosed text: what `[^']*` gives back is never a quote.
    """
    other = f"[^{quote}]*"
    return f"{quote}{other}(?:{quote}{quote}{other})*{quote}(?!{quote})"


_BACKTICKED = _quotation("`")
_SINGLE = _quotation("'")
_DOUBLE = _quotation('"')
_ANY_PART = rf"\w+|{_BACKTICKED}|{_DOUBLE}|{_SINGLE}"
_PART = re.compile(_ANY_PART)
# No possessive quantifiers here: in Python 3.11.2 (?:[eE][0-9]+)?+ takes the E of 0E.
_TOKEN = re.compile(
    rf"""
      (?P<number>   -? (?:[0-9]+(?:\.[0-9]*)? | \.[0-9]+)
                    (?:[eE][+-]?[0-9]+)? (?![\w.]) )
    | (?P<name>     (?:\w+ | {_BACKTICKED}) (?:\.(?:{_ANY_PART}))* )
    | (?P<text>     {_SINGLE} | {_DOUBLE} )
    | (?P<operator> [=!<>]+ )
    | (?P<open>     \( )
    | (?P<close>    \) )
    | (?P<comma>    , )
    | (?P<unclosed> ['"`].* )
    | (?P<unknown>  \S )
    """,
    re.VERBOSE | re.DOTALL,
)
# No database stores these in a text: PostgreSQL refuses NUL, UTF-8 half a surrogate.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def tokenize(text: str, title: str) -> Iterator[Token]:
    """Split a text into its tokens, one at a time; the last one is the END.

    `title` names the text in a refusal. Raises `FilterError` only for characters
    which no database can hold; what else is strange becomes a token, so that the
    parser can say what it would rather have read.
    """
    if bad := _UNSTORABLE.search(text):
        position = bad.start() + 1
        raise FilterError(
            f"{title} is wrong at character {position}: read {bad.group()!r}; "
            "that character cannot be stored or searched.",
            position,
        )
    for match in _TOKEN.finditer(text):
        kind = TokenKind(match.lastgroup or TokenKind.UNKNOWN)
        yield Token(kind, match.group(), match.start() + 1)
    yield Token(TokenKind.END, "", len(text) + 1)


def _unquoted(raw: str) -> str:
    quote = raw[0]
    return raw[1:-1].replace(quote * 2, quote)
