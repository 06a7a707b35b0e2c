"""Chats of another program are brought along, with their pictures."""

from playwright.sync_api import Page, expect

from chatbot.tests.extraction.files import png
from chatbot.tests.importing.exports import Json, answer, as_json, as_zip, chatgpt, node
from config.tests.browser.chat import answers, questions

CAT, DOG = png(3, 2), png(2, 3)


def with_picture(message: Json, pointer: str) -> Json:
    """The node with a picture before its text."""
    message["message"]["content"]["content_type"] = "multimodal_text"
    message["message"]["content"]["parts"].insert(0, {"asset_pointer": pointer, "size_bytes": 9})
    return message


def test_pictures_of_an_export_are_attached_to_question_and_answer(page: Page) -> None:
    question = with_picture(node("q", None, "Draw a dog like this cat"), "file-service://file-1")
    drawn = with_picture(answer("a", "q", "Here it is"), "sediment://file_2")
    chat = as_json([chatgpt(question, drawn, id="with-pictures", title="Cat and dog")])
    export = as_zip({"conversations.json": chat, "file-1-cat.png": CAT, "file_2-dog.png": DOG})
    page.goto("/chat/import/")
    page.locator("input[type=file]").set_input_files({"name": "a.zip", "mimeType": "application/zip", "buffer": export})
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_text("Pictures and files: 2.")).to_be_visible()
    page.get_by_role("button", name="Import now").click()
    page.get_by_role("link", name="Cat and dog").click()
    expect(questions(page).locator("a.file-chip")).to_contain_text("file-1-cat.png")
    expect(answers(page).locator("a.file-chip")).to_contain_text("file_2-dog.png")
    address = answers(page).locator("a.file-chip").get_attribute("href")
    assert page.request.get(str(address)).body() == DOG
