"""What a call cost, by the catalogue row of its engine."""

import logging
from decimal import Decimal, InvalidOperation

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
