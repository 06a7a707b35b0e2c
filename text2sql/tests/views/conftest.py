"""Questions whose rows are written as a worker would leave them, without one; clients of every kind."""

from collections.abc import Callable
from typing import Any, Protocol

import pytest
from django.test import Client

from accounts.models import Account
from text2sql.models import DatabaseConnection, QueryHistory
from text2sql.services.asking import Caller, ask_question, run_statement

SignedIn = Callable[[Account], Client]


class Asked(Protocol):
    """A question of `owner` about `shop`, with the given columns of its row."""

    def __call__(self, question: str = ..., /, **fields: Any) -> QueryHistory: ...


@pytest.fixture
def signed_in() -> SignedIn:
    """Django client of a person."""

    def client_of(person: Account) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return client_of


@pytest.fixture
def asked(caller: Caller, shop: DatabaseConnection) -> Asked:
    """`asked("How many?", status="error", error_message="no")`; `sql=` for one that was written by hand."""

    def make(question: str = "How many orders?", /, **fields: Any) -> QueryHistory:
        data = {"question": question, "connection_id": str(shop.pk)}
        data |= {name: str(fields.pop(name)) for name in ("follows", "sql") if name in fields}
        data |= {name: fields.pop(name) for name in ("choices", "engine") if name in fields}
        made = (run_statement if "sql" in data else ask_question)(caller=caller, input_data=data)
        QueryHistory.objects.filter(pk=made.pk).update(**fields)
        return QueryHistory.objects.select_related("task", "connection").get(pk=made.pk)

    return make


@pytest.fixture
def page_of() -> Callable[[Client, str], str]:
    """The body of a page that must be there."""

    def fetch(client: Client, address: str) -> str:
        response = client.get(address)
        assert response.status_code == 200, response.status_code
        return response.content.decode()

    return fetch
