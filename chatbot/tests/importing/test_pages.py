"""The import wizard: upload, trial, report, confirmation."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Account
from chatbot.models import Conversation, ImportRun
from chatbot.tests.importing.conftest import Bring, RunImport, nothing_written
from chatbot.tests.importing.exports import as_json, chatgpt
from projects.models import Project
from tasks.models import Task

pytestmark = pytest.mark.django_db
URL = "/chat/import/"
EVIL = "<script>alert(1)</script>"


def upload(client: Client, content: bytes, timezone: str = "UTC") -> "object":
    return client.post(URL, {"file": SimpleUploadedFile("chats.json", content), "timezone": timezone})


@pytest.fixture
def trial(bring: Bring) -> ImportRun:
    return bring(as_json([chatgpt(title=EVIL)]), dry_run=True)


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_empty_wizard_says_what_to_do(browser_client: Client, project: Project) -> None:
    shown = page(browser_client, URL)
    assert "Nothing imported yet" in shown
    assert 'enctype="multipart/form-data"' in shown
    assert '<option value="UTC" selected>UTC</option>' in shown


def test_vietnamese_readers_are_in_vietnam_until_they_say_otherwise(browser_client: Client, project: Project) -> None:
    browser_client.cookies["django_language"] = "vi"
    assert '<option value="Asia/Ho_Chi_Minh" selected>' in page(browser_client, URL)


def test_upload_leads_to_its_trial_run(browser_client: Client, project: Project) -> None:
    response = browser_client.post(URL, {"file": SimpleUploadedFile("a.json", as_json([chatgpt()])), "timezone": "UTC"})
    run = ImportRun.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"{URL}{run.pk}/")
    assert (run.dry_run, run.project) == (True, project)
    shown = page(browser_client, f"{URL}{run.pk}/")
    assert f'data-task-id="{run.task_id}"' in shown
    assert "every 2s" in shown
    assert "The report appears here while the file is read." in shown


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"file": SimpleUploadedFile("a.json", b"%PDF"), "timezone": "UTC"}, "neither JSON nor a zip archive"),
        ({"timezone": "UTC"}, "This field is required."),
        ({"file": SimpleUploadedFile("a.json", b"[]"), "timezone": "Nowhere"}, "Select a valid choice."),
    ],
)
def test_refusal_stands_in_the_form(
    browser_client: Client, project: Project, fields: dict[str, object], words: str
) -> None:
    response = browser_client.post(URL, fields)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ImportRun.objects.exists()


def test_person_without_a_project_is_told(client: Client, stranger: Account) -> None:
    client.force_login(stranger)
    response = client.post(URL, {"file": SimpleUploadedFile("a.json", b"[]"), "timezone": "UTC"})
    assert "Create a project first" in response.content.decode()


def test_report_of_a_trial_asks_for_confirmation(browser_client: Client, trial: ImportRun) -> None:
    shown = page(browser_client, f"{URL}{trial.pk}/")
    assert "The import would add 2 messages." in shown
    assert "Import now" in shown
    assert "Trial run · ChatGPT" in shown
    assert "every 2s" not in shown


def test_titles_of_a_file_are_text_and_nothing_else(browser_client: Client, trial: ImportRun) -> None:
    shown = page(browser_client, f"{URL}{trial.pk}/")
    assert EVIL not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_confirming_imports_and_links_the_conversations(
    browser_client: Client, trial: ImportRun, run_import_task: RunImport
) -> None:
    assert browser_client.post(f"{URL}{trial.pk}/confirm/").status_code == 302
    trial.refresh_from_db()
    run_import_task(trial)
    shown = page(browser_client, f"{URL}{trial.pk}/")
    assert "Done. 2 messages were added." in shown
    assert f'href="/chat/{Conversation.objects.get().pk}/"' in shown


def test_file_with_nothing_new_offers_no_button(browser_client: Client, bring: Bring) -> None:
    bring(as_json([chatgpt()]))
    shown = page(browser_client, f"{URL}{bring(as_json([chatgpt()]), dry_run=True).pk}/")
    assert "There is nothing new in this file." in shown
    assert "Import now" not in shown


def test_report_is_filtered_by_result(browser_client: Client, bring: Bring) -> None:
    run = bring(as_json([chatgpt(), {"other": 1}]), name="two.json")
    shown = page(browser_client, f"{URL}{run.pk}/?result=skipped")
    assert "Objects that are neither conversations nor memories: 1." in shown
    assert "Lời chào" not in shown
    assert "No item of the file came out like this." in page(browser_client, f"{URL}{run.pk}/?result=failed")


def test_cancel_answers_htmx_without_a_page(browser_client: Client, project: Project) -> None:
    upload(browser_client, as_json([chatgpt()]))
    run = ImportRun.objects.get()
    response = browser_client.post(f"{URL}{run.pk}/cancel/", headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert "It was cancelled." in page(browser_client, f"{URL}{run.pk}/")
    assert browser_client.post(f"{URL}{run.pk}/cancel/").status_code == 302


def test_delete_leads_back_to_the_list(browser_client: Client, trial: ImportRun) -> None:
    response = browser_client.post(f"{URL}{trial.pk}/delete/")
    assert (response.status_code, response["Location"]) == (302, URL)
    assert not ImportRun.objects.exists()


def test_list_tells_trials_from_imports(browser_client: Client, trial: ImportRun, bring: Bring) -> None:
    bring(as_json([chatgpt(id="x")]))
    shown = page(browser_client, URL)
    assert "Waits for your word" in shown
    assert "Completed" in shown


@pytest.mark.parametrize("who", ["member", "stranger", "staff"])
def test_imports_of_others_do_not_exist(
    request: pytest.FixtureRequest, client: Client, trial: ImportRun, who: str
) -> None:
    client.force_login(request.getfixturevalue(who))
    address = f"{URL}{trial.pk}/"
    assert client.get(address).status_code == 404
    for verb in ("confirm", "cancel", "delete"):
        assert client.post(f"{address}{verb}/").status_code == 404
    assert (ImportRun.objects.count(), Task.objects.count()) == (1, 1)
    assert nothing_written()


def test_visitor_is_sent_to_the_sign_in(client: Client, db: None) -> None:
    assert client.get(URL)["Location"].endswith(f"?next={URL}")
