"""Rewritings of the question that keep its meaning and give the clauses fewer forms to know."""

import re

from text2sql.engines.grammar.wordlists import rows

_ASKING = (
    r"(?:give|show|list|tell|return|find|display|report|state|output|provide|include|please|what (?:is|are|was|were)|"
    r"name|sort|order|count|how many|compute|which|who|and what|also|just|i want)"
)

_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), by) for pattern, by in rows("rewritings.tsv", 2))
_SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_SCALED = re.compile(r"(\d+(?:\.\d+)?)_(thousand|million|billion)")
_TWO_SENTENCES = re.compile(
    rf"^(?P<first>.+?\w['\"]?\s*)[.?!;]\s+(?P<second>{_ASKING}\b.+)$", re.IGNORECASE | re.DOTALL
)
_LED_BY_GROUP = re.compile(
    r"^(?P<group>(?:for|in|of|by) (?:each|every)\b[^,]+|per [^,]+),\s*(?P<rest>.+)$", re.IGNORECASE | re.DOTALL
)
_POLITE = re.compile(
    r"^(?:(?:hi|hey|hello|please|kindly|ok|okay|so|and)[, ]+|(?:can|could|would|will) you (?:please )?|"
    r"i(?: would|'d)? (?:want|like|need)(?: you)?(?: to (?:know|see|find|get|have))?(?: me)? )+",
    re.IGNORECASE,
)  # fmt: skip


def normalise(question: str) -> str:
    """The question with contractions written out, numbers in digits and groups at the end.

    The pairs of pattern and replacement stand in `rewritings.tsv`. "For each city, count the hotels" is turned
    round, since the clauses look for groups behind what is asked.
    """
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
