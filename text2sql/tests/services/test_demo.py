"""The example shop of the first start."""

from datetime import date
from typing import Any

import psycopg
import pytest

from accounts.models import Account
from monitoring.first_start import tell_prepared
from projects.models import Project
from tasks.engines.cancel import NeverCancelled
from text2sql.connectors.registry import connector_for
from text2sql.demo.rows import CUSTOMERS, DAYS, ORDERS, make_shop
from text2sql.models import DatabaseConnection
from text2sql.selectors.connections import connections_for, usable_connection
from text2sql.services.access import session_pool
from text2sql.services.demo import _connect, demo_name, demo_target, ensure_demo
from text2sql.services.schemas import present_catalog, read_schema

DAY = date(2026, 12, 1)


def test_equal_days_give_equal_shops_that_hold_together() -> None:
    shop = make_shop(DAY)
    assert shop == make_shop(DAY)
    assert (len(shop.customers), len(shop.orders), len(shop.products), len(shop.categories)) == (
        CUSTOMERS,
        ORDERS,
        120,
        6,
    )
    assert {order[1] for order in shop.orders} <= {customer[0] for customer in shop.customers}
    assert {item[1] for item in shop.order_items} == {order[0] for order in shop.orders}
    assert {item[2] for item in shop.order_items} <= {product[0] for product in shop.products}
    assert (max(order[2] for order in shop.orders) - min(order[2] for order in shop.orders)).days <= DAYS
    assert max(order[2] for order in shop.orders) <= DAY


@pytest.mark.django_db(transaction=True)
def test_start_of_the_house_makes_it_once_and_everybody_may_ask_it(stranger: Account) -> None:
    Account.objects.create_superuser("first", "first@example.org", "first-password")
    for _start in range(2):
        tell_prepared()
    demo = DatabaseConnection.objects.get()
    assert (demo.is_demo, demo.name, demo.password_encrypted) == (True, "Example shop", "")
    assert list(connections_for(stranger)) == [demo]
    read_schema(demo, cancel=NeverCancelled())
    catalog = present_catalog(demo)
    assert catalog is not None
    assert sorted(table.name for table in catalog.tables) == [
        "categories", "customers", "order_items", "orders", "products", "reviews", "sales",
    ]  # fmt: skip
    session_pool().forget(demo.pk)
    _drop()


@pytest.mark.django_db(transaction=True)
def test_reader_of_the_example_can_only_read(owner: Account) -> None:
    ensure_demo(owner=owner, project=None)
    facts = connector_for("postgresql").test(demo_target())
    assert (facts.is_read_only, facts.username) == (True, f"{demo_name()}_reader")
    _drop()


def test_removed_example_stays_away(owner: Account, settings: Any) -> None:
    gone = DatabaseConnection.objects.create(
        user=owner, name="Example shop", type="postgresql", host="example", port=0, is_demo=True, is_active=False
    )
    assert ensure_demo(owner=owner, project=None) is None
    settings.TEXT2SQL_DEMO = False
    DatabaseConnection.objects.filter(pk=gone.pk).delete()
    assert ensure_demo(owner=owner, project=None) is None
    assert not DatabaseConnection.objects.exists()


def test_example_is_asked_where_nothing_else_is_there(stranger: Account, project: Project, owner: Account) -> None:
    demo = DatabaseConnection.objects.create(
        user=owner, name="Example shop", type="postgresql", host="example", port=0, is_demo=True
    )
    assert usable_connection(None, user=stranger, project=project) == demo
    own = DatabaseConnection.objects.create(user=stranger, name="Own", type="mysql", host="db.example.org", port=3306)
    assert usable_connection(None, user=stranger, project=project) == own


def _drop() -> None:
    """Databases outlive a test's rows; the next test makes them again."""
    name = demo_name()
    with _connect() as own:
        own.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(psycopg.sql.Identifier(name)))
        own.execute(psycopg.sql.SQL("DROP ROLE {}").format(psycopg.sql.Identifier(f"{name}_reader")))
