"""Walks over one text token by token and says what is wrong with it."""

from trackgate_server.filters.refusal import FilterError
from trackgate_server.filters.tokens import Token, TokenKind, tokenize

_END = TokenKind.END
_SHOWN_CHARACTERS = 40


class Reader:
    """The tokens of a text and how far they have been read.

    title  what the text is called at the beginning of a refusal
    """

    def __init__(self, text: str, title: str, most_characters: int) -> None:
        if len(text) > most_characters:
            raise FilterError(
                f"{title} has {len(text)} characters; "
                f"at most {most_characters} are allowed.",
                most_characters + 1,
            )
        self._text = text
        self._title = title
        # Looked at only as far as needed: hostile text is mostly refused early.
        self._unread = tokenize(text, title)
        self._tokens = [next(self._unread)]
        self._next = 0

    @property
    def current(self) -> Token:
        """The token to be read next; at the end it is the END, again and again."""
        return self._ahead(0)

    def next_is(self, kind: TokenKind) -> bool:
        """Whether a token of this kind follows the current one."""
        return self._ahead(1).kind is kind

    def take(self, kind: TokenKind) -> Token | None:
        """Read the current token if it is of this kind."""
        token = self.current
        if token.kind is not kind:
            return None
        self._next += 1
        return token

    def take_words(self, *words: str) -> bool:
        """Read these keywords, in any case, if they all come next."""
        if any(self._ahead(n).keyword != word for n, word in enumerate(words)):
            return False
        self._next += len(words)
        return True

    def since(self, token: Token) -> str:
        """The text from a token to the last one that was read."""
        last = self._tokens[self._next - 1]
        return self._text[token.position - 1 : last.position - 1 + len(last.raw)]

    def refusal(
        self, allowed: str, *, at: Token | None = None, after: str = ""
    ) -> FilterError:
        """An error for the current token, or another, telling what is allowed there.

        `after` is what stands before it, by default the last token that was read.
        """
        token = at or self.current
        if not after and self._next:
            after = self._tokens[self._next - 1].raw
        return FilterError(
            f"{self._title} is wrong at character {token.position}: "
            f"read {_shown(token)}{after and f' after {_shortened(after)}'}; "
            f"allowed here: {allowed}.",
            token.position,
        )

    def excess(self, of: str, most: int) -> FilterError:
        """An error for the current token being one more than is allowed."""
        position = self.current.position
        return FilterError(
            f"{self._title} is too large at character {position}: "
            f"at most {most} {of} are allowed.",
            position,
        )

    def _ahead(self, distance: int) -> Token:
        wanted = self._next + distance
        while wanted >= len(self._tokens) and self._tokens[-1].kind is not _END:
            self._tokens.append(next(self._unread))
        return self._tokens[min(wanted, len(self._tokens) - 1)]


def _shown(token: Token) -> str:
    if token.kind is TokenKind.END:
        return "the end"
    if token.kind is TokenKind.UNCLOSED:
        return f"{_shortened(token.raw)!r}, a quote which is never closed,"
    return repr(_shortened(token.raw))


def _shortened(raw: str) -> str:
    return raw if len(raw) <= _SHOWN_CHARACTERS else f"{raw[:_SHOWN_CHARACTERS]}…"
