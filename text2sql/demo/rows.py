"""Believable rows of a shop that sells railway models, the same on every machine but for the day they end on."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

Customer = tuple[int, str, str, str, str, date, bool]
Product = tuple[int, str, int, str, Decimal, int]
Order = tuple[int, int, date, str, str, date | None]
Item = tuple[int, int, int, int, Decimal, Decimal]
Review = tuple[int, int, int, int, date]

DAYS = 730
CUSTOMERS = 320
ORDERS = 1_800

CATEGORIES = ("Locomotives", "Carriages", "Track", "Scenery", "Buildings", "Tools")
_WORDS = {
    "Locomotives": ("Steam Engine", "Diesel Shunter", "Electric Express", "Tank Engine", "Railcar"),
    "Carriages": ("Dining Car", "Sleeping Car", "Boxcar", "Tank Wagon", "Observation Car"),
    "Track": ("Straight Track", "Curved Track", "Turnout", "Crossing", "Buffer Stop"),
    "Scenery": ("Pine Forest", "River Kit", "Hillside", "Meadow Mat", "Street Lamps"),
    "Buildings": ("Roundhouse", "Signal Box", "Goods Shed", "Station Hall", "Water Tower"),
    "Tools": ("Rail Cutter", "Track Gauge", "Soldering Set", "Paint Brushes", "Wheel Cleaner"),
}
_PRICES = {"Locomotives": (89, 420), "Carriages": (24, 95), "Track": (3, 35), "Scenery": (6, 60),
           "Buildings": (18, 140), "Tools": (5, 75)}  # fmt: skip
_SCALES = ("H0", "N", "TT", "0")
_FIRST = {
    "Vietnam": ("Anh", "Bình", "Chi", "Dũng", "Hà", "Hương", "Lan", "Minh", "Ngọc", "Phúc", "Quang", "Thảo", "Tuấn"),
    "Germany": ("Anna", "Felix", "Jonas", "Lena", "Mia", "Paul", "Sophie"),
    "France": ("Camille", "Hugo", "Jules", "Léa", "Louis", "Manon"),
    "Japan": ("Aoi", "Haruto", "Hina", "Ren", "Sakura", "Yuto"),
    "United States": ("Ava", "Ethan", "Grace", "Liam", "Noah", "Olivia"),
}
_LAST = {
    "Vietnam": ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đặng", "Bùi", "Đỗ"),
    "Germany": ("Becker", "Fischer", "Schmidt", "Weber", "Wagner"),
    "France": ("Bernard", "Dubois", "Laurent", "Moreau", "Petit"),
    "Japan": ("Ito", "Kato", "Sato", "Suzuki", "Tanaka"),
    "United States": ("Brown", "Davis", "Johnson", "Miller", "Smith"),
}
_CITIES = {
    "Vietnam": ("Hà Nội", "Đà Nẵng", "Hồ Chí Minh", "Huế", "Cần Thơ"),
    "Germany": ("Berlin", "Hamburg", "Köln", "München"),
    "France": ("Lyon", "Nantes", "Paris"),
    "Japan": ("Kyoto", "Osaka", "Tokyo"),
    "United States": ("Boston", "Chicago", "Denver"),
}
_STATUSES = ("delivered", "delivered", "delivered", "delivered", "shipped", "processing", "cancelled", "returned")
_PAYMENTS = ("card", "card", "bank transfer", "cash on delivery", "wallet")


@dataclass(frozen=True, slots=True)
class Shop:
    """Rows by table, in the order of the columns of `schema.sql`."""

    categories: list[tuple[int, str]]
    products: list[Product]
    customers: list[Customer]
    orders: list[Order]
    order_items: list[Item]
    reviews: list[Review]


def make_shop(last_day: date) -> Shop:
    """A shop whose last order is of `last_day`; equal days give equal shops.

    Random from one seed, in one order: another column anywhere changes every row behind it.
    """
    chance = random.Random(1829)  # noqa: S311  (rows of an example; the year of the Rainhill trials)
    products = list(_products(chance))
    customers = list(_customers(chance, last_day))
    orders = list(_orders(chance, customers, last_day))
    items = list(_items(chance, orders, products))
    reviews = list(_reviews(chance, orders, items))
    categories = [(number, name) for number, name in enumerate(CATEGORIES, 1)]
    return Shop(categories, products, customers, orders, items, reviews)


def _products(chance: random.Random) -> Iterator[Product]:
    number = 0
    for category, name in enumerate(CATEGORIES, 1):
        low, high = _PRICES[name]
        for words in _WORDS[name]:
            for scale in _SCALES:
                number += 1
                price = Decimal(chance.randint(low * 100, high * 100)) / 100
                yield number, f"{words} {scale}", category, scale, price, chance.choice((0, 3, 8, 20, 45, 120))


def _customers(chance: random.Random, last_day: date) -> Iterator[Customer]:
    countries = ("Vietnam", "Vietnam", "Vietnam", "Germany", "France", "Japan", "United States")
    for number in range(1, CUSTOMERS + 1):
        country = chance.choice(countries)
        first, last = chance.choice(_FIRST[country]), chance.choice(_LAST[country])
        name = f"{last} {first}" if country in ("Vietnam", "Japan") else f"{first} {last}"
        joined = last_day - timedelta(days=chance.randint(0, DAYS + 200))
        email = f"customer{number}@example.org"
        yield number, name, email, chance.choice(_CITIES[country]), country, joined, chance.random() < 0.25


def _orders(chance: random.Random, customers: list[Customer], last_day: date) -> Iterator[Order]:
    # More orders towards the end, and a peak before each Christmas: charts over time then show something.
    days = sorted(DAYS - round(DAYS * chance.random() ** 0.7) for _ in range(ORDERS))
    for number, back in enumerate(reversed(days), 1):
        day = last_day - timedelta(days=back)
        if day.month in (1, 2) and chance.random() < 0.5:
            day = max(date(day.year - 1, 12, chance.randint(1, 23)), last_day - timedelta(days=DAYS))
        customer = customers[min(int(chance.expovariate(1 / 90)), len(customers) - 1)]
        status = chance.choice(_STATUSES) if back > 6 else chance.choice(("processing", "shipped"))
        sent = day + timedelta(days=chance.randint(1, 6)) if status in ("shipped", "delivered", "returned") else None
        yield number, customer[0], day, status, chance.choice(_PAYMENTS), sent


def _items(
    chance: random.Random,
    orders: list[Order],
    products: list[Product],
) -> Iterator[Item]:
    number = 0
    for order in orders:
        for product in chance.sample(products[:-3], chance.choice((1, 1, 2, 2, 3, 5))):
            number += 1
            discount = Decimal(chance.choice((0, 0, 0, 0, 5, 10))) / 100
            yield number, order[0], product[0], chance.choice((1, 1, 1, 2, 3, 4)), product[4], discount


def _reviews(
    chance: random.Random,
    orders: list[Order],
    items: list[Item],
) -> Iterator[Review]:
    delivered = {order[0]: order for order in orders if order[3] == "delivered"}
    number = 0
    for item in items:
        order = delivered.get(item[1])
        if order is not None and order[5] is not None and chance.random() < 0.3:
            number += 1
            day = order[5] + timedelta(days=chance.randint(1, 20))
            yield number, item[2], order[1], chance.choice((5, 5, 4, 4, 3, 2, 1)), day
