"""Rewritings of the question that keep its meaning and give the clauses fewer forms to know."""

import re

_N = r"(\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|twice|once)"
_ASKING = (
    r"(?:give|show|list|tell|return|find|display|report|state|output|provide|include|please|what (?:is|are|was|were)|name|"
    r"sort|order|count|how many|compute|which|who|and what|also|just|i want)"
)

_REWRITINGS: tuple[tuple[str, str], ...] = (
    (r"\b(ca|wo)n't\b", r"\1n not"), (r"n't\b", " not"), (r"\bcannot\b", "can not"), (r"[\u201c\u201d]", '"'),
    (r"(?<=\w)\u2019(?=\w)", "'"), (r"(?<=\w)`s\b", "'s"), (r"``|''|`", '"'),
    (r"\bfirst(?: names?)?(?:,| and| &)(?: the)? last names?\b", "first name and last name"),
    (r"\bfirst,? middle,? and last names?\b", "first name and middle name and last name"),
    (r"\bfull names?\b", "name"), (r"\bnames? ?\(\s*(first name and last name)\s*\)", r"\1"), (r"\blast and first names?\b", "last name and first name"),
    (rf"\b{_N} or (?:more|above|greater|higher|older|over|larger|bigger|longer)\b(?! than)", r"at least \1"),
    (rf"\b{_N} (?:years old )?(?:or|and) (?:less|fewer|below|lower|younger|under|smaller|shorter)\b(?! than)", r"at most \1"),
    (r"(?<!from )(?<![-/:])\b(\d+) to (\d+)\b(?![-/:])", r"between \1 and \2"), (r"\bfrom (\d+) to (\d+)\b(?![-/:])", r"between \1 and \2"), (r"\baged\b", "with age"), (r"\b(?:priced at|costing|that costs?)\b", "with price"),
    (r"\bweighing\b", "with weight"), (r"\bwho (?:earns?|makes?|gets?)(?= (?:more|less|over|at|above|below|between))", "with salary"),
    (r"\b(?:earn(?:s|ing|ed)?|mak(?:e|es|ing)|made|paid)(?= (?:more|less|over|at least|at most|above|below|between)\b)", "salary"),
    (r"\b(?:costs?|costed)(?= (?:more|less|over|at least|at most|above|below|between)\b)", "price"), (r"\bweighs?\b", "weight"),
    (rf"\bmore than or equal to {_N}\b", r"at least \1"), (r"\bmore than (?:a|1) once\b", "more than once"),
    (r"\bmore than once\b", "more than 1 time"), (r"\bmultiple times\b", "more than 1 time"),
    (r"\b(?:more than one|multiple|several) (?=\w)", "more than 1 "),
    (r"\bno more than\b", "not more than"), (r"\b(\d+(?:\.\d+)?)k\b", r"\g<1>000"),
    (r"\b(\d+(?:\.\d+)?) ?(?:million|mio)\b", r"\g<1>_million"), (r"\b(\d+(?:\.\d+)?) ?(?:billion|bn)\b", r"\g<1>_billion"),
    (r"\b(\d+(?:\.\d+)?) ?thousand\b", r"\g<1>_thousand"), (r"(?<=\d),(?=\d{3}\b)", ""), (r"(?<=\s)\$(?=\d)", ""),
    (r"\bhow old\b(?= (?:is|are|was|were)\b)", "what age"), (r"\bhow (?:tall|high)\b", "what height"), (r"\bhow long\b", "what length"),
    (r"\b(?:best|highest|most|top)[- ]paid\b", "highest salary"), (r"\b(?:worst|lowest|least)[- ]paid\b", "lowest salary"),
    (r"\bhow heavy\b", "what weight"), (r"\bhow (?:large|big)\b", "what size"), (r"\bhow expensive\b", "what price"),
    (r"\bhow many people live\b", "what population"),
    (r"\bthere are\b(?= (?:more|less|fewer|at|no)\b)", "have"), (r"\bas well as\b", "and"), (r"\bbetween (january|february|march|april|may|june|july|august|september|october|november|december) and (january|february|march|april|may|june|july|august|september|october|november|december),? (\d{4})\b", r"between \1 \3 and \2 \3"),
    (r"\band/or\b", "or"),
    (r"\bin total\b(?=.*\bhow many\b)", ""), (r"\bon average\b", "average"), (r"\be\.g\.?", ""), (r"\b(?:mr|mrs|ms|dr)\.", ""),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), by) for pattern, by in _REWRITINGS)
_SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_SCALED = re.compile(r"(\d+(?:\.\d+)?)_(thousand|million|billion)")
_TWO_SENTENCES = re.compile(
    rf"^(?P<first>.+?\w['\"]?\s*)[.?!;]\s+(?P<second>{_ASKING}\b.+)$", re.IGNORECASE | re.DOTALL
)
_LED_BY_GROUP = re.compile(
    r"^(?P<group>(?:for|in|of|by) (?:each|every)\b[^,]+|per [^,]+),\s*(?P<rest>.+)$", re.IGNORECASE | re.DOTALL
)
_LEADING = re.compile(
    r"^(?:among|of) (?:all )?(?:the |those )?(?P<what>[^,]+),\s*(?P<rest>.+)$", re.IGNORECASE | re.DOTALL
)
_POLITE = re.compile(
    r"^(?:(?:hi|hey|hello|please|kindly|ok|okay|so|and)[, ]+|(?:can|could|would|will) you (?:please )?|"
    r"i(?: would|'d)? (?:want|like|need)(?: you)?(?: to (?:know|see|find|get|have))?(?: me)? )+",
    re.IGNORECASE,
)  # fmt: skip


def normalise(question: str) -> str:
    """The question with contractions written out, numbers in digits and groups at the end."""
    text = " ".join(question.split())
    for pattern, by in _COMPILED:
        text = pattern.sub(by, text)
    text = _SCALED.sub(lambda match: str(int(float(match[1]) * _SCALES[match[2]])), text)
    text = _POLITE.sub("", text).strip()
    led = _LED_BY_GROUP.match(text)
    if led:
        return f"{led['rest'].rstrip(' .?')} {led['group']}"
    return text


def split_sentences(text: str) -> tuple[str, str]:
    """What is asked for and what restricts it: "Which clubs won? List their names." asks in its second sentence."""
    two = _TWO_SENTENCES.match(text)
    if two is None:
        return text, ""
    second = two["second"].strip()
    if re.match(r"(?:also |please |and )*(?:sort|order|rank|arrange)", second, re.IGNORECASE):
        return f"{two['first'].strip()} {second}", ""
    return second, two["first"].strip()
