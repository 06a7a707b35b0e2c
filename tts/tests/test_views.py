"""The Voice page: form, card, preview and history."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Account
from accounts.services import set_quota
from projects.models import Project
from tasks.models import Engine, Task
from tts.models import AudioRequest
from tts.tests.conftest import Run, Speak, nothing_written

pytestmark = pytest.mark.django_db

URL = "/voice/"
FORM = {"text_content": "Hello there", "voice": "fake/alto", "speed": "1", "pitch": "0", "output_format": "wav"}


@pytest.fixture
def as_browser() -> Callable[[Account], Client]:
    def client_of(person: Account) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return client_of


AsBrowser = Callable[[Account], Client]


def test_visitor_is_sent_to_the_sign_in(client: Client, db: None) -> None:
    response = client.get(URL)
    assert response.status_code == 302
    assert response["Location"].endswith("?next=/voice/")


def test_page_offers_voices_by_language_and_the_quota(browser_client: Client, owner: Account, project: Project) -> None:
    set_quota(account=owner, quota_type="characters", period="daily", limit=5_000, actor=None)
    page = browser_client.get(URL).content.decode()
    assert '<optgroup label="Vietnamese">' in page
    assert '<option value="espeak/en-us" selected>' in page
    assert "5k left. Starts again on" in page
    assert "Nothing spoken yet" in page


def test_speaking_leads_back_to_the_page_with_the_request(browser_client: Client, project: Project) -> None:
    response = browser_client.post(URL, FORM)
    made = AudioRequest.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/voice/?request={made.pk}#request")
    assert (made.text_content, made.voice_name, made.task.project_id) == ("Hello there", "alto", project.pk)
    page = browser_client.get(f"{URL}?request={made.pk}").content.decode()
    assert "Position 1 in the queue" in page
    assert f'data-task-id="{made.task_id}"' in page


def test_several_engines_speak_in_the_chosen_language(browser_client: Client, project: Project) -> None:
    browser_client.post(URL, FORM | {"voice": "espeak/vi", "compare": ["fake"]})
    task_input = Task.objects.get().input_data
    assert task_input["voice"] == {"espeak": "vi", "fake": "tenor"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text_content": ""}, "Enter a text to speak."),
        ({"text_content": "  "}, "Enter a text to speak."),
        ({"text_content": "a" * 20_001}, "The text has 20001 characters; the limit is 20000."),
        ({"text_content": "a\x07"}, "The text holds a control character (U+0007 at position 1)."),
        ({"voice": "fake/nobody"}, "Select a valid choice. fake/nobody is not one of the available choices."),
        ({"speed": "99"}, "Ensure this value is less than or equal to 4.0."),
        ({"output_format": "exe"}, "Select a valid choice. exe is not one of the available choices."),
    ],
)
def test_refused_form_keeps_the_text_and_says_why(
    change: dict[str, str], message: str, browser_client: Client, project: Project
) -> None:
    response = browser_client.post(URL, FORM | change)
    page = response.content.decode()
    assert (response.status_code, message in page) == (422, True)
    assert (FORM | change)["text_content"][:10] in page
    assert nothing_written()


def test_used_up_quota_is_said_above_the_form(browser_client: Client, owner: Account, project: Project) -> None:
    set_quota(account=owner, quota_type="characters", period="daily", limit=3, actor=None)
    response = browser_client.post(URL, FORM)
    assert response.status_code == 422
    assert nothing_written()


def test_person_without_a_project_is_told(as_browser: AsBrowser, stranger: Account) -> None:
    response = as_browser(stranger).post(URL, FORM)
    assert (response.status_code, "Create a project first" in response.content.decode()) == (422, True)
    assert nothing_written()


def test_page_without_engines_says_so(browser_client: Client, project: Project) -> None:
    Engine.objects.update(is_enabled=False, is_default=False)
    assert "No engine can speak" in browser_client.get(URL).content.decode()


def test_completed_card_has_player_words_and_download(browser_client: Client, spoken: AudioRequest) -> None:
    page = browser_client.get(f"/voice/requests/{spoken.pk}/").content.decode()
    assert f'src="/api/v1/audio-requests/{spoken.pk}/file/?engine=fake"' in page
    assert '{"text": "Hello", "start_ms": 0, "end_ms": 360}' in page
    assert 'download="hello-there-alto.wav"' in page
    assert f"/tasks/{spoken.task_id}/" in page


def test_failed_card_says_why(browser_client: Client, speak: Speak, run: Run) -> None:
    request = speak("...")
    run(request)
    page = browser_client.get(f"/voice/requests/{request.pk}/").content.decode()
    assert "The text holds nothing that can be spoken." in page


def test_hostile_text_is_escaped(browser_client: Client, speak: Speak, run: Run) -> None:
    request = speak("<script>alert(1)</script> hello")
    run(request)
    for url in (f"/voice/requests/{request.pk}/", URL):
        assert "<script>alert" not in browser_client.get(url).content.decode()


@pytest.mark.parametrize("url", ["/voice/requests/{}/", "/voice/?request={}", "/voice/?use={}", "/voice/preview/{}/"])
def test_stranger_finds_nothing(url: str, as_browser: AsBrowser, stranger: Account, speak: Speak) -> None:
    assert as_browser(stranger).get(url.format(speak().pk)).status_code == 404


@pytest.mark.parametrize("wrong", ["nonsense", "../../etc/passwd", "1"])
def test_nonsense_request_is_not_found(wrong: str, browser_client: Client, project: Project) -> None:
    assert browser_client.get(URL, {"request": wrong}).status_code == 404


def test_use_again_fills_in_the_form(browser_client: Client, speak: Speak) -> None:
    request = speak("Use me again", voice="tenor", speed=1.5)
    page = browser_client.get(f"{URL}?use={request.pk}").content.decode()
    assert "Use me again</textarea>" in page
    assert '<option value="fake/tenor" selected>' in page


def test_history_is_searched_and_filtered(browser_client: Client, speak: Speak) -> None:
    speak("apples")
    speak("pears", output_format="mp3")
    for query, shown, hidden in (("?q=appl", "apples", "pears"), ("?output_format=mp3", "pears", "apples")):
        page = browser_client.get(URL + query).content.decode()
        assert (shown in page, hidden in page) == (True, False)
    assert "Nothing fits" in browser_client.get(f"{URL}?q=plums").content.decode()


def test_owner_cancels_from_the_card(browser_client: Client, speak: Speak) -> None:
    request = speak()
    response = browser_client.post(f"/voice/requests/{request.pk}/cancel/", headers={"HX-Request": "true"})
    assert (response.status_code, Task.objects.get().status) == (204, "cancelled")


def test_cancel_without_script_leads_back(browser_client: Client, speak: Speak) -> None:
    request = speak()
    response = browser_client.post(f"/voice/requests/{request.pk}/cancel/")
    assert response["Location"] == f"/voice/?request={request.pk}#request"


def test_member_may_not_cancel_the_owners(as_browser: AsBrowser, member: Account, speak: Speak) -> None:
    url = f"/voice/requests/{speak().pk}/cancel/"
    assert as_browser(member).post(url, headers={"HX-Request": "true"}).status_code == 403
    assert Task.objects.get().status == "pending"


def test_stranger_may_not_cancel(as_browser: AsBrowser, stranger: Account, speak: Speak) -> None:
    assert as_browser(stranger).post(f"/voice/requests/{speak().pk}/cancel/").status_code == 404
    assert Task.objects.get().status == "pending"


def test_preview_speaks_in_the_voices_language_and_stays_out_of_the_history(
    browser_client: Client, project: Project, run: Run, media: object
) -> None:
    waiting = browser_client.post("/voice/preview/", {"voice": "espeak/vi"}, headers={"HX-Request": "true"})
    request = AudioRequest.objects.get()
    assert request.text_content == "Xin chào, đây là giọng nói của tôi."
    assert "One moment" in waiting.content.decode()
    run(request)
    assert "<audio controls autoplay" in browser_client.get(f"/voice/preview/{request.pk}/").content.decode()
    assert "Xin chào" not in browser_client.get(URL).content.decode()


def test_preview_of_an_unknown_voice_is_refused(browser_client: Client, project: Project) -> None:
    for value in ("espeak/nobody", "nobody/alto", ""):
        assert browser_client.post("/voice/preview/", {"voice": value}).status_code == 422
    assert nothing_written()
