"""Telegram's HTML becomes visible text and entities, counted in UTF-16."""

from __future__ import annotations

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.local.formatting import HtmlReading, utf16_length
from bot.local.refusal import Refusal
from bot.local.texts import formatted, typed_text


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>x</b>y", "xy", [entity("bold", 0, 1)]),
        ("<B>x</B>", "x", [entity("bold", 0, 1)]),
        ("<strong>x</strong>", "x", [entity("bold", 0, 1)]),
        ("<i>a</i><em>b</em>", "ab", [entity("italic", 0, 1), entity("italic", 1, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [entity("underline", 0, 1), entity("underline", 1, 1)]),
        ("<s>a</s>", "a", [entity("strikethrough", 0, 1)]),
        ("🙂<b>x</b>", "🙂x", [entity("bold", 2, 1)]),
        ("<b>x<i>y</i></b>", "xy", [entity("bold", 0, 2), entity("italic", 1, 1)]),
        ("<b>x</>y", "xy", [entity("bold", 0, 1)]),
        ("<b></b>x", "x", []),
        ("1 &lt; 2 &amp;&gt;&quot;", '1 < 2 &>"', []),
        ("&#8211;&#x2013;&#65", "––A", []),
        ("&nbsp;&#0;&", "&nbsp;&#0;&", []),
        ("<tg-spoiler>x</tg-spoiler>", "x", [entity("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [entity("spoiler", 0, 1)]),
        ("<blockquote>x</blockquote>", "x", [entity("blockquote", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [entity("expandable_blockquote", 0, 1)]),
        ("<pre>x</pre>", "x", [entity("pre", 0, 1)]),
        ("<code>x</code>", "x", [entity("code", 0, 1)]),
        ('<code class="language-python">x</code>', "x", [entity("code", 0, 1)]),
        (
            '<pre><code class="language-python">x</code></pre>',
            "x",
            [entity("pre", 0, 1, language="python")],
        ),
        (
            '<a href="https://a.org/?x=1&amp;y=2">x</a>',
            "x",
            [entity("text_link", 0, 1, url="https://a.org/?x=1&y=2")],
        ),
        ("<a href='tg://user?id=7'>x</a>", "x", [entity("text_link", 0, 1, url="tg://user?id=7")]),
        ("<a>a.org</a>", "a.org", [entity("text_link", 0, 5, url="a.org")]),
        ("<a>x</a>", "x", []),
    ],
)
def test_markup_is_read(source: str, text: str, entities: list[dict[str, Any]]) -> None:
    assert HtmlReading(source).read() == (text, entities)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b ", 'Unclosed start tag "b" at byte offset 0'),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ('<a href="x"', "Unclosed start tag at byte offset 0"),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<script>x</script>", 'Unsupported start tag "script" at byte offset 0'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("x<3", "Unclosed start tag at byte offset 1"),
        ("1 <= 2", 'Unsupported start tag "=" at byte offset 2'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("</b>", "Unexpected end tag at byte offset 0"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>x</i>", 'Can\'t find end tag corresponding to start tag "b"'),
        ("&#xd800;", "Text contains invalid Unicode characters after decoding HTML entities"),
    ],
)
def test_broken_markup_is_refused(source: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        HtmlReading(source).read()
    assert refused.value.description.startswith(f"Bad Request: can't parse entities: {reason}")


@given(st.text())
def test_any_escaped_text_is_read_as_itself(text: str) -> None:
    assert HtmlReading(html.escape(text)).read() == (text, [])


@given(st.text(alphabet='<>/&;"= abi#x1🙂'))
def test_any_markup_is_either_read_or_refused(source: str) -> None:
    try:
        text, entities = HtmlReading(source).read()
    except Refusal:
        return
    assert all(0 < e["length"] <= utf16_length(text) - e["offset"] for e in entities)


def test_space_around_a_text_is_cut_and_the_entities_move() -> None:
    assert formatted(" \n <b> x </b> \n", "HTML", None) == ("x", [entity("bold", 0, 1)])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start abc", [entity("bot_command", 0, 6)]),
        ("🙂 /today", [entity("bot_command", 3, 6)]),
        ("/chart@diary_bot P-7KQ4", [entity("bot_command", 0, 16)]),
        ("7/10 and/or 3 2 2 4", []),
        ("see https://a.org/x.", [entity("url", 4, 15)]),
        ("ask @diary_bot", [entity("mention", 4, 10)]),
        ("a@b.org", []),
    ],
)
def test_commands_links_and_mentions_are_found(text: str, found: list[dict[str, Any]]) -> None:
    assert typed_text(text).get("entities", []) == found


def test_nothing_is_found_inside_code() -> None:
    assert formatted("<code>/today</code> /help", "HTML", None)[1] == [
        entity("code", 0, 6),
        entity("bot_command", 7, 5),
    ]
