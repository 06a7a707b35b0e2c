"""Queries compiled once give what their querysets give; rows inserted by prepared statements are those of `save()`."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DataError, IntegrityError, ProgrammingError, connection, transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Concat
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, ApiKey, UsageReservation
from accounts.queries import AnyPerson, CompiledQuery, insert_row, pipelined, prepared_cursor
from accounts.services import create_api_key
from config.common.ids import uuid7

pytestmark = pytest.mark.django_db

BY_PK = CompiledQuery[ApiKey](lambda pk: ApiKey.objects.select_related("user").filter(pk=pk), pk=UUID)


@pytest.fixture
def key(owner: Account) -> ApiKey:
    """A key whose scopes are JSON."""
    return create_api_key(user=owner, name="laptop", permissions=["tts:read", "tts:write"])[0]


def columns(row: Any) -> dict[str, Any]:
    """What the instance holds itself."""
    return {name: value for name, value in vars(row).items() if name != "_state"}


def reservation(account: Account, **fields: Any) -> UsageReservation:
    values = {"reservation_id": uuid7(), "user_id": account.pk, "amounts": {"characters": 5}}
    return UsageReservation(**(values | fields))


def test_instance_is_that_of_the_queryset(key: ApiKey, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    plain = ApiKey.objects.select_related("user").get(pk=key.pk)
    with django_assert_num_queries(1):
        found = BY_PK.first(pk=key.pk)
        assert found is not None
        assert (columns(found), columns(found.user)) == (columns(plain), columns(plain.user))
    assert (found._state.adding, found._state.db) == (False, "default")


def test_each_run_takes_its_own_values(owner: Account, key: ApiKey) -> None:
    other, _token = create_api_key(user=owner, name="phone", permissions=["*"])
    assert [BY_PK.first(pk=pk) for pk in (key.pk, other.pk, uuid7(), None)] == [key, other, None, None]


def test_queryset_is_built_once(key: ApiKey) -> None:
    built: list[UUID] = []

    def build(pk: UUID) -> Any:
        built.append(pk)
        return ApiKey.objects.filter(pk=pk)

    query = CompiledQuery[ApiKey](build, pk=UUID)
    assert ([query.all(pk=key.pk) for _ in range(3)], len(built)) == ([[key]] * 3, 1)


def test_statement_is_prepared_once_for_the_connection(key: ApiKey) -> None:
    for _ in range(3):
        BY_PK.first(pk=key.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE \'%%"api_keys"."key_id" = $1\''
        )
        assert cursor.fetchone() == (1,)


def test_values_come_as_tuples_with_their_types(owner: Account, key: ApiKey) -> None:
    query = CompiledQuery[tuple[UUID, list[str]]](
        lambda person: ApiKey.objects.filter(user_id=person).values_list("key_id", "permissions"), person=UUID
    )
    assert query.all(person=owner.pk) == [(key.pk, ["tts:read", "tts:write"])]


def test_annotations_and_what_is_left_out_are_kept(key: ApiKey) -> None:
    shown = Concat(F("name"), Value(": 100%"), output_field=CharField())
    query = CompiledQuery[ApiKey](lambda pk: ApiKey.objects.filter(pk=pk).annotate(shown=shown).defer("name"), pk=UUID)
    found = query.first(pk=key.pk)
    assert found is not None
    assert (found.__dict__["shown"], found.get_deferred_fields(), found.name) == ("laptop: 100%", {"name"}, "laptop")


def test_text_is_a_parameter_too(owner: Account, key: ApiKey) -> None:
    query = CompiledQuery[ApiKey](
        lambda person, name: ApiKey.objects.filter(user_id=person, name=name, status="active"), person=UUID, name=str
    )
    hostile = "laptop' OR 'a' = 'a"
    assert [query.all(person=owner.pk, name=name) for name in ("laptop", hostile, "%s")] == [[key], [], []]


@pytest.mark.parametrize("is_staff", [False, True])
def test_viewer_is_a_parameter_and_staffs_rights_are_a_shape(owner: Account, key: ApiKey, is_staff: bool) -> None:
    query = CompiledQuery[ApiKey](
        lambda person: ApiKey.objects.visible_to(AnyPerson(person, is_staff=is_staff)), person=UUID
    )
    seen = [query.all(person=person) for person in (owner.pk, uuid7(), AnonymousUser().pk)]
    assert seen == ([[key]] * 3 if is_staff else [[key], [], []])


def test_nothing_is_found_without_a_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    query = CompiledQuery[ApiKey](lambda pk: ApiKey.objects.filter(pk__in=[], user_id=pk), pk=UUID)
    with django_assert_num_queries(0):
        assert query.all(pk=uuid7()) == []


@pytest.mark.parametrize(
    ("build", "kind"),
    [
        (lambda value: ApiKey.objects.filter(name__contains=value), str),
        (lambda value: ApiKey.objects.annotate(wrapped=Value(f"<{value}>")), UUID),
        (lambda value: Account.objects.filter(pk=value).prefetch_related("groups"), UUID),
    ],
)
def test_query_that_cannot_be_run_with_other_values_is_refused(build: Any, kind: Any) -> None:
    with pytest.raises(ValueError, match=r"as it is|prefetches"):
        CompiledQuery[Any](build, value=kind).all(value=uuid7())


@pytest.mark.parametrize(
    ("statement", "error"), [("SELECT nobody FROM nowhere", ProgrammingError), ("SELECT 1 / 0", DataError)]
)
def test_errors_are_djangos(statement: str, error: type[Exception]) -> None:
    with pytest.raises(error), transaction.atomic(), prepared_cursor() as cursor:
        cursor.execute(statement)
    assert connection.needs_rollback is False


def test_inserted_row_is_that_of_save(owner: Account) -> None:
    inserted, saved = reservation(owner), reservation(owner)
    insert_row(inserted)
    saved.save(force_insert=True)
    stored = {row.pk: columns(row) for row in UsageReservation.objects.all()}
    assert stored == {inserted.pk: columns(inserted), saved.pk: columns(saved)}
    assert (inserted._state.adding, inserted._state.db) == (False, "default")


def test_given_value_stands_before_the_databases(owner: Account) -> None:
    row = reservation(owner, created_at=owner.created_at)
    insert_row(row)
    assert UsageReservation.objects.get().created_at == row.created_at == owner.created_at


def test_row_that_breaks_a_rule_is_refused(owner: Account) -> None:
    row = reservation(owner)
    insert_row(row)
    with pytest.raises(IntegrityError, match="usage_reservations_pkey"), transaction.atomic():
        insert_row(row)
    assert UsageReservation.objects.count() == 1


def test_rows_sent_ahead_are_filled_in_at_the_end(
    owner: Account, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [reservation(owner) for _ in range(3)]
    with django_assert_num_queries(3), pipelined():
        for row in rows:
            insert_row(row)
    assert {row.pk: row.created_at for row in rows} == dict(
        UsageReservation.objects.values_list("reservation_id", "created_at")
    )


def test_who_fetches_sees_what_was_sent_ahead(owner: Account, key: ApiKey) -> None:
    with pipelined(), pipelined(), prepared_cursor() as cursor:
        insert_row(reservation(owner))
        cursor.execute("SELECT count(*) FROM usage_reservations")
        assert (cursor.fetchone(), BY_PK.first(pk=key.pk)) == ((1,), key)


def send_ahead(*steps: Callable[[], object]) -> None:
    """The steps in one block, as a savepoint of the test's transaction."""
    with transaction.atomic(), pipelined():
        for step in steps:
            step()


def test_error_ends_the_block_and_nothing_after_it_is_run(owner: Account) -> None:
    twice, late = reservation(owner), reservation(owner)
    with pytest.raises(IntegrityError, match="usage_reservations_pkey"):
        send_ahead(*(partial(insert_row, row) for row in (twice, twice, late)))
    assert not UsageReservation.objects.exists()


def test_error_is_raised_by_the_next_fetch_at_the_latest(owner: Account, key: ApiKey) -> None:
    row = reservation(owner)
    reached: list[str] = []
    with pytest.raises(IntegrityError):
        send_ahead(
            partial(insert_row, row),
            partial(insert_row, row),
            partial(BY_PK.first, pk=key.pk),
            lambda: reached.append(""),
        )
    assert reached == []


def test_connection_is_as_before_after_an_error(owner: Account) -> None:
    def fail() -> None:
        raise RuntimeError("ours")

    with pytest.raises(RuntimeError, match="ours"):
        send_ahead(partial(insert_row, reservation(owner)), fail)
    insert_row(reservation(owner))
    assert UsageReservation.objects.count() == 1
