"""The Chat page: the empty chat, one conversation, the list, and asking without a script."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from accounts.services import set_quota
from chatbot.models import Conversation, Message
from chatbot.services import create_conversation, update_conversation
from chatbot.tests.conftest import AsBrowser, Ask, Run
from projects.models import Project
from tasks.models import Engine, Task

pytestmark = pytest.mark.django_db

URL = "/chat/"
FROM_US = {"Sec-Fetch-Site": "same-origin"}


def data_of(page: str) -> dict[str, Any]:
    """What the page's script is given."""
    found = re.search(r'<script id="chat-data" type="application/json">(.*?)</script>', page)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def page_of(client: Client, url: str = URL, **headers: str) -> str:
    return client.get(url, headers=headers).content.decode()


def nothing_asked() -> bool:
    """No conversation, no message, no task."""
    return not (Conversation.objects.exists() or Message.objects.exists() or Task.objects.exists())


@pytest.mark.parametrize("url", [URL, f"{URL}list/", f"{URL}recent/", f"{URL}01a1fe00-0000-7000-8000-000000000007/"])
def test_visitor_is_sent_to_the_sign_in(client: Client, url: str, db: None) -> None:
    response = client.get(url)
    assert (response.status_code, response["Location"]) == (302, f"/account/login/?next={url}")


def test_empty_chat_offers_engines_suggestions_and_the_persons_project(
    browser_client: Client, owner: Account, project: Project
) -> None:
    page = page_of(browser_client)
    data = data_of(page)
    assert (data["account"], data["project"]) == (str(owner.pk), str(project.pk))
    assert (data["conversation"], data["messages"], data["has_more"]) == (None, [], False)
    assert {"name": "fake", "label": "Echo (for tests)"} in data["engines"]
    assert page.count("data-suggest=") == 4
    assert "Your conversations appear here." in page


def test_page_without_engines_says_so(browser_client: Client, project: Project) -> None:
    Engine.objects.update(is_enabled=False, is_default=False)
    page = page_of(browser_client)
    assert ("No engine can chat" in page, "data-suggest" in page, data_of(page)["can_speak"]) == (True, False, False)


@pytest.mark.parametrize(("enabled", "can_speak"), [(True, True), (False, False)])
def test_reading_aloud_is_offered_where_an_engine_can_speak(
    browser_client: Client, project: Project, enabled: bool, can_speak: bool
) -> None:
    if not enabled:
        Engine.objects.filter(domain="tts").update(is_enabled=False, is_default=False)
    assert data_of(page_of(browser_client))["can_speak"] is can_speak


@pytest.mark.parametrize(
    ("headers", "ask_now"),
    [(FROM_US, True), ({"Sec-Fetch-Site": "none"}, True), ({"Sec-Fetch-Site": "cross-site"}, False), ({}, False)],
)
def test_question_in_the_address_is_sent_at_once_unless_it_came_from_elsewhere(
    browser_client: Client, project: Project, headers: dict[str, str], ask_now: bool
) -> None:
    page = page_of(browser_client, f"{URL}?ask=Who+is+there%3F", **headers)
    assert (data_of(page)["ask"], data_of(page)["ask_now"]) == ("Who is there?", ask_now)
    assert ">Who is there?</textarea>" in page
    assert nothing_asked()


def test_conversation_is_printed_with_its_texts_and_data(browser_client: Client, answered: Message) -> None:
    page = page_of(browser_client, f"{URL}{answered.conversation_id}/")
    question, reply = data_of(page)["messages"]
    assert page.count('<p dir="auto">Hello there</p>') == 2
    assert (question["role"], question["id"]) == ("user", str(answered.parent_message_id))
    assert (reply["role"], reply["id"], reply["engine"]) == ("assistant", str(answered.pk), "fake")
    assert data_of(page)["conversation"]["title"] == "Hello there"


def test_streaming_reply_tells_where_to_go_on(browser_client: Client, ask: Ask) -> None:
    reply = ask()
    Message.objects.filter(pk=reply.pk).update(content="Hello", last_seq=3)
    entry = data_of(page_of(browser_client, f"{URL}{reply.conversation_id}/"))["messages"][1]
    assert (entry["status"], entry["last_seq"], entry["abilities"]) == ("streaming", 3, ["stop"])


def test_hostile_texts_are_escaped(browser_client: Client, ask: Ask, conversation: Conversation) -> None:
    ask("</div><script>alert(1)</script>")
    update_conversation(conversation=conversation, changes={"title": "<b>x</b></script><script>alert(2)"})
    page = page_of(browser_client, f"{URL}{conversation.pk}/")
    assert "<script>alert" not in page
    assert "&lt;/div&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in page


def long_chat(conversation: Conversation, count: int) -> None:
    """A branch of so many messages."""
    parent: Message | None = None
    rows = []
    for number in range(count):
        role = "assistant" if number % 2 else "user"
        text = f"Message {number} of a long chat about engines."
        parent = Message(conversation=conversation, parent_message=parent, role=role, content=text)
        rows.append(parent)
    Message.objects.bulk_create(rows, batch_size=1000)


def test_five_thousand_messages_open_as_a_small_page(browser_client: Client, conversation: Conversation) -> None:
    long_chat(conversation, 5_000)
    # What a process remembers of the engines is read by the first page.
    browser_client.get(URL)
    with CaptureQueriesContext(connection) as queries:
        response = browser_client.get(f"{URL}{conversation.pk}/")
    data = data_of(response.content.decode())
    assert len(queries) <= 12
    assert len(response.content) < 50_000
    assert (len(data["messages"]), data["has_more"]) == (40, True)
    assert b"Message 4999 of" in response.content
    assert b"Message 4959 of" not in response.content


@pytest.mark.parametrize("who", ["stranger", "member", "staff"])
def test_nobody_else_finds_the_conversation(
    as_browser: AsBrowser, request: pytest.FixtureRequest, answered: Message, who: str
) -> None:
    client = as_browser(request.getfixturevalue(who))
    url = f"{URL}{answered.conversation_id}/"
    assert (client.get(url).status_code, client.post(url, {"content": "Hi"}).status_code) == (404, 404)
    assert Message.objects.count() == 2
    assert "Hello there" not in page_of(client, f"{URL}list/") + page_of(client, f"{URL}recent/")


def test_asking_without_a_script_leads_to_the_conversation(browser_client: Client, project: Project) -> None:
    response = browser_client.post(URL, {"content": "What is new?", "model": "fake"})
    made = Conversation.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/chat/{made.pk}/")
    assert (made.project_id, made.model, made.title) == (project.pk, "fake", "What is new?")
    assert list(made.messages.order_by("pk").values_list("role", "status")) == [
        ("user", "completed"),
        ("assistant", "streaming"),
    ]


def test_asking_again_without_a_script_goes_on_in_the_conversation(browser_client: Client, answered: Message) -> None:
    response = browser_client.post(f"{URL}{answered.conversation_id}/", {"content": "And then?"})
    assert response["Location"] == f"/chat/{answered.conversation_id}/"
    assert Message.objects.get(content="And then?").parent_message_id == answered.pk


@pytest.mark.parametrize(("content", "reason"), [("", "The message is empty."), (" \n", "The message is empty.")])
def test_refused_question_is_kept_beside_the_reason(
    browser_client: Client, project: Project, content: str, reason: str
) -> None:
    response = browser_client.post(URL, {"content": content})
    assert (response.status_code, nothing_asked()) == (400, True)
    assert 'data-part="composer"' in response.content.decode()


def test_used_up_quota_keeps_the_question_and_writes_nothing(
    browser_client: Client, owner: Account, project: Project
) -> None:
    set_quota(account=owner, quota_type="tokens", period="daily", limit=1, actor=None)
    response = browser_client.post(URL, {"content": "Too much?", "model": "fake"})
    assert (response.status_code, nothing_asked()) == (429, True)
    assert ">Too much?</textarea>" in response.content.decode()


def test_person_without_a_project_is_told(as_browser: AsBrowser, stranger: Account) -> None:
    response = as_browser(stranger).post(URL, {"content": "Hello"})
    assert (response.status_code, "Create a project first" in response.content.decode()) == (400, True)
    assert nothing_asked()


@pytest.fixture
def chat(owner: Account, project: Project, run: Run, ask: Ask) -> Callable[..., Conversation]:
    """`chat("Title", folder="Trains")`: an answered conversation of the owner."""

    def make(title: str, **changes: Any) -> Conversation:
        made = create_conversation(user=owner, project=project, model="fake")
        run(ask(f"About {title}", conversation=made))
        return update_conversation(conversation=made, changes={"title": title, **changes})

    return make


Chat = Callable[..., Conversation]


def titles(page: str) -> list[str]:
    """In the order of the list."""
    return re.findall(r"data-row-link [^>]*>([^<]+)<", page)


def test_list_has_pinned_ones_first_under_their_headings(browser_client: Client, chat: Chat) -> None:
    for title, changes in (("First", {"is_pinned": True}), ("Second", {}), ("Third", {})):
        chat(title, **changes)
    page = page_of(browser_client, f"{URL}list/")
    assert titles(page) == ["First", "Third", "Second"]
    assert re.findall(r'class="chat-group">([^<]+)<', page) == ["Pinned", "Today"]


def test_list_is_searched_and_filtered(browser_client: Client, chat: Chat) -> None:
    chat("Steam", folder="Trains", tags=["hot"])
    chat("Diesel", tags=["cold"])
    chat("Old", is_archived=True)
    found = {query: titles(page_of(browser_client, f"{URL}list/?{query}")) for query in (
        "q=stea", "q=about", "folder=Trains", "tag=cold", "archived=on", "q=nothing", "folder=Nowhere",
    )}  # fmt: skip
    assert found == {
        "q=stea": ["Steam"], "q=about": ["Diesel", "Steam"], "folder=Trains": ["Steam"], "tag=cold": ["Diesel"],
        "archived=on": ["Old"], "q=nothing": [], "folder=Nowhere": ["Diesel", "Steam"],
    }  # fmt: skip


def test_empty_search_says_what_to_do(browser_client: Client, chat: Chat) -> None:
    chat("Steam")
    assert "Nothing fits. Change the search" in page_of(browser_client, f"{URL}list/?q=zzz")


def test_list_leaves_out_temporary_and_empty_ones(browser_client: Client, owner: Account, project: Project) -> None:
    create_conversation(user=owner, project=project, title="Empty")
    hidden = create_conversation(user=owner, project=project, is_temporary=True, title="Hidden")
    Conversation.objects.filter(pk=hidden.pk).update(total_messages=2)
    assert titles(page_of(browser_client, f"{URL}list/")) == []
    assert 'class="tag temporary-mark"' in page_of(browser_client, f"{URL}{hidden.pk}/")


def test_long_list_goes_on_without_repeating_its_heading(
    browser_client: Client, owner: Account, project: Project
) -> None:
    rows = [Conversation(user=owner, project=project, title=f"Chat {number}") for number in range(35)]
    Conversation.objects.bulk_create(rows)
    Conversation.objects.update(total_messages=1)
    first = page_of(browser_client, f"{URL}list/")
    address = re.search(r'hx-get="(/chat/list/\?page=2[^"]*)"', first)
    assert (len(titles(first)), address is not None) == (25, True)
    second = page_of(browser_client, str(address and address[1]).replace("&amp;", "&"))
    assert (len(titles(second)), "chat-group" in second, "Show more" in second) == (10, False, False)


def test_recent_ones_are_five_and_not_archived(browser_client: Client, chat: Chat) -> None:
    chat("Gone", is_archived=True)
    for number in range(6):
        chat(f"Chat {number}")
    page = page_of(browser_client, f"{URL}recent/")
    assert re.findall(r"Chat \d|Gone", page) == ["Chat 5", "Chat 4", "Chat 3", "Chat 2", "Chat 1"]


def test_home_has_the_box_that_asks(browser_client: Client, project: Project) -> None:
    page = page_of(browser_client, "/")
    assert '<form class="ask-box" method="post" action="/chat/">' in page
    assert 'hx-get="/chat/recent/"' in page
