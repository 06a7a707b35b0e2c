"""What a piece of work consumed, in the units that quotas and prices are written in."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Usage:
    """Consumption of one or several engine calls; add two to get the sum."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    characters: int = 0
    audio_seconds: float = 0.0
    images: int = 0

    @property
    def tokens(self) -> int:
        """Input and output together, the unit of a token quota."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: object) -> "Usage":
        if not isinstance(other, Usage):
            return NotImplemented
        return Usage(
            requests=self.requests + other.requests,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            characters=self.characters + other.characters,
            audio_seconds=self.audio_seconds + other.audio_seconds,
            images=self.images + other.images,
        )

    def as_dict(self) -> dict[str, int | float]:
        """The entries that are not zero, ready for a JSON column."""
        values: dict[str, int | float] = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return {name: value for name, value in values.items() if value}
