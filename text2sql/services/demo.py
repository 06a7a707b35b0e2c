"""The example shop beside the product's own database: made at the first start, read by a role that can only read."""

import hashlib
import hmac
import logging
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from accounts.models import Account
from config.common.concurrency import lock_until_commit
from projects.models import Project
from text2sql.connectors.base import Target
from text2sql.demo.rows import Shop, make_shop
from text2sql.models import DatabaseConnection, DatabaseKind

logger = logging.getLogger(__name__)

_SCHEMA = Path(__file__).resolve().parents[1] / "demo" / "schema.sql"
_COLUMNS = {
    "categories": "category_id, name",
    "products": "product_id, name, category_id, scale, price, stock",
    "customers": "customer_id, name, email, city, country, joined_on, newsletter",
    "orders": "order_id, customer_id, ordered_on, status, payment_method, shipped_on",
    "order_items": "item_id, order_id, product_id, quantity, unit_price, discount",
    "reviews": "review_id, product_id, customer_id, rating, reviewed_on",
}


def demo_name() -> str:
    """Name of the example's database, and with `_reader` of its role."""
    return f"{connection.settings_dict['NAME']}_shop"[:50]


def demo_target() -> Target:
    """Where the example is: on the product's own PostgreSQL, which nobody may name by hand.

    The password follows from SECRET_KEY and is stored nowhere; a new key changes it at the next start.
    """
    database = connection.settings_dict
    host = str(database["HOST"])
    return Target(
        database_type="postgresql",
        host="" if host.startswith("/") else host or "localhost",
        socket_dir=host if host.startswith("/") else "",
        port=int(database["PORT"] or 5432),
        database_name=demo_name(),
        username=f"{demo_name()}_reader",
        password=_reader_password(),
        allows_private=True,
    )


def ensure_demo(*, owner: Account, project: Project | None) -> DatabaseConnection | None:
    """Make the example and its connection once; None where it is switched off, or PostgreSQL does not let us.

    Once removed by staff it stays away.
    """
    if not settings.TEXT2SQL_DEMO:
        return None
    known = DatabaseConnection.objects.filter(is_demo=True).first()
    if known is not None and not known.is_active:
        return None
    try:
        _ensure_database()
    except psycopg.Error as error:
        logger.warning("text2sql.demo.not_made", extra={"reason": str(error).strip().splitlines()[0]})
        return None
    if known is not None:
        return known
    return DatabaseConnection.objects.create(
        user=owner, project=project, name="Example shop", type=DatabaseKind.POSTGRESQL, host="example", port=0,
        database_name=demo_name(), is_demo=True,
    )  # fmt: skip


def _reader_password() -> str:
    return hmac.new(settings.SECRET_KEY.encode(), b"text2sql.demo", hashlib.sha256).hexdigest()


def _ensure_database() -> None:
    """Raises psycopg.Error. Two starts at once take turns.

    A start that was killed in the middle leaves an empty database, which the next one fills: the rows come in one
    transaction, and the table that comes last tells whether they are there.
    """
    name = demo_name()
    with transaction.atomic():
        lock_until_commit("text2sql.demo")
        with _connect() as own:
            _ensure_reader(own, f"{name}_reader")
            if own.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                own.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with _connect(name) as shop:
            if shop.execute("SELECT to_regclass('public.reviews')").fetchone() == (None,):
                _fill(shop, make_shop(timezone.localdate()), f"{name}_reader")


def _connect(database_name: str | None = None) -> "psycopg.Connection[tuple[Any, ...]]":
    """Beside Django's connection: databases cannot be created inside its transaction."""
    given = connection.get_connection_params()
    parameters = {name: given[name] for name in ("host", "port", "user", "password") if given.get(name)}
    return psycopg.connect(**parameters, dbname=database_name or given["dbname"], autocommit=True)


def _ensure_reader(own: "psycopg.Connection[tuple[Any, ...]]", reader: str) -> None:
    """The role may sign in, and nothing else; its password follows SECRET_KEY."""
    exists = own.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [reader]).fetchone()
    verb = sql.SQL("ALTER" if exists else "CREATE")
    own.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
            verb, sql.Identifier(reader), sql.Literal(_reader_password())
        )
    )


def _fill(shop: "psycopg.Connection[tuple[Any, ...]]", rows: Shop, reader: str) -> None:
    with shop.transaction():
        for statement in _SCHEMA.read_text(encoding="utf-8").split("\n;\n"):
            if statement.strip():
                shop.execute(statement)
        for table, columns in _COLUMNS.items():
            copy = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), sql.SQL(columns))
            with shop.cursor().copy(copy) as target:
                for row in getattr(rows, table):
                    target.write_row(row)
        shop.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
        shop.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(reader)))
        shop.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(sql.Identifier(reader)))
    shop.execute("ANALYZE")
