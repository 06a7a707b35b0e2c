"""The REST face around its views: bodies at their limits, pages of time-ordered rows, refusals as problems."""

import base64
import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import OperationalError
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import Account
from config.common.rest import InvalidJson, drf_exception_handler, parse_json
from projects.models import Project
from projects.services import create_project

URL = "/api/v1/projects/"


@pytest.fixture
def caller(api: APIClient, owner: Account) -> APIClient:
    api.force_authenticate(owner)
    return api


def _post(client: APIClient, raw: bytes, content_type: str = "application/json") -> tuple[int, Mapping[str, Any]]:
    response = client.post(URL, raw, content_type=content_type)
    return response.status_code, json.loads(response.content)


def _make(owner: Account, *names: str) -> None:
    for name in names:
        create_project(user=owner, project_name=name)


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "invalid_request"),
        (b"null", 400, "invalid_request"),
        (b"[]", 400, "invalid_request"),
        (b'"text"', 400, "invalid_request"),
        (b"{", 400, "invalid_json"),
        (b'\xef\xbb\xbf{"project_name": "a"}', 400, "invalid_json"),
        ('{"project_name": "a"}'.encode("utf-16"), 400, "invalid_json"),
        (b'{"project_name": "\xed\xa0\x80"}', 400, "invalid_json"),
        (b'{"project_name": "a\x00"}', 400, "invalid_json"),
        (b'{"project_name": "a"} {}', 400, "invalid_json"),
    ],
    ids=["empty", "null", "list", "text", "open", "BOM", "UTF-16", "surrogate bytes", "NUL", "two documents"],
)
def test_body_that_is_no_object_is_refused_and_nothing_is_made(
    caller: APIClient, raw: bytes, status: int, code: str
) -> None:
    answered, body = _post(caller, raw)
    assert (answered, body["code"]) == (status, code)
    assert Project.objects.count() == 0


def test_body_one_byte_over_the_limit_is_refused_and_at_the_limit_read(caller: APIClient, settings: Settings) -> None:
    raw = json.dumps({"project_name": "Ga", "project_description": "x" * 2_000}).encode()
    settings.MAX_JSON_BYTES = len(raw) - 1
    assert (_post(caller, raw)[0], Project.objects.count()) == (413, 0)
    settings.MAX_JSON_BYTES = len(raw)
    assert (_post(caller, raw)[0], Project.objects.count()) == (201, 1)


def test_body_beyond_what_django_reads_is_413_not_500(caller: APIClient, settings: Settings) -> None:
    status, body = _post(caller, b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))
    assert (status, body["code"], body["title"]) == (413, "body_too_large", "The request body is too large.")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_other_kinds_of_bodies_are_refused(caller: APIClient, content_type: str) -> None:
    status, body = _post(caller, b"project_name=a", content_type)
    assert (status, body["code"]) == (415, "unsupported_media_type")
    assert Project.objects.count() == 0


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'"\\ud83d\\ude82"', "🚂"),
        (b'"\\\\ud800"', "\\ud800"),
        (b'"\\\\\\\\u0000"', "\\\\u0000"),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b" \t\r\n[]\n", []),
        (b"-0.0", -0.0),
        (b"1e-999", 0.0),
        (b"9" * 4_300, int("9" * 4_300)),
        ('{"tên": "Hà Nội"}'.encode(), {"tên": "Hà Nội"}),
    ],
    ids=lambda value: str(value)[:16],
)
def test_unusual_but_valid_json_is_read(raw: bytes, value: object) -> None:
    assert parse_json(raw) == value


@pytest.mark.parametrize(
    "raw",
    [b'"\\ud83d"', b'"\\ude82\\ud83d"', b'{"\\udfff": 1}', b'"a\nb"', b"'a'", b"[1,]", b"01", b"+1", b"\x00",
     b"9" * 4_301],
    ids=repr,
)  # fmt: skip
def test_nearly_valid_json_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidJson):
        parse_json(raw)


@pytest.mark.parametrize("raw", [b"[" * 63 + b"{}" + b"]" * 63, b'{"a":' * 64 + b"1" + b"}" * 64])
def test_depth_counts_objects_and_lists_alike(raw: bytes) -> None:
    assert parse_json(raw)
    with pytest.raises(InvalidJson, match="nested too deeply"):
        parse_json(b"[" + raw + b"]")


def test_wide_json_is_not_deep() -> None:
    assert len(parse_json(b"[" + b"[]," * 50_000 + b"[]]")) == 50_001


def test_pages_hold_every_row_once_although_rows_are_added_meanwhile(caller: APIClient, owner: Account) -> None:
    _make(owner, *(f"P{number}" for number in range(5)))
    seen, address = [], f"{URL}?page_size=2"
    while address:
        body = caller.get(address).json()
        seen += [row["project_name"] for row in body["results"]]
        _make(owner, f"later {len(seen)}")
        address = body["next"] or ""
    assert seen == ["P4", "P3", "P2", "P1", "P0"]


def test_way_back_leads_over_the_same_rows(caller: APIClient, owner: Account) -> None:
    _make(owner, *(f"P{number}" for number in range(4)))
    first = caller.get(f"{URL}?page_size=2").json()
    second = caller.get(first["next"]).json()
    assert caller.get(second["previous"]).json()["results"] == first["results"]
    assert (first["previous"], second["next"]) == (None, None)


@pytest.mark.parametrize(
    ("asked", "rows"), [("1", 1), ("3", 3), ("4", 3), ("0", 2), ("-1", 2), ("x", 2), ("", 2), ("999999", 3)]
)
def test_size_of_a_page_is_what_was_asked_within_bounds(
    caller: APIClient, owner: Account, monkeypatch: pytest.MonkeyPatch, asked: str, rows: int
) -> None:
    monkeypatch.setattr("config.common.rest.TimeOrderedPagination.page_size", 2)
    monkeypatch.setattr("config.common.rest.TimeOrderedPagination.max_page_size", 3)
    _make(owner, *(f"P{number}" for number in range(5)))
    assert len(caller.get(URL, {"page_size": asked}).json()["results"]) == rows


@pytest.mark.parametrize("position", ["1", "not-a-uuid", "", "\0", "🚂", "-1", "9" * 40])
@pytest.mark.parametrize("ordering", ["", "project_name", "priority", "-created_at"])
def test_made_up_cursor_is_no_server_error(caller: APIClient, owner: Account, position: str, ordering: str) -> None:
    _make(owner, "P0")
    cursor = base64.b64encode(urlencode({"p": position}).encode()).decode()
    response = caller.get(URL, {"cursor": cursor, "ordering": ordering})
    assert response.status_code in ((200, 404) if ordering or not position else (404,))
    assert ("results" in response.json()) is (response.status_code == 200)


@pytest.mark.parametrize("cursor", ["x", "%00", "🚂"])
def test_cursor_that_is_not_even_encoded_is_refused(caller: APIClient, owner: Account, cursor: str) -> None:
    response = caller.get(URL, {"cursor": cursor})
    assert (response.status_code, response.json()["code"], response.json()["detail"]) == (
        404, "not_found", "Invalid cursor",
    )  # fmt: skip


def test_links_of_a_page_keep_the_other_parameters(caller: APIClient, owner: Account) -> None:
    _make(owner, "P0", "P1")
    following = caller.get(f"{URL}?page_size=1&status=active").json()["next"]
    parts = urlsplit(following)
    assert parts.path == URL
    assert {"page_size=1", "status=active"} < set(parts.query.split("&"))


def test_rows_are_ordered_by_the_time_of_their_making(caller: APIClient, owner: Account) -> None:
    _make(owner, *(f"P{number}" for number in range(6)))
    times = [row["created_at"] for row in caller.get(URL).json()["results"]]
    assert all(newer >= older for newer, older in pairwise(times))


def test_bug_is_left_to_django_and_outage_becomes_503() -> None:
    assert drf_exception_handler(KeyError("x"), {}) is None
    answer = drf_exception_handler(OperationalError("server closed"), {})
    assert answer is not None
    assert (answer.status_code, answer.headers["Retry-After"], answer.data["code"]) == (503, "5", "unavailable")
