"""Notes and descriptions: Markdown as harmless HTML.

Whatever somebody writes, no script runs and nothing is fetched from elsewhere: HTML is
shown as it was typed, what is made of the rest passes a list of allowed elements, and
an image that is kept elsewhere becomes a link to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup, escape

# What is made on purpose to be slow takes three seconds at this length; a page of
# plain words takes fifty milliseconds.
LONGEST = 100_000
# Notes stand below a page's h1 and a section's h2.
_HEADING_OFFSET = 2
_LOWEST_HEADING = 6
# A path of this site, but not "//elsewhere" nor "/\elsewhere", which browsers take
# for another host, or a picture that is in the note itself.
_KEPT_HERE = re.compile(r"/(?![/\\])|data:image/(?:png|jpeg|gif|webp);")

# The punctuation that ends a sentence is no part of an address in it.
_BARE_LINK = re.compile(r"https?://[^\s<>\"]+")
_AFTER_LINK = ".,;:!?'*)]}"

# The beginning of a note, where its first line is; and what a line there may have
# that is not said aloud.
_LOOKED_AT = 400
_MARKS = re.compile(r"^[\s>#|=-]+|[*`~]+|!?\[|\]\([^)]*\)?")

_BLOCKS = ("p", "br", "hr", "h3", "h4", "h5", "h6", "pre", "blockquote", "ul", "ol")
_TABLE = ("table", "thead", "tbody", "tr", "th", "td")
_TAGS = {*_BLOCKS, *_TABLE, "li", "strong", "em", "s", "code", "a", "img"}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
}


def markdown(text: str) -> Markup:
    """The HTML of a text in Markdown (CommonMark, tables, strike-through, bare links).

    Longer than `LONGEST` characters it is shown as it was typed.
    """
    if len(text) > LONGEST:
        return Markup("<pre>{}</pre>").format(escape(text))
    # What passed the cleaner is the only text of users that counts as HTML.
    return Markup(_CLEANER.clean(_READER.render(text)))  # noqa: S704


def first_words(text: str) -> str:
    """The first line of a text in Markdown that says something, without its marks."""
    for line in text[:_LOOKED_AT].splitlines():
        words = _MARKS.sub("", line).strip()
        if words:
            return words
    return ""


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False})
    reader.enable(["table", "strikethrough"])
    reader.core.ruler.push("lower_headings", _lower_headings)
    reader.core.ruler.push("bare_links", _link_bare_addresses)
    reader.add_render_rule("image", _image)
    return reader


def _lower_headings(state: StateCore) -> None:
    """Fit the headings of a note below those of the page."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            level = int(token.tag[1]) + _HEADING_OFFSET
            token.tag = f"h{min(level, _LOWEST_HEADING)}"


def _link_bare_addresses(state: StateCore) -> None:
    # The parser's own way takes time by the square of a text's length.
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = list(_linked(token.children))


def _linked(tokens: Sequence[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += token.nesting if token.type.startswith("link_") else 0
        if token.type == "text" and not depth and "://" in token.content:
            yield from _split(token.content)
        else:
            yield token


def _split(text: str) -> Iterator[Token]:
    end = 0
    for found in _BARE_LINK.finditer(text):
        address = found.group().rstrip(_AFTER_LINK)
        yield _text(text[end : found.start()])
        yield Token("link_open", "a", 1, attrs={"href": address})
        yield _text(address)
        yield Token("link_close", "a", -1)
        end = found.start() + len(address)
    yield _text(text[end:])


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _image(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    """A picture that is kept here, or a link to one that is kept elsewhere."""
    token = tokens[index]
    source = str(token.attrs.get("src", ""))
    if _KEPT_HERE.match(source):
        return self.image(tokens, index, options, env)
    words = self.renderInlineAsText(token.children, options, env) or source
    shown = escapeHtml(words)
    if _in_link(tokens[:index]):
        return shown
    return f'<a href="{escapeHtml(source)}">{shown}</a>'


def _in_link(before: Sequence[Token]) -> bool:
    return sum(one.nesting for one in before if one.type.startswith("link_")) > 0


_READER = _reader()
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto", "data"},
    link_rel="noopener noreferrer",
)
