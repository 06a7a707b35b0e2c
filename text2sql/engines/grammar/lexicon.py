"""The general lexicon: groups of words that name the same thing in schemas and in questions, read from `lexicon.tsv`."""

from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("lexicon.tsv")

IRREGULAR = {
    "people": "person", "children": "child", "men": "man", "women": "woman", "series": "series", "species": "species",
    "status": "status", "address": "address", "movies": "movie", "bonus": "bonus", "campus": "campus", "news": "news",
    "business": "business", "has": "has", "does": "does", "was": "was", "feet": "foot", "data": "data", "wives": "wife",
    "this": "this", "ids": "id", "gpas": "gpa", "its": "its", "is": "is", "as": "as", "staff": "staff", "aircraft": "aircraft", "lives": "live",
    "indices": "index", "criteria": "criterion", "analyses": "analysis", "us": "us", "bus": "bus", "buses": "bus",
    "ties": "tie", "dies": "die", "caches": "cache", "movie": "movie", "horses": "horse", "houses": "house",
    "fed": "feed", "taught": "teach", "wrote": "write", "written": "write", "sold": "sell", "bought": "buy", "won": "win",
    "flew": "fly", "flown": "fly", "drove": "drive", "driven": "drive", "sang": "sing", "sung": "sing", "led": "lead",
    "held": "hold", "gave": "give", "given": "give", "taken": "take", "sent": "send", "spent": "spend", "lent": "lend",
    "rode": "ride", "ridden": "ride", "kept": "keep", "met": "meet", "lost": "lose", "chosen": "choose", "fought": "fight",
    "rented": "rent", "brought": "bring", "caught": "catch", "drew": "draw", "drawn": "draw", "owned": "own",
    "statuses": "status", "bonuses": "bonus", "campuses": "campus", "viruses": "virus", "gas": "gas", "less": "less",
    "mice": "mouse", "geese": "goose", "teeth": "tooth", "halves": "half", "shelves": "shelf", "leaves": "leaf",
}  # fmt: skip

#: What short pieces of identifiers stand for.
ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    "dob": ("date", "birth"), "dest": ("destination",), "src": ("source",), "num": ("number",), "no": ("number",), "nr": ("number",), "fname": ("first", "name"),
    "lname": ("last", "name"), "dept": ("department",), "stu": ("student",), "tel": ("phone",), "addr": ("address",),
    "qty": ("quantity",), "amt": ("amount",), "desc": ("description",), "descr": ("description",), "cnt": ("count",),
    "avg": ("average",), "max": ("maximum",), "min": ("minimum",), "yr": ("year",), "emp": ("employee",),
    "cust": ("customer",), "acct": ("account",), "acc": ("account",), "bal": ("balance",), "ref": ("reference",),
    "pct": ("percent",), "firstname": ("first", "name"), "lastname": ("last", "name"), "fullname": ("full", "name"),
    "mgr": ("manager",), "org": ("organization",), "loc": ("location",), "cat": ("category",), "crs": ("course",),
    "prof": ("professor",), "bldg": ("building",), "hs": ("high", "school"), "mname": ("middle", "name"),
    "surname": ("last", "name"), "forename": ("first", "name"), "lat": ("latitude",), "lng": ("longitude",),
    "lon": ("longitude",), "img": ("image",), "msg": ("message",), "req": ("request",), "inv": ("invoice",),
    "sex": ("sex",), "zipcode": ("zip", "code"), "postcode": ("postal", "code"), "hh": ("household",), "ssn": ("ssn",),
    "username": ("user", "name"), "birthdate": ("birth", "date"), "birthday": ("birth", "date"), "ids": ("id",),
    "hometown": ("home", "town"), "homepage": ("home", "page"), "mo": ("month",), "wk": ("week",), "uid": ("id",),
}  # fmt: skip

#: Words that are whole, or halves of run-together identifiers.
BASE_WORDS = frozenset(
    """id name code date number type title time year month day price cost amount total first last full start end begin
    address city state country phone email status count average rate score level age sex gender height weight length
    size area population capacity salary budget rank position order item product customer student teacher employee
    staff user account person company department school course class club team player game match race stadium concert
    singer song album artist movie film actor director book author publisher store shop branch bank loan station train
    flight airport airline pilot plane car model maker engine color language region district county street zip postal
    room building floor hotel guest booking reservation invoice payment transaction policy claim document file image
    description detail details comment note text content category group member role result point goal win loss draw
    season home away host event party meeting conference project task problem log ticket issue version release license
    key value unit currency quantity stock supplier vendor manufacturer market sale sales revenue profit tax discount
    river lake mountain border capital continent degree grade subject major advisor room campus hire birth death marital
    manager head owner seller buyer doctor nurse patient hospital drug disease treatment appointment visit test exam
    mail box web site page view session device sensor record address line town open close closed show working weekly
    percent percentage ratio share index rating review opinion vote candidate election party board body head tail foot
    enrollment attendance assignment location latitude longitude altitude elevation distance speed duration""".split()
)


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_FILE.read_text(encoding="utf-8").splitlines()):
        for phrase in line.split("\t"):
            if phrase and not line.startswith("#"):
                found.setdefault(phrase.strip(), set()).add(number)
    return {phrase: frozenset(numbers) for phrase, numbers in found.items()}


@lru_cache(maxsize=1)
def _members() -> dict[int, tuple[str, ...]]:
    members: dict[int, list[str]] = {}
    for phrase, numbers in _groups().items():
        for number in numbers:
            members.setdefault(number, []).append(phrase)
    return {number: tuple(phrases) for number, phrases in members.items()}


def are_synonyms(first: str, second: str) -> bool:
    """Whether two stems or phrases of stems stand in one group."""
    groups = _groups()
    return bool(groups.get(first, frozenset()) & groups.get(second, frozenset()))


def synonyms(phrase: str) -> tuple[str, ...]:
    """The other members of all groups of a stem or a phrase of stems."""
    members = _members()
    return tuple(other for number in sorted(_groups().get(phrase, ())) for other in members[number] if other != phrase)


def is_known(phrase: str) -> bool:
    """Whether the lexicon has the phrase."""
    return phrase in _groups()
