"""The operations console shows everything and changes nothing."""

import pytest
from django.test import Client

from accounts.models import Account
from config.common.ids import uuid7
from tts.models import AudioFile, AudioRequest
from tts.tests.conftest import Speak

pytestmark = pytest.mark.django_db

PAGES = ["/admin/tts/audiorequest/", "/admin/tts/audiofile/"]


@pytest.fixture
def console(staff: Account) -> Client:
    client = Client()
    client.force_login(staff)
    return client


@pytest.mark.parametrize(
    ("url", "query", "found"),
    [
        (PAGES[0], "", True),
        (PAGES[0], "Hello", True),
        (PAGES[0], "owner", True),
        (PAGES[0], "nothing", False),
        (PAGES[1], "hello-there", True),
        (PAGES[1], "nothing", False),
    ],
)
def test_list_is_searched(url: str, query: str, found: bool, console: Client, spoken: AudioRequest) -> None:
    page = console.get(url, {"q": query})
    assert page.status_code == 200
    assert (page.context["cl"].result_count == 1) is found


def test_lists_are_filtered(console: Client, spoken: AudioRequest) -> None:
    assert console.get(PAGES[0], {"task__status__exact": "failed"}).context["cl"].result_count == 0
    assert console.get(PAGES[0], {"output_format__exact": "wav"}).context["cl"].result_count == 1


def test_request_shows_its_files_and_leads_to_its_task(console: Client, spoken: AudioRequest) -> None:
    page = console.get(f"{PAGES[0]}{spoken.pk}/change/").content.decode()
    assert "hello-there-alto.wav" in page
    assert f"/admin/tasks/task/{spoken.task_id}/change/" in page


def test_file_leads_to_its_task(console: Client, spoken: AudioRequest) -> None:
    page = console.get(f"{PAGES[1]}{spoken.files.get().pk}/change/").content.decode()
    assert f"/admin/tasks/task/{spoken.task_id}/change/" in page


@pytest.mark.parametrize("url", PAGES)
def test_nothing_can_be_added(url: str, console: Client) -> None:
    assert console.get(f"{url}add/").status_code == 403


def test_nothing_can_be_changed_or_deleted(console: Client, spoken: AudioRequest) -> None:
    assert console.post(f"{PAGES[0]}{spoken.pk}/change/", {"text_content": "x"}).status_code == 403
    assert console.post(f"{PAGES[0]}{spoken.pk}/delete/", {"post": "yes"}).status_code == 403
    assert (AudioRequest.objects.get().text_content, AudioFile.objects.count()) == ("Hello there", 1)


@pytest.mark.parametrize("url", PAGES)
def test_people_who_are_not_staff_are_kept_out(url: str, browser_client: Client) -> None:
    assert browser_client.get(url).status_code == 302


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 302), ("manager", 302), ("viewer", 302), ("stranger", 302), ("staff", 200)]
)
def test_only_staff_open_a_request(
    role: str, status: int, people: dict[str, Account], client: Client, spoken: AudioRequest
) -> None:
    client.force_login(people[role])
    response = client.get(f"{PAGES[0]}{spoken.pk}/change/")
    assert response.status_code == status
    assert (b"Hello there" in response.content) is (status == 200)


@pytest.mark.parametrize("words", ["%", "' OR 1=1 --", "🎉", "x" * 2_000, "not-a-uuid"])
def test_hostile_search_finds_nothing(words: str, console: Client, spoken: AudioRequest) -> None:
    for url in PAGES:
        page = console.get(url, {"q": words})
        assert (page.status_code, page.context["cl"].result_count) == (200, 0)


def test_bulk_delete_is_not_offered_and_does_nothing(console: Client, spoken: AudioRequest) -> None:
    for url, key in zip(PAGES, (spoken.pk, spoken.files.get().pk), strict=True):
        console.post(url, {"action": "delete_selected", "_selected_action": [str(key)], "post": "yes"})
    assert (AudioRequest.objects.count(), AudioFile.objects.count()) == (1, 1)


def test_hostile_text_is_escaped_in_the_console(console: Client, speak: Speak) -> None:
    request = speak("<script>alert(1)</script>")
    for url in (PAGES[0], f"{PAGES[0]}{request.pk}/change/"):
        assert "<script>alert(1)" not in console.get(url).content.decode()


def test_request_of_nobody_leads_back_to_the_console(console: Client) -> None:
    for url in PAGES:
        assert console.get(f"{url}{uuid7()}/change/").status_code == 302
