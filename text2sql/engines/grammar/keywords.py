"""Words with a meaning of their own: counting, comparing, ordering, grouping, denying, joining."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from text2sql.engines.grammar.adjectives import AFTER_MOST, COMPARATIVES, SUPERLATIVES
from text2sql.engines.grammar.words import Token

NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "twenty": 20, "hundred": 100, "once": 1, "twice": 2, "thrice": 3, "single": 1, "a": 1,
}  # fmt: skip

_N = "|".join(word for word in NUMBER_WORDS if word != "a")
_MORE = "more|greater|larger|higher|bigger|longer|taller|heavier|older|later|faster|better|newer|stronger|wider|deeper|richer"
_LESS = "less|fewer|smaller|lower|shorter|lighter|younger|earlier|slower|worse|cheaper|poorer"
_SUPER = "|".join(SUPERLATIVES)

#: kind, payload (or None: the words found), pattern over folded words with single spaces; the first rule wins.
_RULES: tuple[tuple[str, str | None, str], ...] = (
    ("AND", None, r"as well as|along with|together with|in addition to|with (?:its|their|his|her)|and also|and|plus|&|,(?: and)?"),
    ("ALL", None, r"all (?:the )?(?:available |relevant )?(?:information|info|details|data|fields|columns|attributes)(?= |$)(?: (?:of|about|on|for|regarding|in|that|we|stored))*"
                  r"|(?:full|complete|entire) (?:information|details|records?|rows?|data)|everything(?: about)?|all about|whole record"),
    ("SUP", None, r"(?:most|fewest|least|largest|greatest|highest|smallest|lowest|biggest|maximum|minimum) (?:total )?(?:number|count|amount)s? of(?! \w+ per )"),
    ("COUNT", None, r"^count(?: the| all)?(?: different| distinct| unique)?(?! of| the number| number)|how many(?: different| distinct| unique| total)?|count(?: up)? (?:the |all )?(?:total )?(?:number|count)s?(?: of)?(?: all)?(?: the)?(?: different| distinct| unique)?|total (?:number|count)s? of|(?:number|numbers|count|counts) of(?: all)?(?: the)?(?: different| distinct| unique)?|(?<=the )(?:number|count|counts)(?! of)|how often|how many times"),
    ("CMP", ">=", rf"(?:{_MORE}) than or equal to|(?:not|no) (?:{_LESS}) than|at least|at minimum|a minimum of|minimum of(?= \d)|>=|equal to or (?:{_MORE}) than|starting from|not less than"),
    ("CMP", "<=", rf"(?:{_LESS}) than or equal to|(?:not|no) (?:{_MORE}) than|at most|at maximum|a maximum of|up to|<=|equal to or (?:{_LESS}) than|not more than"),
    ("NEG", "!=", r"(?:do|does|did|is|are|was|were) not equal(?: to)?|not equal to|<>|!=|other than|different from|differs? from"),
    ("CMP", None, rf"(?:much |strictly )?(?:{_MORE}|{_LESS}) than|(?:{_MORE}|{_LESS})(?= the (?:average|mean)| average)"),
    ("CMP", ">", r"over(?! all)|above|exceed(?:s|ed|ing)?|beyond|surpass(?:es|ed|ing)?|>|in excess of"),
    ("CMP", "<", r"below|under|beneath|<|short of"),
    ("CMP", "after", r"after|since|later than|following"),
    ("CMP", "before", r"before|prior to|earlier than|until"),
    ("CMP", "=", r"exactly|equals?(?: to)?|equal(?:s|ing) to|==|="),
    ("BETWEEN", None, r"(?:is |are )?between|in the range (?:of|from|between)|ranging from|in between"),
    ("FREQ", "desc", r"(?:most|more) (?:common|commonly|popular|frequent|frequently|often|prominent|prevalent|widespread|used|shared|ordered|numerous)(?:ly)?(?: \w+ed\b)?|predominant(?:ly)?|dominant"),
    ("FREQ", "asc", r"least (?:common|commonly|popular|frequent|frequently|often|prominent|used|numerous)(?: \w+ed\b)?|rarest"),
    ("ORDER", None, r"(?:sort|sorted|sorting|order(?=(?: \w+){0,4} by)|ordered(?=(?: \w+){0,3} (?:by|in|from|according|alphabetically|ascending|descending|desc|asc)\b)|ordering|ranked|rank(?=(?: \w+){0,3} by)|arrange|arranged|listed(?= (?:in|by))|organized)"
                    r"(?: (?:them|it|the|results?|list|rows|those|your|report|these|everything|output|all))*(?: (?:in|from|with))?(?: the| an| a)?"
                    r"(?: (?:alphabetical(?:ly)?|alphabetic|lexicographical(?:ly)?|lexicographic|ascending(?:ly)?|descending(?:ly)?|increasing|decreasing|descendingly|chronological(?:ly)?|reverse|dictionary|numerical))*(?: (?:order|manner|alphabetical|sequence))*(?: (?:by|of|on|according to|based on|for))*(?: (?:the|their|its|his|her))*"),
    ("ORDER", None, r"(?:listed |given |shown )?(?:in|by)(?: an?| the)?(?: reverse)? (?:alphabetical|alphabetic|lexicographical|lexicographic|ascending|descending|increasing|decreasing|chronological|dictionary)(?: alphabetical| lexicographical| order| manner| sequence)*(?: (?:by|of|on|for|based on|according to))*(?: (?:the|their|its))*"
                    r"|in (?:reverse )?order of|in (?:the )?order of|alphabetically|from (?:the )?(?:high|large|big|most|low|small|old|young|least|youngest|lowest|smallest|least|earliest|shortest|cheapest|oldest|highest|largest|most|latest|longest|newest|biggest)(?: \w+)? to (?:the )?\w+"),
    ("DIR", None, r"(?:in )?(?:an? |the )?(?:descending|decreasing|ascending|increasing|desc|asc)(?: order| manner)?"),
    ("TOP", None, rf"(?:top|first|bottom|last)(?: most)? (?:\d+|{_N})|(?:\d+|{_N})(?= (?:most |least )?(?:{_SUPER}|most|least))"),
    ("SUP", None, rf"(?:most|least) (?:{'|'.join(AFTER_MOST)})|{_SUPER}|most(?: (?:number|amount|count)s? of)?|fewest(?: numbers? of)?|least(?: (?:number|amount)s? of)?|best|worst|eldest|(?<=the )last(?! name)|(?<=the )first(?! and)(?! name)(?! last)"),
    ("AGG", "avg", r"(?:on )?average|mean|avg|averages"),
    ("AGG", "max", r"maximum|max|maximal"),
    ("AGG", "min", r"minimum|min|mininum|minimal"),
    ("AGG", "sum", r"total|sum of|sum|combined|overall|in total|altogether|totals"),
    ("EACH", None, r"(?:for |of |in |at |by |per |from |on |within |under |to |across |that |with |has )?(?:each|every)(?: of the| of)?(?: different| distinct| unique| single| individual)?|per|for all (?:the )?(?:different|distinct)|(?:for|of) (?:the )?(?:different|various)(?= \w+)|group(?:ed)? by(?: the)?|broken down by|categorized by|across (?:all )?different|by each"),
    ("DISTINCT", None, r"different|distinct|unique|distinctive|without (?:duplicates|repetition)"),
    ("NULL", "is null", r"(?:is|are|was|were|has|have)? ?(?:null|missing|unknown|empty|not (?:known|specified|recorded|available|set|given|filled))(?: values?)?"),
    ("NEG", None, r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would) (?:not|never)(?: have| had| been| any)*(?: any)?|(?:has|have|had) no|not(?: in| any| including)?|no(?= \w)|never|without(?: any)?|except(?: for)?|excluding|exclude|neither|nor|but not|other than|lack(?:s|ing)?|absent|none"),
    ("BOTH", None, r"both(?: of)?|shared by|shared between|in common(?: (?:for|by|between))?|common to"),
    ("EITHER", None, r"either"),
    ("OR", None, r"or"),
    ("LIKE", "prefix", r"(?:starts?|starting|begins?|beginning|started) (?:with|from|by)(?: the)?(?: (?:letters?|words?|prefix|string|substring|character|letter))*|prefix(?:ed)?(?: with)?|initial(?: letter)?(?= [\"'a-z] |$)"),
    ("LIKE", "suffix", r"(?:ends?|ending|ended) (?:with|in|by)(?: the)?(?: (?:letters?|words?|suffix|string|substring|character))*"),
    ("LIKE", "inside", r"(?:contain(?:s|ed|ing)?|includ(?:e|es|ing|ed)|with|have|has|having)(?: the)?(?: (?:words?|letters?|substring|string|phrase|character|term|text))+|contain(?:s|ed|ing)?(?: the)?(?: (?:word|letter|substring|string|phrase))*|includ(?:es|ing)|like"),
    ("WH", None, r"^(?:in |for |of |from |at |to |on |with )?(?:which|what|whose|who|where|when)|how (?:much|old|long|tall|large|big|heavy|far)|what is|what are"),
    ("REL", None, r"whose|which|who|whom|that|where|when|with|having|has|have|had|there (?:is|are|were|was)|if"),
    ("PREP", None, r"of|for|in|by|from|on|at|to|about|within|as|among|between|during|into|through|belonging to|across"),
)  # fmt: skip

_COMPILED = tuple((kind, payload, re.compile(rf"(?<![\w])(?:{pattern})(?![\w])")) for kind, payload, pattern in _RULES)


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword over tokens `start`..`end` (exclusive); `payload` is its meaning or, without one, its words."""

    kind: str
    payload: str
    start: int
    end: int


def find_keywords(tokens: Sequence[Token]) -> list[Keyword]:
    """Keywords that do not overlap; earlier rules win. Quoted text holds none."""
    words = [" \u0001 " if token.is_quoted else token.folded for token in tokens]
    text, places = _joined(words)
    taken: set[int] = set()
    found = []
    for kind, payload, pattern in _COMPILED:
        for match in pattern.finditer(text):
            if not match.group().strip():
                continue
            start, end = places[match.start()], places[match.end() - 1] + 1
            if not taken & set(range(start, end)):
                taken.update(range(start, end))
                found.append(Keyword(kind, payload or match.group().strip(), start, end))
    return sorted(found, key=lambda keyword: keyword.start)


def _joined(words: Sequence[str]) -> tuple[str, list[int]]:
    places: list[int] = []
    for index, word in enumerate(words):
        places.extend([index] * (len(word) + 1))
    return " ".join(words), places


def number_of(token: Token) -> float | None:
    """The value of a number in digits or words."""
    if token.number is not None:
        return token.number
    word = NUMBER_WORDS.get(token.text.lower()) if token.folded != "a" else None
    return None if word is None else float(word)


def operator_of(payload: str) -> str:
    """The comparison that a CMP keyword means."""
    if payload in (">", "<", ">=", "<=", "="):
        return payload
    if payload in ("after", "before"):
        return ">" if payload == "after" else "<"
    return "<" if re.search(rf"\b(?:{_LESS})\b", payload) else ">"


def comparative_of(payload: str) -> str:
    """The adjective in a CMP keyword ("older than"), or nothing."""
    return next((word for word in payload.split() if word in COMPARATIVES), "")


def words_of(keywords: Iterator[Keyword]) -> list[str]:
    """Their payloads; for explanations."""
    return [keyword.payload for keyword in keywords]
