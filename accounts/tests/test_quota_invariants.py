"""Work of all kinds at once, with Redis wiped in between: the books balance and no limit is ever passed."""

import random
from collections import Counter
from uuid import UUID

import pytest

from accounts.models import Account, ApiKey, UsageQuota, UsageReservation
from accounts.services import (
    QuotaExceeded,
    admit,
    hold_usage,
    reconcile_counters,
    refund_usage,
    release_usage,
    settle_usage,
)
from accounts.tests.conftest import in_parallel, limit, live, live_of
from accounts.tests.scopes import PROJECT, limit_key, limit_project, used_by
from config.common.redis import redis_client

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT = 400
ROUNDS, THREADS, STEPS = 4, 8, 15


class Person:
    """One thread's work: accepts, settles, refunds and gives up at random; counts what was booked."""

    def __init__(self, account: Account, seed: int, key: ApiKey | None = None, project_id: UUID | None = None) -> None:
        self.account, self.random = account, random.Random(seed)
        self.key, self.project_id = key, project_id
        self.open: dict[UUID, int] = {}
        self.booked = 0
        self.outcomes: Counter[str] = Counter()

    def work(self) -> None:
        """As many steps as a round has."""
        for _step in range(STEPS):
            self.step()

    def step(self) -> None:
        """One thing that happens to somebody's work."""
        verb = self.random.choice(["accept", "accept", "give_up", "settle", "refund"])
        if verb in ("accept", "give_up"):
            self.ask(self.random.randint(1, 30), keep=verb == "accept")
        elif self.open:
            reservation_id, amount = self.open.popitem()
            self.end(reservation_id, amount if verb == "settle" else None)
        self.outcomes[verb] += 1

    def ask(self, amount: int, *, keep: bool) -> None:
        """Reserve, then keep or release."""
        amounts = {"characters": amount}
        try:
            admission = admit(
                account=self.account, endpoint="speech", count_request=False, amounts=amounts, key=self.key,
                project_id=self.project_id,
            )  # fmt: skip
        except QuotaExceeded:
            self.outcomes["refused"] += 1
            return
        assert admission.reservation_id is not None
        if not keep:
            release_usage(reservation_ids=[admission.reservation_id])
            return
        hold_usage(
            reservation_id=admission.reservation_id, account_id=self.account.pk, amounts=amounts,
            key_id=self.key.pk if self.key else None, project_id=self.project_id,
        )  # fmt: skip
        self.open[admission.reservation_id] = amount

    def end(self, reservation_id: UUID, amount: int | None) -> None:
        """Settle for at most the reserved amount, or refund."""
        if amount is None:
            assert refund_usage(reservation_ids=[reservation_id]) == 1
            return
        actual = self.random.randint(0, amount)
        assert settle_usage(reservation_id=reservation_id, actual={"characters": actual})
        self.booked += actual


def books(account: Account) -> tuple[int, int]:
    """Settled and reserved, by PostgreSQL."""
    settled = UsageQuota.objects.get(user=account, quota_type="characters", period="daily").current_usage
    reserved = sum(row.amounts["characters"] for row in UsageReservation.objects.filter(user=account))
    return settled, reserved


def test_the_books_balance_and_the_limit_holds(owner: Account) -> None:
    limit(owner, "characters", "daily", LIMIT)
    people = [Person(owner, seed) for seed in range(THREADS)]

    for _round in range(ROUNDS):
        in_parallel(THREADS, lambda index: people[index].work())

        settled, reserved = books(owner)
        assert settled == sum(person.booked for person in people)
        assert reserved == sum(sum(person.open.values()) for person in people)
        assert settled + reserved <= LIMIT
        redis_client().flushall()

    totals = sum((person.outcomes for person in people), Counter())
    assert min(totals[verb] for verb in ("accept", "settle", "refund", "give_up", "refused")) > 0


def test_live_counters_equal_the_books_after_every_round(owner: Account) -> None:
    people = [Person(owner, 100 + seed) for seed in range(THREADS)]
    for _round in range(2):
        in_parallel(THREADS, lambda index: people[index].work())
        reconcile_counters()

        settled, reserved = books(owner)
        counters = live(owner)
        assert counters.get("use|characters|daily", 0) == settled
        assert counters.get("use|characters|monthly", 0) == settled
        assert counters.get("res|characters", 0) == reserved


def test_accounts_do_not_touch_each_other(owner: Account, member: Account) -> None:
    people = [Person((owner, member)[index % 2], index) for index in range(THREADS)]

    in_parallel(THREADS, lambda index: people[index].work())

    assert books(owner)[0] == sum(person.booked for person in people[::2])
    assert books(member)[0] == sum(person.booked for person in people[1::2])


def test_day_and_month_are_booked_alike(owner: Account) -> None:
    people = [Person(owner, 200 + seed) for seed in range(THREADS)]

    in_parallel(THREADS, lambda index: people[index].work())

    booked = sum(person.booked for person in people)
    rows = UsageQuota.objects.filter(user=owner, quota_type="characters").values_list("period", "current_usage")
    assert dict(rows) == {"daily": booked, "monthly": booked}


def team(owner: Account, member: Account, laptop: ApiKey, seed: int) -> list[Person]:
    """Two accounts in one project, one of them by key and by hand."""
    whose: list[tuple[Account, ApiKey | None]] = [(owner, laptop), (owner, None), (member, None)]
    people = []
    for index in range(THREADS):
        account, key = whose[index % 3]
        people.append(Person(account, seed + index, key, PROJECT))
    return people


def booked_by(people: list[Person], account: Account | None = None, key: ApiKey | None = None) -> int:
    """What people of an account or a key were charged."""
    return sum(
        person.booked
        for person in people
        if (account is None or person.account == account) and (key is None or person.key == key)
    )


def test_the_books_of_account_key_and_project_balance_though_redis_is_wiped(
    owner: Account, member: Account, laptop: ApiKey
) -> None:
    limit_key(laptop, 150)
    limit_project(LIMIT)
    people = team(owner, member, laptop, 300)

    for _round in range(2):
        in_parallel(THREADS, lambda index: people[index].work())

        assert used_by(laptop.pk) == {"daily": booked_by(people, key=laptop)}
        assert used_by(PROJECT) == {"daily": booked_by(people)}
        assert used_by(member.pk)["daily"] == booked_by(people, member)
        open_now = sum(sum(person.open.values()) for person in people)
        assert used_by(PROJECT)["daily"] + open_now <= LIMIT
        redis_client().flushall()


def test_live_counters_of_every_scope_equal_the_books(owner: Account, member: Account, laptop: ApiKey) -> None:
    limit_key(laptop, 10_000)
    limit_project(10_000)
    people = team(owner, member, laptop, 400)
    in_parallel(THREADS, lambda index: people[index].work())
    before = [live_of(scope_id) for scope_id in (owner.pk, member.pk, laptop.pk, PROJECT)]

    redis_client().flushall()
    reconcile_counters()

    assert [live_of(scope_id) for scope_id in (owner.pk, member.pk, laptop.pk, PROJECT)] == before
    assert before[3].get("use|characters|daily", 0) == booked_by(people)
    assert before[3].get("res|characters", 0) == sum(sum(person.open.values()) for person in people)
