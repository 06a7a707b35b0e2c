"""What answers are made of: Markdown, code, formulas, sources, tools, files, memories, voices, and long chats."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from config.tests.browser.chat import (
    answers,
    ask,
    begin,
    button,
    conversation_id,
    field,
    make_chat,
    make_long_chat,
    prose,
    questions,
    send,
)
from config.tests.browser.house import House
from config.tests.browser.watch import Watch

MARKDOWN = """# A heading

Some **bold** text, `code` and [a link](https://example.com/).

| Engine | Tonnes |
|---|---:|
| Big | 120 |

```python
def turn(degrees: int) -> None: ...
```
"""
NOTES = b"# Manual\n\n## Capacity\n\nThe turntable carries engines of up to 120 tonnes.\n"
PROGRAM: FilePayload = {"name": "engine.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ\x00\x01" * 99}
MANUAL: FilePayload = {"name": "manual.md", "mimeType": "text/markdown", "buffer": NOTES}


def test_markdown_becomes_elements(page: Page) -> None:
    begin(page)
    answer = prose(ask(page, MARKDOWN))
    expect(answer.get_by_role("heading", level=3)).to_have_text("A heading")
    expect(answer.locator("strong")).to_have_text("bold")
    expect(answer.get_by_role("link")).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(answer.locator("td.align-right")).to_have_text("120")
    expect(answer.locator(".hljs-keyword")).to_have_text("def")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button(answer, "Copy code").click()
    assert page.evaluate("navigator.clipboard.readText()") == "def turn(degrees: int) -> None: ...\n"


HOSTILE = """
<img src=x onerror=alert(1)>
<script>alert(1)</script>
[x](javascript:alert(1))
[x](data:text/html,<script>alert(1)</script>)
<a href="javascript:alert(1)">x</a>
![x](//evil.example/x.png)
<svg onload=alert(1)>
[x](https://example.com "\\" onmouseover=\\"alert(1)")
<style>body{display:none}</style>
```"><script>alert(1)</script>
$\\href{javascript:alert(1)}{x}$
<iframe src=/></iframe>
""".strip().splitlines()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_answers_stay_text(page: Page, text: str) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"ran: {dialog.message}"))
    begin(page)
    answer = prose(ask(page, f"Say {text}"))
    attributes = answer.evaluate(
        "box => [...box.querySelectorAll('*')].flatMap(e => e.getAttributeNames().filter(n => n.startsWith('on')))"
    )
    assert attributes == []
    expect(answer.locator("script, iframe, img, style, [href^='javascript:'], [href^='data:']")).to_have_count(0)


def test_formulas_are_drawn_and_prices_are_not(page: Page) -> None:
    begin(page)
    answer = prose(ask(page, "Euler: $e^{i\\pi} + 1 = 0$, from $5 to $10, and\n\n$$\n\\frac{a}{b}\n$$"))
    expect(answer.locator(".katex")).to_have_count(2)
    expect(answer.locator(".katex-display")).to_have_count(1)
    expect(answer).to_contain_text("from $5 to $10")


def test_formulas_and_colours_are_fetched_only_where_they_are_needed(page: Page) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    begin(page)
    ask(page, "No formula, no code.")
    assert [url for url in fetched if "katex" in url.lower() or "highlight" in url] == []


def test_a_long_answer_is_followed_until_somebody_reads_above(page: Page) -> None:
    begin(page)
    send(page, "[words 900] [delay 5ms]")
    box = page.locator("[data-part=scroller]")
    expect(prose(answers(page))).to_contain_text("word500")
    assert box.evaluate("box => box.scrollHeight - box.scrollTop - box.clientHeight") < 60
    box.evaluate("box => box.scrollTo(0, 0)")
    expect(page.get_by_role("button", name="Jump to the latest")).to_be_visible()
    expect(prose(answers(page))).to_contain_text("word900")
    assert box.evaluate("box => box.scrollTop") == 0
    page.get_by_role("button", name="Jump to the latest").click()
    expect(page.get_by_role("button", name="Jump to the latest")).to_be_hidden()


def test_a_reply_of_two_thousand_words_is_drawn_without_long_pauses(page: Page) -> None:
    begin(page)
    page.evaluate("""() => {
      window.longest = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
      }).observe({type: "longtask"});
    }""")
    ask(page, "[words 2000]")
    expect(prose(answers(page))).to_contain_text("word2000")
    assert page.evaluate("window.longest") < 400


def test_old_messages_come_while_one_scrolls_up_and_nothing_jumps(page: Page, house: House) -> None:
    page.goto(f"/chat/{make_long_chat(house, 400)}/")
    messages = page.locator(".message")
    expect(messages).to_have_count(40)
    expect(messages.last).to_be_in_viewport()
    box = page.locator("[data-part=scroller]")
    box.evaluate("box => box.scrollTo(0, 0)")
    expect(messages).to_have_count(90)
    expect(page.get_by_text("Message 361 of a long chat.", exact=True)).to_be_in_viewport()
    expect(messages.first).not_to_be_in_viewport()


def test_five_thousand_messages_open_at_the_end_and_can_be_written_to(page: Page, house: House) -> None:
    answer = page.goto(f"/chat/{make_long_chat(house, 5_000)}/")
    assert answer is not None
    assert len(answer.body()) < 60_000
    expect(page.get_by_text("Message 5000 of a long chat.")).to_be_in_viewport()
    expect(prose(ask(page, "And still quick?"))).to_have_text("And still quick?")


def test_a_file_is_read_and_quoted_with_its_source(page: Page) -> None:
    page.goto("/chat/")
    page.get_by_role("combobox", name="Engine").select_option("librarian")
    page.locator("input[type=file]").set_input_files(
        {"name": "manual.md", "mimeType": "text/markdown", "buffer": NOTES}
    )
    expect(page.locator(".composer .file-chip")).to_have_attribute("data-phase", "ready")
    answer = ask(page, "How many tonnes does the turntable carry?")
    expect(questions(page).locator("a.file-chip")).to_contain_text("manual.md")
    cited = answer.locator("a.cite").first
    number = cited.inner_text()
    cited.click()
    source = answer.locator(f".source[id$='-{number}']")
    expect(source).to_be_focused()
    expect(source).to_contain_text("120 tonnes")
    page.reload()
    answers(page).locator("summary", has_text="source").click()
    expect(answers(page).locator(".source-text", has_text="120 tonnes").first).to_be_visible()


def test_a_file_that_cannot_be_read_says_why_and_can_be_removed(page: Page, watch: Watch) -> None:
    watch.allowed |= {400, 413, 415, 422}
    page.goto("/chat/")
    nonsense: FilePayload = {
        "name": "engine.exe",
        "mimeType": "application/x-msdownload",
        "buffer": b"MZ\x00\x01\x02" * 100,
    }
    page.locator("input[type=file]").set_input_files(nonsense)
    chip = page.locator(".composer .file-chip")
    expect(chip).to_have_attribute("data-phase", "failed")
    assert len(chip.locator(".muted").inner_text()) > 5
    button(chip, "Remove engine.exe").click()
    expect(chip).to_have_count(0)


def test_files_are_dropped_anywhere_and_pasted(page: Page) -> None:
    page.goto("/chat/")
    drop = """(kind) => {
      const data = new DataTransfer();
      data.items.add(new File(["# Dropped"], `${kind}.md`, {type: "text/markdown"}));
      const target = document.querySelector(kind === "pasted" ? ".composer textarea" : "[data-part=scroller]");
      const options = {bubbles: true, cancelable: true};
      target.dispatchEvent(kind === "pasted" ? new ClipboardEvent("paste", {clipboardData: data, ...options})
                                             : new DragEvent("drop", {dataTransfer: data, ...options}));
    }"""
    for kind in ("dropped", "pasted"):
        page.evaluate(drop, kind)
    chips = page.locator(".composer .file-chip")
    expect(chips).to_have_text([re.compile("dropped.md"), re.compile("pasted.md")])
    for chip in chips.all():
        expect(chip).to_have_attribute("data-phase", "ready")


def test_an_answer_is_remembered_found_and_chosen(page: Page, house: House) -> None:
    made = make_chat(house, "The depot opens at seven")
    page.goto(f"/chat/{made['id']}/")
    button(answers(page), "Remember this").click()
    dialog = page.locator("#remember")
    expect(dialog.get_by_label("Question")).to_have_value("The depot opens at seven")
    dialog.get_by_label("Question").fill("When does the depot open?")
    button(dialog, "Save").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Add a memory").click()
    page.get_by_label("Search memories").fill("depot")
    page.locator(".memory-row", has_text="When does the depot open?").get_by_role("checkbox").check()
    button(page.locator("#memory-picker"), "Done").click()
    ask(page, "Tell me")
    stored = house.api("GET", f"conversations/{made['id']}/messages/")["messages"][2]["metadata"]["memories"]
    assert [house.api("GET", f"memories/{stored[0]}/")["question"]] == ["When does the depot open?"]


def test_a_tool_shows_its_task_and_what_came_out_of_it(page: Page) -> None:
    begin(page)
    answer = ask(page, 'Speak [tool say {"text": "All aboard"}]')
    card = answer.locator(".tool-card")
    expect(card).to_contain_text("All aboard")
    expect(card.locator("[data-role=status]")).to_have_text("Completed")
    expect(card.get_by_role("button", name="Play")).to_be_visible()
    page.reload()
    expect(answers(page).locator(".tool-card [data-role=status]")).to_have_text("Completed")
    answers(page).get_by_role("link", name="Open the task").click()
    expect(page).to_have_url(re.compile("/tasks/[0-9a-f-]{36}/"))


def test_a_waiting_tool_is_cancelled_from_the_answer(page: Page, house: House) -> None:
    with house.paused("tts_queue"):
        begin(page)
        card = ask(page, 'Speak [tool say {"text": "Never heard"}]').locator(".tool-card")
        button(card, "Cancel").click()
        page.get_by_role("button", name="Cancel the task").click()
        expect(card.locator("[data-role=status]")).to_have_text("Cancelled")
        expect(button(card, "Cancel")).to_be_hidden()


def test_an_answer_is_read_aloud(page: Page) -> None:
    begin(page)
    answer = ask(page, "Read this to me, please.")
    button(answer, "Read aloud").click()
    expect(answer.get_by_role("group", name="The answer, read aloud")).to_be_visible()
    expect(answer.locator("[data-role=time]")).to_have_text(re.compile(r"0:0\d / 0:0[1-9]"))


@pytest.mark.parametrize(("item", "suffix"), [("Export as Markdown", ".md"), ("Export as JSON", ".json")])
def test_a_chat_is_exported(page: Page, house: House, item: str, suffix: str) -> None:
    page.goto(f"/chat/{make_chat(house, 'Take me with you')['id']}/")
    button(page.locator(".chat-head"), "Options of this conversation").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=item).click()
    assert download.value.suggested_filename.endswith(suffix)
    assert "Take me with you" in download.value.path().read_text(encoding="utf-8")


def test_without_script_the_texts_can_be_read_and_a_question_asked(house: House) -> None:
    made = make_chat(house, "Plain words")
    session = house.session("owner")
    page = session.get(f"/chat/{made['id']}/").text
    assert page.count(">Plain words</p>") == 2
    form = {"content": "Without a script", "csrfmiddlewaretoken": session.cookies["csrftoken"]}
    assert session.post(f"/chat/{made['id']}/", data=form).text.count(">Without a script</p>") == 1


def test_writing_goes_on_while_an_answer_is_written(page: Page) -> None:
    begin(page)
    send(page, "[words 100] [delay 20ms]")
    field(page).fill("Next question")
    field(page).press("Enter")
    expect(questions(page)).to_have_count(1)
    expect(button(answers(page), "Copy")).to_have_count(1)
    expect(field(page)).to_have_value("Next question")
    conversation_id(page)
