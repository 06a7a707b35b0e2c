"""The example shop's rows: believable, whole, and the same wherever they are made."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from text2sql.demo.rows import CATEGORIES, CUSTOMERS, DAYS, ORDERS, Shop, make_shop

DAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def shop() -> Shop:
    return make_shop(DAY)


def test_keys_count_from_one_without_gaps(shop: Shop) -> None:
    tables: dict[str, Sequence[tuple[Any, ...]]] = {
        "categories": shop.categories, "products": shop.products, "customers": shop.customers, "orders": shop.orders,
        "order_items": shop.order_items, "reviews": shop.reviews,
    }  # fmt: skip
    assert [name for name, rows in tables.items() if [row[0] for row in rows] != list(range(1, len(rows) + 1))] == []
    assert (len(shop.customers), len(shop.orders), len(shop.categories)) == (CUSTOMERS, ORDERS, len(CATEGORIES))


def test_other_days_give_other_shops(shop: Shop) -> None:
    later = make_shop(DAY + timedelta(days=40))
    assert (later.products, later.orders != shop.orders) == (shop.products, True)
    assert max(order[2] for order in later.orders) <= DAY + timedelta(days=40)


def test_prices_are_whole_cents_and_what_was_paid_is_the_product_s(shop: Shop) -> None:
    prices = {product[0]: product[4] for product in shop.products}
    assert all(price == price.quantize(Decimal("0.01")) and price > 0 for price in prices.values())
    assert [item for item in shop.order_items if item[4] != prices[item[2]]] == []
    assert {item[5] for item in shop.order_items} == {Decimal(0), Decimal("0.05"), Decimal("0.1")}
    assert {item[3] for item in shop.order_items} == {1, 2, 3, 4}


def test_every_order_has_items_and_none_twice(shop: Shop) -> None:
    pairs = Counter((item[1], item[2]) for item in shop.order_items)
    assert max(pairs.values()) == 1
    assert {item[1] for item in shop.order_items} == {order[0] for order in shop.orders}


def test_some_products_were_never_sold_and_some_are_out_of_stock(shop: Shop) -> None:
    sold = {item[2] for item in shop.order_items}
    assert {product[0] for product in shop.products} - sold >= {118, 119, 120}
    assert 0 in {product[5] for product in shop.products}


def test_time_goes_forwards(shop: Shop) -> None:
    sent = [(order[2], order[5]) for order in shop.orders if order[5] is not None]
    assert all(timedelta(days=1) <= later - day <= timedelta(days=6) for day, later in sent)
    assert all(DAY - timedelta(days=DAYS) <= order[2] <= DAY for order in shop.orders)
    assert all(customer[5] <= DAY for customer in shop.customers)


def test_states_say_whether_something_was_sent(shop: Shop) -> None:
    sent = {status: {order[5] is not None for order in shop.orders if order[3] == status}
            for status in {order[3] for order in shop.orders}}  # fmt: skip
    assert sent == {
        "delivered": {True}, "shipped": {True}, "returned": {True}, "processing": {False}, "cancelled": {False},
    }  # fmt: skip


def test_reviews_are_of_what_was_bought_and_came(shop: Shop) -> None:
    bought = {(orders[1], item[2]) for item in shop.order_items for orders in [shop.orders[item[1] - 1]]
              if orders[3] == "delivered"}  # fmt: skip
    assert {(review[2], review[1]) for review in shop.reviews} <= bought
    assert {review[3] for review in shop.reviews} == {1, 2, 3, 4, 5}


def test_people_have_names_and_addresses_of_their_own(shop: Shop) -> None:
    emails = [customer[2] for customer in shop.customers]
    assert len(set(emails)) == CUSTOMERS
    assert all(email.endswith("@example.org") for email in emails)
    countries = Counter(customer[4] for customer in shop.customers)
    assert (set(countries), countries.most_common(1)[0][0]) == (
        {"Vietnam", "Germany", "France", "Japan", "United States"}, "Vietnam",
    )  # fmt: skip
    assert {type(customer[6]) for customer in shop.customers} == {bool}


def test_charts_over_time_show_something(shop: Shop) -> None:
    halves = Counter((DAY - order[2]).days < DAYS // 2 for order in shop.orders)
    assert halves[True] > halves[False]
    by_month = Counter(order[2].month for order in shop.orders)
    assert by_month[12] > by_month[1] + by_month[2]
