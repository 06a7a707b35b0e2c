"""Django's middleware below an asynchronous server: on the event loop, except where a step may wait."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.messages import get_messages
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.test import AsyncClient, Client
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from accounts.models import Account
from monitoring import inline

pytestmark = [pytest.mark.urls("monitoring.tests.test_inline"), pytest.mark.django_db(transaction=True)]

NAMES = (
    "SecurityMiddleware", "CSPMiddleware", "SessionMiddleware", "LocaleMiddleware", "CommonMiddleware",
    "CsrfViewMiddleware", "AuthenticationMiddleware", "MessageMiddleware", "XFrameOptionsMiddleware",
)  # fmt: skip
#: (class, step) and the thread it ran in.
Steps = dict[tuple[str, str], int]


async def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain")


def remember(request: HttpRequest) -> HttpResponse:
    request.session["station"] = "Huế"
    return HttpResponse("kept")


def recall(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.session.get("station", "nothing"))


def form(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        request.session["posted"] = request.POST["text"]
        return HttpResponse(request.POST["text"])
    return HttpResponse(get_token(request))


async def async_form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.POST["text"])


@csrf_exempt
def open_door(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body)


def announce(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Đã lưu.")
    return HttpResponseRedirect("/announced")


def announced(request: HttpRequest) -> HttpResponse:
    return JsonResponse([str(message) for message in get_messages(request)], safe=False)


def who(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.user}")


async def who_async(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{await request.auser()}")


VIEWS: list[Callable[..., Any]] = [
    plain, remember, recall, form, async_form, open_door, announce, announced, who, who_async,
]  # fmt: skip
urlpatterns = [*(path(view.__name__, view) for view in VIEWS), path("slash/", plain)]


def _recording(base: type[Any], steps: Steps) -> type[Any]:
    """A subclass whose steps note the thread they run in."""

    def noting(name: str) -> Callable[..., Any]:
        def step(self: Any, *arguments: Any) -> Any:
            steps[base.__name__, name] = threading.get_ident()
            return getattr(base, name)(self, *arguments)

        return step

    present = [name for name in ("process_request", "process_response") if hasattr(base, name)]
    return type(base.__name__, (base,), {name: noting(name) for name in present})


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Where each step of a request ran."""
    ran: Steps = {}
    for name in NAMES:
        monkeypatch.setattr(inline, name, _recording(getattr(inline, name), ran))
    return ran


def saving_threads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The threads in which sessions are written from now on."""
    threads: list[int] = []
    real = SessionStore.save

    def save(self: SessionStore, must_create: bool = False) -> None:
        threads.append(threading.get_ident())
        real(self, must_create)

    monkeypatch.setattr(SessionStore, "save", save)
    return threads


async def token_of(client: AsyncClient) -> str:
    """A token that fits the client's cookie."""
    return (await client.get("/form")).content.decode()


async def test_every_step_of_a_plain_request_runs_on_the_event_loop(steps: Steps) -> None:
    assert (await AsyncClient().get("/plain")).content == b"plain"
    assert {name for name, _step in steps} == set(NAMES)
    assert set(steps.values()) == {threading.get_ident()}


async def test_every_step_that_django_has_is_run(steps: Steps) -> None:
    await AsyncClient().get("/plain")
    expected = {
        (name, step)
        for name in NAMES
        for step in ("process_request", "process_response")
        if hasattr(getattr(inline, name), step)
    }
    assert set(steps) == expected
    assert len(expected) == 16


async def test_changed_session_is_saved_in_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    threads, client = saving_threads(monkeypatch), AsyncClient()
    await client.get("/remember")
    assert threads != []
    assert threading.get_ident() not in threads
    assert (await client.get("/recall")).content.decode() == "Huế"


async def test_session_that_was_only_read_is_not_written(monkeypatch: pytest.MonkeyPatch, steps: Steps) -> None:
    client = AsyncClient()
    await client.get("/remember")
    threads = saving_threads(monkeypatch)
    response = await client.get("/recall")
    assert (threads, "Cookie" in response["Vary"]) == ([], True)
    assert steps["SessionMiddleware", "process_response"] == threading.get_ident()


async def test_visitor_without_a_session_gets_none() -> None:
    client = AsyncClient()
    await client.get("/plain")
    assert (dict(client.cookies), await Session.objects.acount()) == ({}, 0)


async def test_form_with_the_right_token_passes() -> None:
    client = AsyncClient(enforce_csrf_checks=True)
    data = {"text": "đúng", "csrfmiddlewaretoken": await token_of(client)}
    for address in ("/form", "/async_form"):
        response = await client.post(address, data)
        assert (response.status_code, response.content.decode()) == (200, "đúng")


@pytest.mark.parametrize("token", [None, "", "x" * 64, "x", "đ" * 64])
@pytest.mark.parametrize("address", ["/form", "/async_form"])
async def test_form_with_a_wrong_token_is_refused(address: str, token: str | None) -> None:
    client = AsyncClient(enforce_csrf_checks=True)
    await token_of(client)
    fields = {"text": "sai"} if token is None else {"text": "sai", "csrfmiddlewaretoken": token}
    assert (await client.post(address, fields)).status_code == 403
    assert await Session.objects.acount() == 0


async def test_token_of_another_browser_is_refused() -> None:
    stolen = await token_of(AsyncClient())
    client = AsyncClient(enforce_csrf_checks=True)
    await token_of(client)
    assert (await client.post("/form", {"text": "x", "csrfmiddlewaretoken": stolen})).status_code == 403


async def test_token_in_the_header_passes_and_a_foreign_origin_does_not() -> None:
    client = AsyncClient(enforce_csrf_checks=True)
    headers = {"X-CSRFToken": await token_of(client)}
    assert (await client.post("/form", {"text": "x"}, headers=headers)).status_code == 200
    foreign = headers | {"Origin": "https://evil.example"}
    assert (await client.post("/form", {"text": "x"}, headers=foreign)).status_code == 403


async def test_exempt_view_needs_no_token() -> None:
    response = await AsyncClient(enforce_csrf_checks=True).post("/open_door", b"{}", content_type="application/json")
    assert (response.status_code, response.content) == (200, b"{}")


async def test_form_is_parsed_off_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []
    real = CsrfViewMiddleware.process_view

    def check(self: CsrfViewMiddleware, *arguments: Any) -> Any:
        threads.append(threading.get_ident())
        return real(self, *arguments)

    client = AsyncClient(enforce_csrf_checks=True)
    token = await token_of(client)
    monkeypatch.setattr(CsrfViewMiddleware, "process_view", check)
    await client.post("/form", {"text": "x", "csrfmiddlewaretoken": token})
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()
    await client.get("/plain")
    await client.post("/open_door", b"{}", content_type="application/json")
    assert threads[1:] == [threading.get_ident()] * 2


async def test_message_survives_a_redirect_and_is_shown_once(owner: Account) -> None:
    client = AsyncClient()
    await client.aforce_login(owner)
    assert (await client.get("/announce")).status_code == 302
    shown = [(await client.get("/announced")).json() for _ in range(2)]
    assert shown == [["Đã lưu."], []]


async def test_messages_are_stored_off_the_event_loop(steps: Steps) -> None:
    await AsyncClient().get("/announce")
    assert steps["MessageMiddleware", "process_response"] != threading.get_ident()
    assert steps["MessageMiddleware", "process_request"] == threading.get_ident()


@pytest.mark.parametrize("address", ["/who", "/who_async"])
async def test_signed_in_person_is_known(owner: Account, address: str) -> None:
    client = AsyncClient()
    assert (await client.get(address)).content == b"AnonymousUser"
    await client.aforce_login(owner)
    assert (await client.get(address)).content.decode() == str(owner)


async def test_language_and_headers_are_those_of_django() -> None:
    response = await AsyncClient().get("/plain", headers={"Accept-Language": "vi"})
    assert (response["Content-Language"], response["X-Frame-Options"]) == ("vi", "DENY")
    assert (response["X-Content-Type-Options"], response["Content-Length"]) == ("nosniff", "5")
    assert "script-src 'self'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["/plain", "/remember", "/announce", "/slash", "/nowhere"])
async def test_asynchronous_and_synchronous_server_answer_alike(address: str) -> None:
    def gist(response: Any) -> tuple[int, bytes, dict[str, str]]:
        headers = {name: re.sub(r"'nonce-[^']+'", "", value) for name, value in response.items()}
        return response.status_code, response.content, headers

    given = {"X-Request-ID": "r1"}
    response = await AsyncClient().get(address, headers=given)
    assert gist(response) == gist(await sync_to_async(Client().get)(address, headers=given))


def test_synchronous_server_keeps_sessions_and_messages(client: Client) -> None:
    client.get("/remember")
    assert client.get("/recall").content.decode() == "Huế"
    assert client.get("/announce", follow=True).json() == ["Đã lưu."]
    assert client.get("/announced").json() == []


@pytest.mark.parametrize(("token", "status"), [("right", 200), ("wrong", 403)])
def test_synchronous_server_compares_tokens(token: str, status: int) -> None:
    client = Client(enforce_csrf_checks=True)
    right = client.get("/form").content.decode()
    data = {"text": "x", "csrfmiddlewaretoken": right if token == "right" else "x" * 64}
    assert client.post("/form", data).status_code == status
    assert Session.objects.count() == (status == 200)


def test_steps_of_the_synchronous_server_run_in_its_own_thread(client: Client, steps: Steps) -> None:
    assert client.get("/announce").status_code == 302
    assert {name for name, _step in steps} == set(NAMES)
    assert set(steps.values()) == {threading.get_ident()}
