"""The operations console shows everything and changes nothing."""

import pytest
from django.test import Client

from accounts.models import Account
from tts.models import AudioFile, AudioRequest

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
