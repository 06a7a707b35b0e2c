"""Forms of the SQL pages: what of a browser's words reaches the services."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.models import Project
from text2sql.connection_forms import ConnectionForm, NoteForm, initial_of
from text2sql.context import SCRIPT_TEXTS
from text2sql.forms import AskForm, HistoryForm
from text2sql.knowledge_forms import ImportForm, KnowledgeFilterForm, PairForm
from text2sql.models import DatabaseConnection, QueryHistory, SqlKnowledge

NOTHING = DatabaseConnection.objects.none()


def test_question_is_sent_as_the_service_takes_it() -> None:
    pk = str(uuid4())
    cases: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
        "all": (
            {"question": " How\nmany? ", "connection_id": pk, "follows": pk, "engine": "fake",
             "choices": '{"which": "a"}'},
            {"question": " How\nmany? ", "connection_id": pk, "follows": pk, "engine": "fake",
             "choices": {"which": "a"}},
        ),
        "nothing": ({}, {"question": ""}),
        "no ids": ({"question": "x", "connection_id": "1", "follows": "null"}, {"question": "x"}),
        "no engine": ({"question": "x", "engine": ""}, {"question": "x"}),
        "long engine": ({"question": "x", "engine": "e" * 101}, {"question": "x"}),
        "no choices": ({"question": "x", "choices": "{}"}, {"question": "x"}),
        "list of choices": ({"question": "x", "choices": "[1]"}, {"question": "x"}),
        "broken choices": ({"question": "x", "choices": "{"}, {"question": "x"}),
        "more than is known": ({"question": "x", "project_id": pk, "sql": "DROP"}, {"question": "x"}),
    }  # fmt: skip
    sent = {name: AskForm(given).input_data("vi") for name, (given, _expected) in cases.items()}
    assert sent == {name: expected | {"language": "vi"} for name, (_given, expected) in cases.items()}


def history(**given: str) -> str:
    return str(HistoryForm(given, connections=[]).apply(QueryHistory.objects.all()).query)


def test_invalid_filters_are_ignored_one_by_one(db: None) -> None:
    plain = history()
    bad = {"status": "gone", "source": "me", "feedback": "great", "period": "2", "connection": str(uuid4()),
           "order": "password", "q": "x" * 201}  # fmt: skip
    assert [name for name, value in bad.items() if history(**{name: value}) != plain] == []
    assert history(**bad | {"status": "error"}) == history(status="error") != plain


def test_filters_reach_the_query(db: None) -> None:
    shown = DatabaseConnection(id=uuid4(), name="Shop")
    form = HistoryForm({"connection": str(shown.pk), "feedback": "none"}, connections=[shown])
    where = str(form.apply(QueryHistory.objects.all()).query)
    assert (str(shown.pk).replace("-", "") in where.replace("-", ""), '"feedback" = ' in where) == (True, True)
    assert "ORDER BY" in history(order="-rows_returned")
    assert "DESC NULLS LAST" in history(order="-rows_returned")


FIELDS = {"name": "Sales", "type": "mysql", "host": "db.example.org", "connection_params": ""}


def connection_form(data: dict[str, Any] | None, *, is_staff: bool = False, initial: Any = None) -> ConnectionForm:
    return ConnectionForm(data, projects=Project.objects.none(), is_staff=is_staff, initial=initial)


def test_new_connection_is_read_from_the_form() -> None:
    form = connection_form(FIELDS | {"port": "", "password": " p ", "ssl_enabled": "on", "allows_private": "on"})
    assert form.is_valid()
    assert form.cleaned_data == {
        "name": "Sales", "type": "mysql", "host": "db.example.org", "port": None, "database_name": "", "username": "",
        "password": " p ", "ssl_enabled": True, "connection_params": {}, "project": None,
    }  # fmt: skip


def test_wrong_fields_are_named() -> None:
    wrong = {
        "name": "a" * 101, "type": "sqlite", "host": "", "port": "0", "database_name": "d" * 101,
        "username": "u" * 101, "password": "p" * 1001, "connection_params": "{", "project": str(uuid4()),
    }  # fmt: skip
    named = {name: list(connection_form(FIELDS | {name: value}).errors) for name, value in wrong.items()}
    assert named == {name: [name] for name in wrong}


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": "\\u0000"}', '{"a": "\\ud800"}', "{"])
def test_parameters_are_strict_json(text: str) -> None:
    assert list(connection_form(FIELDS | {"connection_params": text}).errors) == ["connection_params"]


def test_only_what_the_person_changed_is_sent() -> None:
    stored = DatabaseConnection(
        name="Sales", type="mysql", host="db.example.org", port=3306, username="reader", password_encrypted="geheim",
        connection_params={"a": 1, "b": 2},
    )  # fmt: skip
    initial = initial_of(stored)
    assert "geheim" not in str(initial) + str(connection_form(None, initial=initial))
    same = {"name": "Sales", "type": "mysql", "host": "db.example.org", "port": "3306", "username": "reader",
            "connection_params": '{"b": 2,\n "a": 1}'}  # fmt: skip
    changes = {}
    for name, change in {"nothing": {}, "name": {"name": "Shop"}, "password": {"password": "new"}, "port": {"port": ""},
                         "params": {"connection_params": "{}"}, "tls": {"ssl_enabled": "on"}}.items():  # fmt: skip
        form = connection_form(same | change, initial=initial)
        assert form.is_valid(), form.errors
        changes[name] = form.changes
    assert changes == {
        "nothing": {}, "name": {"name": "Shop"}, "password": {"password": "new"}, "port": {"port": None},
        "params": {"connection_params": {}}, "tls": {"ssl_enabled": True},
    }  # fmt: skip


def test_only_staff_get_the_field_for_private_addresses() -> None:
    assert ["allows_private" in connection_form(None, is_staff=staff).fields for staff in (False, True)] == [
        False,
        True,
    ]
    form = connection_form(FIELDS | {"allows_private": "on"}, is_staff=True)
    assert form.is_valid()
    assert form.cleaned_data["allows_private"] is True


def test_note_is_read_with_its_words() -> None:
    form = NoteForm({"table_name": "orders", "synonyms": "sales, buys", "description": " What "})
    assert form.is_valid()
    assert form.note() == {
        "place": ("", "orders", ""), "description": "What", "synonyms": ["sales", " buys"], "is_sampled": True,
    }  # fmt: skip
    column = NoteForm({"table_schema": " s ", "table_name": " t ", "column_name": " c "})
    assert column.is_valid()
    assert (column.note()["place"], column.note()["is_sampled"]) == ((" s ", " t ", " c "), False)
    assert not NoteForm({"table_schema": "public"}).is_valid()


def test_pair_tells_its_tags_and_what_changed(db: None) -> None:
    given = {"question": "How many?", "sql_query": "SELECT 1\n", "tags": " a, ,b,a "}
    form = PairForm(given, connections=NOTHING)
    assert form.is_valid()
    assert (form.tag_list, form.cleaned_data["sql_query"]) == (["a", "b", "a"], "SELECT 1\n")
    pair = SqlKnowledge(question="How many?", sql_query="SELECT 1", tags=["a", "b"])
    changed = PairForm(given | {"sql_query": "SELECT 1", "tags": "a, b"}, pair=pair)
    assert changed.is_valid()
    assert (changed.changes, "connection" in changed.fields) == ({}, False)
    other = PairForm(given | {"sql_query": "SELECT 2"}, pair=pair)
    assert other.is_valid()
    assert other.changes == {"sql_query": "SELECT 2", "tags": ["a", "b", "a"]}


def test_import_needs_a_file_and_begins_with_a_look() -> None:
    assert list(ImportForm({}, {}, connections=NOTHING).errors) == ["file"]
    assert list(ImportForm({}, {"file": SimpleUploadedFile("x", b"")}, connections=NOTHING).errors) == ["file"]
    assert ImportForm(None, connections=NOTHING)["dry_run"].value() is True


def test_filters_of_the_knowledge_base_are_ignored_one_by_one(db: None) -> None:
    def query(**given: str) -> str:
        return str(KnowledgeFilterForm(given).apply(SqlKnowledge.objects.all()).query)

    bad = {"status": "gone", "database_type": "sqlite", "tag": "t" * 51, "q": "q" * 101}
    assert {query(**{name: value}) for name, value in bad.items()} == {query()}
    assert query(**bad | {"status": "approved"}) == query(status="approved") != query()


def test_words_of_the_script_have_names_and_blanks_that_fit() -> None:
    texts = {name: str(text) for name, text in SCRIPT_TEXTS.items()}
    assert [name for name, text in texts.items() if not name.startswith("sql") or not text] == []
    assert json.loads(json.dumps(texts)) == texts
    blanks = {name for name, text in texts.items() if text.count("{") != text.count("}")}
    assert blanks == set()
