"""Adjectives of degree: "oldest" and "older than 30" speak of a column without naming it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Degree:
    """`concepts` are stems of fitting columns, best first; `grows` has for each whether more of it means more."""

    concepts: tuple[str, ...]
    grows: tuple[bool, ...]


def _degree(text: str) -> Degree:
    words = text.split()
    return Degree(tuple(word.strip("-") for word in words), tuple(not word.endswith("-") for word in words))


_AGE = "age birth- founded- established- built- opening- open- year- since- date-"
_TIME = "date time year start recent season day"
_MONEY = "price cost amount fee rate charge value rent salary"

#: base, comparative and superlative, degree of "more of it", and whether the word means more.
_ROWS: tuple[tuple[str, str, bool], ...] = (
    ("old older oldest elder eldest senior", _AGE, True),
    ("young younger youngest junior", _AGE, False),
    ("tall taller tallest", "height tall stature", True),
    ("high higher highest", "height altitude elevation", True),
    ("low lower lowest", "height altitude elevation depth-", False),
    ("short shorter shortest", "height length duration time distance", False),
    ("long longer longest lengthy lengthiest", "length duration time distance runtime minute hour", True),
    ("large larger largest big bigger biggest huge great greater greatest", "area size population capacity square number amount total", True),
    ("small smaller smallest tiny little", "area size population capacity square number amount total", False),
    ("heavy heavier heaviest", "weight mass", True),
    ("light lighter lightest", "weight mass", False),
    ("wide wider widest broad", "width", True),
    ("deep deeper deepest", "depth", True),
    ("fast faster fastest quick quickest", "speed velocity horsepower time- duration- lap-", True),
    ("slow slower slowest", "speed velocity horsepower time- duration- lap-", False),
    ("expensive costly pricey costliest priciest dearest", _MONEY, True),
    ("cheap cheaper cheapest inexpensive", _MONEY, False),
    ("late later latest recent recently newest newer new last after", _TIME, True),
    ("early earlier earliest first before", _TIME, False),
    ("rich richer richest wealthy wealthiest wealthier", "wealth money income worth asset salary value", True),
    ("poor poorer poorest", "wealth money income worth asset salary value", False),
    ("populous populated populated", "population inhabitant resident", True),
    ("strong stronger strongest powerful", "power horsepower strength force", True),
    ("good better best", "rating score point star rank- position- grade", True),
    ("bad worse worst", "rating score point star rank- position- grade", False),
    ("hot hotter hottest warm warmest", "temperature", True),
    ("cold colder coldest cool coolest", "temperature", False),
    ("spacious", "area size capacity", True),
    ("dense densest", "density", True),
    ("successful", "win gold point score revenue", True),
    ("profitable", "profit revenue", True),
    ("close closest near nearest", "distance", False),
    ("far farthest furthest distant", "distance", True),
)  # fmt: skip

#: word -> degree and whether the word means more.
DEGREES: dict[str, tuple[Degree, bool]] = {
    word: (_degree(text), more) for words, text, more in _ROWS for word in words.split()
}

COMPARATIVES = tuple(word for words, _, _ in _ROWS for word in words.split() if word.endswith("er") or word == "worse")
SUPERLATIVES = tuple(word for words, _, _ in _ROWS for word in words.split() if word.endswith("est"))
AFTER_MOST = (
    "expensive", "costly", "recent", "populous", "populated", "powerful", "spacious", "successful", "profitable",
    "senior", "junior", "distant", "recently",
)  # fmt: skip
