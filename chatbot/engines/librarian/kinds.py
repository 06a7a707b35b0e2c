"""The kinds of answer a question wants: how they are asked for, and how one looks. Patterns read folded text."""

import re

_MONTHS = "january|february|march|april|june|july|august|september|october|november|december"
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"

#: By language and kind: what the question holds, what a sentence with such an answer holds.
_KINDS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "time": (
            r"\bwhen\b|\b(what|which) (year|date|day|month|time|hour)|\bhow long ago\b",
            rf"\b\d{{1,2}}[:.]\d\d\b|\b(1\d|20)\d\d\b|\b({_MONTHS}|{_DAYS}|noon|midnight|daily|weekly|every|spring|summer|autumn"
            r"|winter|morning|evening|night|(second|minute|hour|day|week|month|quarter|year)s?)\b",
        ),
        "amount": (
            r"\bhow (many|much|long|far|old|tall|high|deep|wide|big|large|heavy|fast|soon)\b"
            r"|\b(price|cost|fee|percentage|temperature|amount|weight|length|speed|height|limit) of\b",
            r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred|thousand|half|twice|once|free)\b",
        ),
        "frequency": (r"\bhow often\b", r"\b(every|each|daily|weekly|monthly|yearly|annually|once|twice|times)\b"),
        "person": (r"\bwho(m|se)?\b", r"\b(mr|mrs|ms|dr|prof|by|director|manager|team|department|office)\b"),
        "place": (
            r"\bwhere\b|\b(which|what) (room|floor|city|street|place|country)\b",
            r"\b(in|at|on|near|behind|beside|under|opposite|room|floor|street)\b",
        ),
        "reason": (
            r"\bwhy\b|\bwhat (is the )?(reason|cause)\b",
            r"\b(because|since|so that|due|therefore|reason|caused?|to avoid|in order)\b",
        ),
    },
    "vi": {
        "time": (
            r"\b(khi|luc|ngay|nam|thang|hoi|gio) nao\b|\b(ngay|gio|thang|nam|thu) may\b|\b(may|bao) gio\b|\bhan chot\b",
            r"\d ?(h|gio|phut|:)|\b(thu (hai|ba|tu|nam|sau|bay)|chu nhat|sang|chieu|toi|trua|tuan|ngay|thang)\b"
            r"|\b(nam|quy|the ky) \d|\b(hang|moi) nam\b",
        ),
        "amount": (
            r"\bbao (nhieu|lau|xa|cao)\b|\bmay (?!gio|khi)|\bgia (cua|ve)\b",
            r"\d|\b(mot|hai|ba|bon|bay|tam|chin|muoi|tram|nghin|trieu|nua|mien phi)\b",
        ),
        "frequency": (r"\b(may|bao nhieu|bao lau mot) lan\b", r"\b(lan|moi|hang|hang ngay|thuong xuyen)\b"),
        "person": (r"\bai\b|\bnguoi nao\b", r"\b(ong|ba|anh|chi|co|do|boi|giam doc|truong|phong|ban)\b"),
        "place": (r"\bo dau\b|\b(noi|cho) nao\b|\bdau\b", r"\b(o|tai|tang|phong|duong|toa|canh|gan|nha)\b"),
        "reason": (r"\b(tai|vi) sao\b|\bly do\b|\bnguyen nhan\b", r"\b(vi|do|boi|nen|nham|de|nguyen nhan|tranh)\b"),
    },
}  # fmt: skip
_COMPILED = {
    language: {kind: (re.compile(asked), re.compile(given)) for kind, (asked, given) in kinds.items()}
    for language, kinds in _KINDS.items()
}
#: How one asks for the page on which something stands.
_PAGE = re.compile(r"\b(which|what) page|\bpage numbers?\b|\btrang (nao|may|bao nhieu)\b|\bso trang\b")


def wanted_kinds(folded_question: str, language: str) -> tuple[str, ...]:
    """The kinds that a question asks for; most ask for one or none."""
    return tuple(kind for kind, (asked, _given) in _COMPILED[language].items() if asked.search(folded_question))


def holds_kind(folded_sentence: str, kinds: tuple[str, ...], language: str) -> bool:
    """Whether a sentence holds something of one of the kinds."""
    return any(_COMPILED[language][kind][1].search(folded_sentence) for kind in kinds)


def asks_page(folded_question: str) -> bool:
    """Whether the question is on which page something stands."""
    return _PAGE.search(folded_question) is not None
