"""REST: databases, their tests and schemas."""

from typing import Any

from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from tasks.models import Task
from text2sql.models import DatabaseConnection, SchemaNote
from text2sql.tests.working import Work
from tts.tests.conftest import As

ROOT = "/api/v1/database-connections/"
BODY = {"name": "Sales", "type": "mysql", "host": "db.example.org", "username": "reader", "password": "geheim"}


def test_owner_saves_a_connection_and_never_gets_the_password_back(as_person: As, owner: Account) -> None:
    made = as_person(owner).post(ROOT, BODY)
    assert made.status_code == 201
    assert {name: made.json()[name] for name in ("name", "type", "port", "has_password", "is_demo")} == {
        "name": "Sales", "type": "mysql", "port": 3306, "has_password": True, "is_demo": False,
    }  # fmt: skip
    assert "geheim" not in made.content.decode()
    assert "geheim" not in as_person(owner).get(ROOT).content.decode()


def test_wrong_fields_are_named_and_nothing_is_saved(as_person: As, owner: Account) -> None:
    refused = as_person(owner).post(ROOT, {**BODY, "type": "sqlite", "port": 0})
    assert (refused.status_code, sorted(refused.json()["errors"])) == (400, ["port", "type"])
    assert not DatabaseConnection.objects.exists()


def test_members_see_the_shared_one_without_its_address(
    as_person: As, member: Account, owner: Account, project: Project
) -> None:
    made = as_person(owner).post(ROOT, {**BODY, "project_id": str(project.pk)}).json()
    seen = as_person(member).get(f"{ROOT}{made['id']}/").json()
    assert (seen["name"], seen["host"], seen["username"], seen["connection_params"]) == ("Sales", None, None, None)
    assert seen["abilities"] == {
        "view": True, "ask": True, "details": False, "update": False, "delete": False, "allow_private": False,
    }  # fmt: skip


def test_strangers_and_programs_of_other_projects_see_nothing(
    as_person: As, stranger: Account, read_shop: DatabaseConnection, owner: Account, bound: APIClient
) -> None:
    DatabaseConnection.objects.filter(pk=read_shop.pk).update(project=None)
    for client in (as_person(stranger), bound):
        assert client.get(ROOT).json()["results"] == []
        for method, path in (("get", ""), ("get", "schema/"), ("post", "test/"), ("post", "introspect/"),
                             ("patch", ""), ("delete", ""), ("put", "notes/"), ("get", "schema-changes/")):  # fmt: skip
            answer = getattr(client, method)(f"{ROOT}{read_shop.pk}/{path}", {"table_name": "orders"})
            assert (answer.status_code, answer.json()["code"]) == (404, "connection_not_found"), (method, path)
    assert DatabaseConnection.objects.get().name == "Shop"
    assert [Task.objects.exists(), SchemaNote.objects.exists()] == [False, False]


def test_member_may_not_change_what_was_shared(as_person: As, member: Account, read_shop: DatabaseConnection) -> None:
    client, path = as_person(member), f"{ROOT}{read_shop.pk}/"
    answers = [
        client.patch(path, {"name": "Mine"}),
        client.delete(path),
        client.put(f"{path}notes/", {"table_name": "orders"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    row = DatabaseConnection.objects.get()
    assert (row.name, row.is_active, SchemaNote.objects.exists()) == ("Shop", True, False)


def test_key_without_the_scope_is_refused(with_key: As, owner: Account) -> None:
    reader = with_key(owner, "text2sql:read")
    assert reader.get(ROOT).status_code == 200
    assert reader.post(ROOT, BODY).status_code == 403
    assert with_key(owner, "tts:write").get(ROOT).status_code == 403
    assert APIClient().get(ROOT).status_code == 401
    assert not DatabaseConnection.objects.exists()


def test_change_keeps_what_is_not_named(as_person: As, owner: Account) -> None:
    made = as_person(owner).post(ROOT, BODY).json()
    changed = as_person(owner).patch(f"{ROOT}{made['id']}/", {"ssl_enabled": True}).json()
    assert (changed["ssl_enabled"], changed["name"], changed["has_password"]) == (True, "Sales", True)


def test_removed_one_is_gone(as_person: As, owner: Account, read_shop: DatabaseConnection) -> None:
    client = as_person(owner)
    assert client.delete(f"{ROOT}{read_shop.pk}/").status_code == 204
    assert client.get(f"{ROOT}{read_shop.pk}/").status_code == 404


def test_live_test_is_a_task_whose_result_is_kept(
    as_person: As, owner: Account, shop: DatabaseConnection, work: Work
) -> None:
    started = as_person(owner).post(f"{ROOT}{shop.pk}/test/")
    assert started.status_code == 202
    task = Task.objects.get(pk=started.json()["task_id"])
    assert work(task) == "completed"
    result = as_person(owner).get(f"{ROOT}{shop.pk}/").json()["last_test_result"]
    assert (result["ok"], result["username"], result["is_read_only"]) == (True, "t2s_reader", True)


def test_wrong_password_is_an_answer_of_the_test(
    as_person: As, owner: Account, shop: DatabaseConnection, work: Work
) -> None:
    as_person(owner).patch(f"{ROOT}{shop.pk}/", {"password": "wrong"})
    work(Task.objects.get(pk=as_person(owner).post(f"{ROOT}{shop.pk}/test/").json()["task_id"]))
    result = as_person(owner).get(f"{ROOT}{shop.pk}/").json()["last_test_result"]
    assert (result["ok"], result["code"]) == (False, "wrong_credentials")
    assert "wrong" not in result["detail"].split()


def test_private_address_is_refused_until_staff_allow_it(
    as_person: As, owner: Account, shop: DatabaseConnection, work: Work, settings: Any
) -> None:
    DatabaseConnection.objects.filter(pk=shop.pk).update(allows_private=False)
    work(Task.objects.get(pk=as_person(owner).post(f"{ROOT}{shop.pk}/test/").json()["task_id"]))
    assert (DatabaseConnection.objects.get().last_test_result or {})["code"] == "address_refused"
    settings.TEXT2SQL_HOSTS_ALLOWED = ["127.0.0.1"]
    work(Task.objects.get(pk=as_person(owner).post(f"{ROOT}{shop.pk}/test/").json()["task_id"]))
    assert (DatabaseConnection.objects.get().last_test_result or {})["ok"] is True


def test_schema_is_read_described_and_shown_with_its_notes(
    as_person: As, owner: Account, shop: DatabaseConnection, work: Work
) -> None:
    client, path = as_person(owner), f"{ROOT}{shop.pk}/"
    assert client.get(f"{path}schema/").json()["code"] == "schema_not_read"
    work(Task.objects.get(pk=client.post(f"{path}introspect/").json()["task_id"]))
    note = {"table_schema": "public", "table_name": "customers", "column_name": "city", "synonyms": ["town"]}
    assert client.put(f"{path}notes/", note).status_code == 200
    schema = client.get(f"{path}schema/").json()
    tables = {table["name"]: table for table in schema["schema_json"]["tables"]}
    assert sorted(tables) == ["customers", "order_items", "orders", "paid_orders", "products", "sales_by_city"]
    [city] = [column for column in tables["customers"]["columns"] if column["name"] == "city"]
    assert (city["synonyms"], sorted(city["samples"])) == (["town"], ["Huế", "Hà Nội", "Đà Nẵng"])


def test_note_on_what_is_not_there_is_refused(as_person: As, owner: Account, read_shop: DatabaseConnection) -> None:
    refused = as_person(owner).put(f"{ROOT}{read_shop.pk}/notes/", {"table_schema": "public", "table_name": "nothing"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["table_name"])
    assert not SchemaNote.objects.exists()


def test_column_that_must_not_be_sampled_loses_its_values_at_once(
    as_person: As, owner: Account, read_shop: DatabaseConnection
) -> None:
    note = {"table_schema": "public", "table_name": "customers", "column_name": "name", "is_sampled": False}
    assert as_person(owner).put(f"{ROOT}{read_shop.pk}/notes/", note).status_code == 200
    assert "Nguyễn Văn An" not in str(read_shop.schemas.get().schema_json)


def test_filters_narrow_the_list(as_person: As, owner: Account) -> None:
    client = as_person(owner)
    for kind in ("mysql", "oracle"):
        client.post(ROOT, {**BODY, "name": kind, "type": kind})
    names = {query: [row["name"] for row in client.get(f"{ROOT}?{query}").json()["results"]] for query in (
        "type=oracle", "search=MYS", "type=clickhouse",
    )}  # fmt: skip
    assert names == {"type=oracle": ["oracle"], "search=MYS": ["mysql"], "type=clickhouse": []}
