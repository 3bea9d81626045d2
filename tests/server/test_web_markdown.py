"""What is made of notes; nothing of theirs may run or be fetched."""

from __future__ import annotations

import pytest
from trackgate_server.web.markdown import LONGEST, first_words, markdown


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** and `code`", "<p><strong>bold</strong> and <code>code</code></p>"),
        ("# Title", "<h3>Title</h3>"),
        ("##### Deep", "<h6>Deep</h6>"),
        ("~~gone~~", "<p><s>gone</s></p>"),
        ("3. three", '<ol start="3">\n<li>three</li>\n</ol>'),
        ("run train.py", "<p>run train.py</p>"),
    ],
)
def test_markdown_becomes_html(text: str, html: str) -> None:
    assert markdown(text).strip() == html


@pytest.mark.parametrize(
    "text",
    ["[a](https://b.test/x)", "<https://b.test/x>", "(see https://b.test/x)."],
)
def test_links_tell_other_sites_nothing(text: str) -> None:
    assert 'href="https://b.test/x" rel="noopener noreferrer"' in markdown(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:x)",
        "![a](javascript:alert(1))",
        "[a](java\nscript:alert(1))",
        "[a](&#106;avascript:alert(1))",
        '[a](/x "onclick=alert(1)")',
        "![a](data:image/svg+xml;base64,PHN2Zz4=)",
        "<style>body{display:none}</style>",
        '<a href="x" style="position:fixed">all</a>',
    ],
)
def test_nothing_of_a_note_runs(text: str) -> None:
    html = markdown(text).lower()

    for harm in ("<script", "<svg", "<style", 'href="j', 'href="d', 'href="v', "<img"):
        assert harm not in html
    assert "<a href" not in html or 'title="onclick' in html


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.test/a.png",
        "//elsewhere.test/a.png",
        "a.png",
    ],
)
def test_an_image_kept_elsewhere_is_a_link(address: str) -> None:
    html = markdown(f"![a chart]({address})")

    assert "<img" not in html
    assert ">a chart</a>" in html


def test_an_image_of_this_site_is_shown() -> None:
    assert '<img src="/get-artifact?path=a.png"' in markdown(
        "![a](/get-artifact?path=a.png)"
    )


def test_a_linked_image_kept_elsewhere_leaves_one_link() -> None:
    html = markdown("[![badge](https://x.test/b.svg)](https://x.test/)")

    assert html.count("<a ") == 1


def test_a_very_long_note_is_shown_as_typed() -> None:
    html = markdown("<b>" + "*a* " * LONGEST)

    assert html.startswith("<pre>&lt;b&gt;*a*")


@pytest.mark.parametrize("piece", ["[", "![", "*a_ ", "> ", "<a ", "`", "|-", "[a]("])
def test_no_note_keeps_a_worker(piece: str) -> None:
    # A parser that went back and forth would not end within the test's patience.
    assert markdown(piece * (20_000 // len(piece)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plain words\nand more", "plain words"),
        ("\n\n# A *title* of `code`", "A title of code"),
        ("> [see](https://x.test) this", "see this"),
        ("---\n\n- first", "first"),
        ("snake_case stays", "snake_case stays"),
        ("", ""),
    ],
)
def test_a_list_has_the_first_words_of_a_note(text: str, words: str) -> None:
    assert first_words(text) == words
