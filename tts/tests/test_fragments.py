"""The fragments of the Voice page, and the sound on pages of lower floors."""

import html
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from accounts.services import set_quota
from config.common.ids import uuid7
from projects.models import Project
from results.models import Result
from tasks.models import Task
from tts.models import AudioFile, AudioRequest
from tts.services import request_speech
from tts.templatetags.voice import audio_file_of, audio_player
from tts.tests.conftest import Run, Speak, nothing_written

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def card(client: Client, request: AudioRequest) -> str:
    """The request's fragment."""
    return client.get(f"/voice/requests/{request.pk}/", headers=HTMX).content.decode()


def preview(client: Client, request: AudioRequest) -> str:
    return client.get(f"/voice/preview/{request.pk}/", headers=HTMX).content.decode()


@pytest.mark.parametrize(
    "output_data", [{}, {"audio_file_id": None}, {"audio_file_id": "x"}, {"audio_file_id": str(uuid7())}]
)
def test_result_without_a_file_has_no_player(output_data: dict[str, Any]) -> None:
    assert audio_file_of(output_data, uuid7()) is None


def test_file_belongs_to_the_task_of_its_result(spoken: AudioRequest) -> None:
    output_data = {"audio_file_id": str(spoken.files.get().pk)}
    assert audio_file_of(output_data, spoken.task_id) == spoken.files.get()
    # A task's output is what a program may have written: an id of elsewhere must not open that sound.
    assert audio_file_of(output_data, uuid7()) is None


def test_player_leads_to_the_engines_own_file(spoken: AudioRequest) -> None:
    audio_file = spoken.files.get()
    shown = audio_player(audio_file)
    assert shown["src"] == f"/api/v1/audio-requests/{spoken.pk}/file/?engine=fake"
    assert (shown["duration_ms"], shown["label"]) == (660, "Hello there")
    assert [word["text"] for word in shown["words"]] == ["Hello", "there"]


def test_players_label_ends_where_a_listener_stops_hearing() -> None:
    request = AudioRequest(text_content="Xin chào " * 50)
    audio_file = AudioFile(request=request, duration=1.0, word_timings=[])
    assert audio_player(audio_file)["label"] == ("Xin chào " * 50)[:80]


def test_result_page_plays_the_sound(spoken: AudioRequest) -> None:
    result = Result.objects.get(task_id=spoken.task_id)
    page = render_to_string("tts/result.html", {"result": result})
    assert f'src="/api/v1/audio-requests/{spoken.pk}/file/?engine=fake"' in page
    assert (page.count("Hello there") > 0, page.count("<audio")) == (True, 1)


@pytest.mark.parametrize(
    ("message", "shown"), [("Died <b>early</b>", "Died &lt;b&gt;early"), ("", "There is no sound.")]
)
def test_failed_result_says_why_instead(message: str, shown: str) -> None:
    result = Result(task_id=uuid7(), output_data={"error_code": "x"}, error_message=message)
    page = render_to_string("tts/result.html", {"result": result})
    assert shown in page
    assert "<audio" not in page


def test_waiting_card_polls_and_tells_its_place(browser_client: Client, speak: Speak) -> None:
    speak("before")
    request = speak()
    page = card(browser_client, request)
    assert "Position 2 in the queue" in page
    assert f'hx-get="/voice/requests/{request.pk}/"' in page
    assert "every 2s" in page
    assert f"/voice/requests/{request.pk}/cancel/" in page


def test_ended_card_polls_no_more(browser_client: Client, spoken: AudioRequest) -> None:
    page = card(browser_client, spoken)
    assert "every 2s" not in page
    assert f"/voice/requests/{spoken.pk}/cancel/" not in page
    assert f"/tasks/{spoken.task_id}/#results" in page


def test_card_is_a_fragment_without_the_page_around_it(browser_client: Client, speak: Speak) -> None:
    page = card(browser_client, speak())
    assert page.lstrip().startswith("<section")
    assert "<html" not in page


def test_retried_card_says_that_it_goes_on_by_itself(browser_client: Client, speak: Speak) -> None:
    request = speak()
    row = Task.objects.filter(pk=request.task_id)
    row.update(status="in_queue", enqueued_at="2026-01-01T00:00Z")
    row.update(status="processing", enqueued_at=None, lease_expires_at="2999-01-01T00:00Z", attempt=1)
    waiting = {"next_retry_at": "2999-01-01T00:00Z", "error_message": "The disk is full."}
    row.update(status="retrying", lease_expires_at=None, **waiting)
    assert "The disk is full. It is tried again by itself." in card(browser_client, request)


def test_cancelled_card_offers_no_second_cancel(browser_client: Client, speak: Speak) -> None:
    request = speak()
    browser_client.post(f"/voice/requests/{request.pk}/cancel/", headers=HTMX)
    page = card(browser_client, request)
    assert 'data-status="cancelled"' in page
    assert f"/voice/requests/{request.pk}/cancel/" not in page


def test_cancel_of_an_ended_request_is_said_and_changes_nothing(browser_client: Client, spoken: AudioRequest) -> None:
    refused = browser_client.post(f"/voice/requests/{spoken.pk}/cancel/", headers=HTMX)
    assert refused.status_code == 409
    plain = browser_client.post(f"/voice/requests/{spoken.pk}/cancel/", follow=True)
    assert plain.redirect_chain == [(f"/voice/?request={spoken.pk}#request", 302)]
    assert [message.level_tag for message in plain.context["messages"]] == ["error"]
    assert Task.objects.get().status == "completed"


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("get", "/voice/requests/{}/cancel/"),
        ("post", "/voice/requests/{}/"),
        ("post", "/voice/preview/{}/"),
        ("get", "/voice/preview/"),
        ("put", "/voice/"),
        ("delete", "/voice/"),
    ],
)
def test_other_methods_do_nothing(method: str, url: str, browser_client: Client, speak: Speak) -> None:
    assert getattr(browser_client, method)(url.format(speak().pk)).status_code == 405
    assert (Task.objects.get().status, AudioRequest.objects.count()) == ("pending", 1)


@pytest.mark.parametrize("url", ["/voice/", "/voice/requests/{}/", "/voice/preview/{}/"])
def test_visitor_is_sent_to_the_sign_in_from_everywhere(url: str, client: Client, speak: Speak) -> None:
    response = client.get(url.format(speak().pk))
    assert (response.status_code, "next=/voice/" in response["Location"]) == (302, True)


@pytest.mark.parametrize("url", ["/voice/", "/voice/preview/", "/voice/requests/{}/cancel/"])
def test_form_of_another_site_is_refused(url: str, owner: Account, speak: Speak) -> None:
    request = speak()
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    form = {"text_content": "x", "voice": "fake/alto", "speed": "1", "pitch": "0", "output_format": "wav"}
    assert client.post(url.format(request.pk), form).status_code == 403
    assert (AudioRequest.objects.count(), Task.objects.get().status) == (1, "pending")


def test_preview_of_a_known_voice_plays_at_once(browser_client: Client, project: Project, run: Run, media: Any) -> None:
    browser_client.post("/voice/preview/", {"voice": "fake/tenor"}, headers=HTMX)
    run(AudioRequest.objects.get())
    again = browser_client.post("/voice/preview/", {"voice": "fake/tenor"}, headers=HTMX).content.decode()
    assert "<audio controls autoplay" in again
    assert set(AudioRequest.objects.values_list("metadata__preview", "output_format")) == {(True, "mp3")}


def test_preview_without_script_leads_to_the_page(browser_client: Client, project: Project) -> None:
    response = browser_client.post("/voice/preview/", {"voice": "fake/alto"})
    made = AudioRequest.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/voice/?request={made.pk}#request")


def test_preview_beyond_the_quota_says_so(browser_client: Client, owner: Account, project: Project) -> None:
    set_quota(account=owner, quota_type="characters", period="daily", limit=1, actor=None)
    response = browser_client.post("/voice/preview/", {"voice": "fake/alto"}, headers=HTMX)
    assert (response.status_code, '<p role="alert">' in response.content.decode()) == (422, True)
    assert nothing_written()


def test_viewer_may_not_preview_in_a_project_that_is_not_theirs(people: dict[str, Account], client: Client) -> None:
    client.force_login(people["viewer"])
    assert client.post("/voice/preview/", {"voice": "fake/alto"}, headers=HTMX).status_code == 422
    assert nothing_written()


def test_failed_preview_says_why(browser_client: Client, speak: Speak, run: Run) -> None:
    request = speak("...")
    run(request)
    assert '<p role="alert">The text holds nothing that can be spoken.</p>' in preview(browser_client, request)


def test_cancelled_preview_says_that_it_could_not_be_heard(browser_client: Client, speak: Speak) -> None:
    request = speak()
    browser_client.post(f"/voice/requests/{request.pk}/cancel/", headers=HTMX)
    assert "The voice could not be heard." in preview(browser_client, request)


def test_history_is_ones_own_even_for_staff(browser_client: Client, people: dict[str, Account], speak: Speak) -> None:
    speak("The owner's words")
    client = Client()
    client.force_login(people["staff"])
    assert "The owner" not in client.get("/voice/").content.decode()
    assert html.escape("The owner's words") in browser_client.get("/voice/").content.decode()


def test_history_has_twenty_a_page(browser_client: Client, owner: Account, project: Project, media: Any) -> None:
    for number in range(21):
        request_speech(user=owner, project=project, input_data={"text": f"text-{number:02}", "engine": "fake"})
    first, second = (browser_client.get(f"/voice/?page={page}").content.decode() for page in (1, 2))
    assert (first.count("data-row-link"), second.count("data-row-link")) == (20, 1)
    assert ("text-20" in first, "text-00" in second) == (True, True)


def test_queries_of_the_page_do_not_grow_with_the_history(browser_client: Client, speak: Speak) -> None:
    speak("first")
    browser_client.get("/voice/")
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            browser_client.get("/voice/")
        counts.append(len(queries))
        for number in range(6):
            speak(f"text {number}")
    assert counts[0] == counts[1]
