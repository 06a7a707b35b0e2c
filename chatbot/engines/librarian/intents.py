"""What a message is: small talk, a wish for a summary or headings, work for a language model, or a question."""

import re
import unicodedata
from enum import StrEnum

from chatbot.engines.librarian.words import fold


class Intent(StrEnum):
    """What the librarian is asked to do."""

    HELLO = "hello"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    IDENTITY = "identity"
    HELP = "help"
    SUMMARY = "summary"
    HEADINGS = "headings"
    CREATION = "creation"
    QUESTION = "question"


_GREETING = (
    r"(hi|hello|hey|greetings|good (morning|afternoon|evening|day)|xin chao|chao( buoi (sang|trua|chieu|toi))?|alo)"
    r"( there| everyone| librarian| ban| cac ban| moi nguoi)?"
)
_PLEASE = (
    r"(please |can you |could you |would you |i (want|need) you to |help me (to )?|give me |show me |make |just "
    r"|hay |vui long |lam on |xin |ban co the |ban |co the |giup toi |giup |cho toi |toi muon |viet |lam |dua ra )*"
)
_A_FILE = (
    r"((this|the|that|my) (file|document|text|pdf|book|report|page)s?"
    r"|(tep|file|tai lieu|van ban|sach|bao cao)( (nay|do|tren))?)"
)

#: The whole message, folded and without punctuation.
_SMALL_TALK = {
    Intent.HELLO: re.compile(_GREETING),
    Intent.THANKS: re.compile(
        r"(ok |okay |great |good )?(many thanks|thanks|thank you|thx|cheers|cam on)"
        r"( (a lot|so much|very much|ban|nhieu|nhe))*"
    ),
    Intent.GOODBYE: re.compile(r"(good ?bye|bye( bye)?|see you( later)?|tam biet|hen gap lai)( ban)?"),
    Intent.IDENTITY: re.compile(
        r"(who|what) are you|what (is|s) your name"
        r"|are you (a |an )?(robot|bot|ai|human|person|language model|llm|gpt|chatgpt)"
        r"|ban la (ai|gi)|ban ten( la)? gi|ten ban la gi|ban co phai (la )?.{2,30}"
    ),
    Intent.HELP: re.compile(
        r"help( me)?|what can you do( for me)?|how do you work|what can i ask( you)?|(list )?(the )?commands"
        r"|tro giup|giup( toi)?( voi)?|huong dan|cac lenh|ban (co the )?(lam|giup)( duoc)? (nhung )?gi"
    ),
}
#: The beginning of the message, folded.
_SUMMARY = re.compile(
    rf"{_PLEASE}((a|an|the|short|brief|quick) )*"
    r"(summari[sz]e|summary|sum up|tldr|tl dr|(key|main) points|overview of)\b"
    rf"|what (is|are) (the )?((key|main) (points|ideas|message)|gist)|what is {_A_FILE} about"
    rf"|{_PLEASE}(mot )?(ban )?(tom tat|tom luoc|y chinh|(cac )?diem chinh|noi dung chinh)\b"
    rf"|{_A_FILE} (noi|viet) ve (cai )?gi"
)
_HEADINGS = re.compile(
    r"(list |show |name |give |tell |what |which |are |me |all |the |of |is )*"
    r"(headings?|sections|chapters|table of contents|outline)\b"
    rf"|what (is|s) in(side)? {_A_FILE}|{_PLEASE}(list )?(the )?contents of {_A_FILE}"
    rf"|{_PLEASE}(liet ke |xem |biet )*(cac |nhung )?(de muc|muc luc|tieu de|chuong muc|chuong)\b"
    rf"|(trong )?{_A_FILE} (co|gom)( nhung)? (gi|muc nao|chuong nao)"
)
#: With accents, because without them the verb `viết` looks like the name of a country.
_CREATION = re.compile(
    r"(please |can you |could you |would you |i want you to |help me (to )?)*"
    r"(write|compose|draft|invent|create|translate|rewrite|paraphrase|rephrase|improve|correct|brainstorm|imagine"
    r"|pretend|generate|calculate|compute|solve|debug|refactor|sing|make up|role-?play"
    r"|tell me (a|an) (\w+ )?(joke|story|poem|riddle))\b"
    r"|(hãy |vui lòng |làm ơn |bạn có thể |bạn |giúp tôi |cho tôi "
    r"|hay |vui long |lam on |ban co the |ban |giup toi )*"
    r"(viết(?! tắt)|viet (mot|cho|bai|thu|tho)|soạn|soan (mot|cho|bai|thu)|sáng tác|sang tac|dich sang"
    r"|dịch (sang|câu|đoạn|văn|bài|cho|giúp|từ|tệp)|(làm|lam) (một |mot )?(bài |bai )?(thơ|tho)\b"
    r"|kể (cho tôi )?(nghe )?(một )?(câu )?chuyện|lập trình|sửa (lỗi|chính tả)|diễn đạt lại|tưởng tượng)"
)
_BEGINS_WITH_GREETING = re.compile(rf"{_GREETING}[\s,.!]+")
_CONTINUE = re.compile(
    r"your last answer was cut off\b|((please )?(continue|go on|keep going)|(hay )?(tiep tuc|viet tiep|tiep)( di)?)$"
)
_LONGEST_SMALL_TALK = 80


def read_intent(text: str) -> Intent:
    """What the message asks for; commands are read before this."""
    plain = _plain(text)
    if len(plain) <= _LONGEST_SMALL_TALK:
        for intent, pattern in _SMALL_TALK.items():
            if pattern.fullmatch(plain):
                return intent
    rest = _plain(without_greeting(text))
    if _HEADINGS.match(rest):
        return Intent.HEADINGS
    if _SUMMARY.match(rest):
        return Intent.SUMMARY
    spoken = " ".join(without_greeting(text).lower().split())
    return Intent.CREATION if _CREATION.match(spoken) else Intent.QUESTION


def wants_overview(text: str) -> bool:
    """Whether the answer needs the whole file, not the passages that are nearest to the words of the question."""
    return read_intent(text) in (Intent.SUMMARY, Intent.HEADINGS)


def is_continuation(text: str) -> bool:
    """Whether an answer that was cut off shall go on, in the words of a person or of `prompts/continue.txt`."""
    return _CONTINUE.match(_plain(text)) is not None


def without_greeting(text: str) -> str:
    """The message without the hello before it."""
    stripped = unicodedata.normalize("NFC", text.strip())
    folded = fold(stripped)
    greeting = _BEGINS_WITH_GREETING.match(folded)
    if greeting is None or len(folded) != len(stripped):
        return stripped
    return stripped[greeting.end() :] or stripped


def _plain(text: str) -> str:
    """Folded words with single spaces, enough of them to recognise a wish."""
    return " ".join(re.findall(r"[^\W_]+", fold(text[:400])))
