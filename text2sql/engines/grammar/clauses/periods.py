"""A period as a condition on a column of dates."""

from datetime import timedelta

from text2sql.engines.grammar.dates import Period
from text2sql.engines.grammar.plan import Condition, Term


def in_period(term: Term, period: Period) -> Condition:
    """The column lies in the period; moments of its last day are in it, too.

    Months and years become a half-open range (`during`): BETWEEN would lose the last day's hours of a timestamp.
    """
    if period.text or period.is_day:
        return Condition(term, "on", period.literal())
    return Condition(term, "during", (period.first.isoformat(), (period.last + timedelta(days=1)).isoformat()))
