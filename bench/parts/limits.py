"""What one admission costs: key, rate and quotas in one call of Redis."""

import time

from accounts.services import admit
from bench.house import House
from bench.options import Options
from bench.people import make_account
from bench.table import Row, percentile
from config.common.ids import uuid7

WARM_UP = 100


def measure(house: House, options: Options) -> list[Row]:
    """Without amounts (a read) and with a reservation (metered work)."""
    account = make_account("limits")
    reads, metered = [], []
    for _ in range(WARM_UP + 5 * options.samples):
        began = time.perf_counter()
        admit(account=account, endpoint="task-list")
        middle = time.perf_counter()
        admit(account=account, endpoint="bench", amounts={"requests": 1}, reservation_id=uuid7())
        reads.append((middle - began) * 1000)
        metered.append((time.perf_counter() - middle) * 1000)
    return [
        Row("limits", "admit a read, median", percentile(reads[WARM_UP:], 0.5), "ms"),
        Row("limits", "admit and reserve, median", percentile(metered[WARM_UP:], 0.5), "ms"),
        Row("limits", "admit and reserve, 95th percentile", percentile(metered[WARM_UP:], 0.95), "ms"),
    ]
