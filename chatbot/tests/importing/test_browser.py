"""AI-Assistant's browser storage: HTML becomes text, and nothing of it can run."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chatbot.importing.markup import as_markdown, parse_safely
from chatbot.tests.importing.conftest import Read, only
from chatbot.tests.importing.exports import Json, as_json, page_message, session


def one(read: Read, *messages: str, **fields: Any) -> Any:
    return only(read(as_json({"chat_1": session(*messages, **fields)})))


def markdown(markup: str) -> str:
    return as_markdown(parse_safely(markup))


@pytest.mark.parametrize("wrap", [lambda s: {"chat_1": s}, lambda s: {"chatSessions": {"chat_1": s}}, lambda s: [s]])
def test_sessions_are_found_however_they_were_saved(read: Read, wrap: Any) -> None:
    item = only(read(as_json(wrap(session()))))
    assert (item.origin, item.origin_id, item.title) == ("ai_assistant", "chat_1738555506789", "Web")
    assert [(m.role, m.content) for m in item.messages] == [("user", "Hi"), ("assistant", "**Hello**")]
    assert item.created_at == datetime(2025, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC)


def test_buttons_and_times_of_the_page_are_no_words(read: Read) -> None:
    assert "Copy" not in one(read).messages[0].content
    assert "09:00" not in one(read).messages[1].content


def test_model_and_thoughts(read: Read) -> None:
    thought = '<div class="thinking-container"><div class="thinking-content">Hmm</div></div>'
    markup = page_message("assistant", "Yes", model="gemini").replace(
        '<div class="message-text">', thought + '<div class="message-text">'
    )
    [message] = one(read, markup).messages
    assert (message.content, message.model, message.metadata) == ("Yes", "gemini", {"reasoning": "Hmm"})


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        '<a href="javascript:alert(1)">x</a>',
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">',
        "<style>@import 'javascript:alert(1)'</style>",
    ],
)
def test_scripts_do_not_survive(read: Read, evil: str) -> None:
    [message] = one(read, page_message("assistant", f"before {evil} after")).messages
    assert message.content.startswith("before")
    for trace in ("<", "javascript:", "onerror", "alert"):
        assert trace not in message.content


def test_code_keeps_what_looks_like_markup(read: Read) -> None:
    code = '<pre><code class="hljs language-html">&lt;script&gt;alert(1)&lt;/script&gt;</code></pre>'
    assert one(read, page_message("assistant", code)).messages[0].content == "```html\n<script>alert(1)</script>\n```"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<h2>Title</h2><p>One</p><p>Two</p>", "## Title\n\nOne\n\nTwo"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<p>a <em>b</em> <code>c</code><br>d</p>", "a *b* `c`\nd"),
        ('<p><a href="https://e.org/">e</a></p>', "[e](https://e.org/)"),
        ("<blockquote><p>said</p></blockquote>", "> said"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", "| a | b |\n| 1 | 2 |"),
        ("<p>Tiếng <strong>Việt</strong> &amp; hơn</p>", "Tiếng **Việt** & hơn"),
        ("one<hr>two", "one\n\n---\n\ntwo"),
        ("<pre>a ``` b</pre>", "````\na ``` b\n````"),
        ('<img alt="cat" src="data:image/png;base64,AAAA">', "🖼 cat"),
        ("", ""),
    ],
)
def test_markup_becomes_markdown(markup: str, expected: str) -> None:
    assert markdown(markup) == expected


def test_whole_document_is_read_like_its_body(read: Read) -> None:
    whole = f"<html><head></head><body>{page_message('user', 'Hi')}</body></html>"
    assert [(m.role, m.content) for m in one(read, whole).messages] == [("user", "Hi")]


def test_nested_a_thousand_deep_is_still_read() -> None:
    assert markdown("<div>" * 1_000 + "deep" + "</div>" * 1_000).strip() == "deep"


def test_earlier_versions_are_branches(read: Read) -> None:
    asked = page_message("user", "Second?", **{"message-id": "m1"})
    versions = {
        "m1": [
            {"userContent": "First?", "assistantResponse": "<p>One</p>", "timestamp": "x"},
            {"userContent": "Second?", "assistantResponse": "<p>Two</p>", "timestamp": "y"},
        ]
    }
    item = one(read, asked, page_message("assistant", "<p>Two</p>"), messageVersions=versions)
    contents = {m.origin_id: m.content for m in item.messages}
    pairs = [(m.content, contents.get(m.parent_origin_id)) for m in item.messages]
    assert pairs == [("Second?", None), ("Two", "Second?"), ("First?", None), ("One", "First?")]


def test_attached_files_go_with_the_first_question(read: Read) -> None:
    files: list[Json] = [
        {"name": "a.txt", "type": "text/plain", "size": 3, "content": "abc"},
        {"name": "b.png", "type": "image/png", "size": 9, "content": "data:image/png;base64,AAAA"},
    ]
    item = one(read, attachedFiles=files)
    assert item.messages[0].metadata == {
        "attachments": [
            {"name": "a.txt", "type": "text/plain", "text": "abc", "size": 3},
            {"name": "b.png", "type": "image/png", "size": 9},
        ]
    }
