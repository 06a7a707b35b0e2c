"""What was measured, beside its target."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure. `at_least` and `at_most` are its target; without either it is only told."""

    part: str
    what: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def target(self) -> str:
        """As it stands in the table."""
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return f"<= {self.at_most:g}" if self.at_most is not None else ""

    @property
    def verdict(self) -> str:
        """`ok`, `MISS`, or nothing where there is no target."""
        if self.at_least is not None:
            return "ok" if self.value >= self.at_least else "MISS"
        if self.at_most is not None:
            return "ok" if self.value <= self.at_most else "MISS"
        return ""


def print_table(rows: Sequence[Row]) -> None:
    """All rows, in columns."""
    lines = [("part", "what", "measured", "target", "")]
    lines += [(row.part, row.what, f"{row.value:,.2f} {row.unit}".strip(), row.target, row.verdict) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    for line in lines:
        part, what, measured, target, verdict = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        print(f"  {part}  {what}  {measured.strip().rjust(widths[2])}  {target}  {verdict}".rstrip())


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
