"""What a call cost, by the catalogue row of its engine, and what it took besides."""

import logging
import time
from decimal import Decimal, InvalidOperation
from typing import Any

from tasks.engines.usage import Usage
from tasks.models import Engine

logger = logging.getLogger(__name__)

#: What the audit's column can hold.
_MAX_COST = Decimal(10) ** 8


def price_of(row: Engine | None, usage: Usage) -> tuple[Decimal | None, str]:
    """What the call cost by the catalogue row's prices per unit; None where it names none, or one that is no number."""
    if row is None or not row.prices:
        return None, ""
    amounts = {**usage.as_dict(), "tokens": usage.tokens}
    try:
        parts = [Decimal(str(price)) * Decimal(str(amounts.get(unit, 0))) for unit, price in row.prices.items()]
    except (InvalidOperation, AttributeError):
        logger.warning("gateway.price.unreadable", extra={"engine": row.name})
        return None, ""
    total = sum(parts, Decimal(0))
    return (total, row.currency) if total.is_finite() and total < _MAX_COST else (None, "")


def measures_of(
    row: Engine | None, usage: Usage, *, began: float, first_token_at: float | None = None
) -> dict[str, Any]:
    """What a call took, as fields of `InteractionEnd`: tokens, times, cost. Moments are readings of `perf_counter`."""
    cost, currency = price_of(row, usage)
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.tokens,
        "response_time_ms": round((time.perf_counter() - began) * 1000),
        "first_token_ms": None if first_token_at is None else round((first_token_at - began) * 1000),
        "cost": cost,
        "currency": currency,
    }
