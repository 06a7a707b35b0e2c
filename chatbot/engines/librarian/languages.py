"""English or Vietnamese: which language a question is in, and the words of it that say nothing."""

from functools import cache

from chatbot.engines.librarian.words import Word, fold, read_words


def _words_in(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VIETNAMESE_LETTERS = frozenset("ăâđêôơưàằầèềìòồờùừỳáắấéếíóốớúứýảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹạặậẹệịọộợụựỵ")
#: What a single word of grammar weighs against a word with marks, which may be a name.
_GRAMMAR_WEIGHT = 2

_ENGLISH = _words_in("""
    a about above after again all also am an and any are as at be because been before being below between both
    but by can cannot could did do does doing don down during each else few for from further get give had has
    have having he her here hers him his how i if in into is it its itself just let like many me mean more most
    much must my need no nor not now of off often on once only or other our out over own page pages per please same
    say says shall she should show so some such tell than that the their them then there these they this those
    through to too under until up us very was we were what when where which while who whom whose why will with
    would you your whats exactly actually really called name back according file document text
""")
#: Keys of what one asks a book to do.
_ASKING = _words_in("explain describ mention find cal discuss stat list")
_VIETNAMESE = _words_in("""
    ai anh bao bạn bằng bị bởi các cái cách chỉ cho chúng chưa có còn của cùng cũng do đã đang đâu để đến đều đi
    đó được gì giờ hãy hay hết hơn khi không là lại làm lúc lên mà mấy mình mọi mỗi một nào nên này nếu ngày nhé
    nhiêu những như nhưng nó nơi ở phải qua ra rằng rất rồi sao sẽ sau số tại thế theo thì tôi trang trên trong
    từ và vào vẫn vậy về vì với việc xin ạ à ấy đấy nhỉ họ thể biết hỏi nói tệp liệu văn bản lâu
""")
#: Vietnamese written without its marks; only what is no English word.
_VIETNAMESE_PLAIN = _words_in("""
    la gi khong nhu nao nhieu bao cua toi duoc lam sao cho trong nhung cac voi ngay khi dau tai vi nguoi mot hay
    phai neu thi cung nhe ban xin chao viet tom tat tep trang muc thang den ve cach
""")


def detect_language(text: str, fallback: str) -> str:
    """`en` or `vi`, from the words of grammar and the letters; undecided texts are in the language `fallback`."""
    words = [word.surface for word in read_words(text[:2_000])]
    english = sum(_GRAMMAR_WEIGHT for word in words if word in _ENGLISH and word.isascii())
    vietnamese = 0
    for word in words:
        if word in _VIETNAMESE_PLAIN or (word in _VIETNAMESE and not word.isascii()):
            vietnamese += _GRAMMAR_WEIGHT
        elif _VIETNAMESE_LETTERS.intersection(word):
            vietnamese += 1
    if english == vietnamese:
        return "vi" if fallback.lower().partition("-")[0] == "vi" else "en"
    return "vi" if vietnamese > english else "en"


@cache
def _plain_stop_words() -> frozenset[str]:
    return frozenset(fold(word) for word in _VIETNAMESE)


def is_stop_word(word: Word, language: str, *, is_accented: bool) -> bool:
    """Whether a word of a question says nothing about what is sought. `is_accented`: the question bears marks."""
    if word.has_digit:
        return False
    if language == "vi":
        return word.surface in _VIETNAMESE or (not is_accented and word.key in _plain_stop_words())
    return word.surface.replace("'", "") in _ENGLISH or word.key in _ASKING
