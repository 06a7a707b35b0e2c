"""Questions in a thread: which of them say all they ask, and which lean on the one before."""

import re

from text2sql.knowledge.words import ENGLISH_WORDS, fold, is_vietnamese

#: Fewer words are "and by month?", "chi o Ha Noi" or "how many of them?".
_LEAST_WORDS = 4
#: How a question begins that changes the one before, folded; those of English and of Vietnamese do not mix well.
_BEGINS = re.compile(
    r"(and|but|so|or|also|only|just|then|now|instead|same|the same|what about|how about|what if|for|in|on|at|from|by"
    r"|per|sort|order|rank|group|with|without|except|excluding|not|add|remove|limit|restrict)\b"
)
_BEGINS_VIETNAMESE = re.compile(
    r"(va|con|the con|the thi|vay|nhung|chi|theo|o|tai|trong|cua|cho|tu|sap xep|xep|nhom|bo|tru|khong|ngoai|them|moi)\b"
)
#: What was named before.
_BACK = "they them their theirs it its those these ones he she his her him"
_POINTS_BACK = frozenset(_BACK.split())
_POINTS_BACK_VIETNAMESE = re.compile(r"\b(chung|ho|no|do|nay|kia|ay|o tren|ben tren|vua roi)\b")


def stands_alone(question: str) -> bool:
    """Whether a question of a thread means the same outside of it; when in doubt, it does not."""
    typed = " ".join(question.lower().split())
    words = re.findall(r"\w+", typed)
    if len(words) < _LEAST_WORDS or _BEGINS.match(typed) or not _POINTS_BACK.isdisjoint(words):
        return False
    # Vietnamese is typed without its accents, too.
    folded = fold(typed)
    is_english = not is_vietnamese(question) and not ENGLISH_WORDS.isdisjoint(words)
    return is_english or not (_BEGINS_VIETNAMESE.match(folded) or _POINTS_BACK_VIETNAMESE.search(folded))
