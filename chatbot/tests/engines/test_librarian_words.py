"""Words and their keys: numbers, stems, families, and words that say nothing."""

from chatbot.engines.librarian.languages import detect_language, is_stop_word
from chatbot.engines.librarian.words import Word, are_related, fold, key_of, read_words


def keys(text: str) -> list[str]:
    return [word.key for word in read_words(text)]


def test_text_is_cut_into_words_as_people_read_them() -> None:
    cases = {
        "": [],
        " \t\n": [],
        "___ -- !!": [],
        "snake_case and e-mail": ["snake", "case", "and", "e", "mail"],
        "don't, don\u2019t": ["don't", "don't"],
        "'quoted'": ["quoted"],
        "12:30, 1.200.000 or 3,5": ["12:30", "1.200.000", "or", "3,5"],
        "30/4/1975": ["30", "4", "1975"],
        "at 5. Then 6,": ["at", "5", "then", "6"],
        "Ngày Quốc khánh 2/9": ["ngày", "quốc", "khánh", "2", "9"],
        "Vie\u0302\u0323t Nam": ["việt", "nam"],
        "中文 и русский": ["中文", "и", "русский"],
        "\x00a\x00": ["a"],
    }
    assert {text: [word.surface for word in read_words(text)] for text in cases} == cases


def test_numbers_lose_what_groups_their_digits_and_nothing_else() -> None:
    cases = {
        "1,200": "1200", "1.200": "1200", "1,234,567": "1234567", "1.234.567": "1234567", "12.34": "12.34",
        "12,34": "12.34", "0": "0", "000": "0", "007": "7", "08:30": "8:30", "1200": "1200", "1234,567": "1234.567",
        "1,234.56": "1234.56", "1.234,56": "1234.56", "1,234,567.8": "1234567.8", "1,20": "1.20", "3rd": "3rd",
    }  # fmt: skip
    assert {text: key_of(text) for text in cases} == cases


def test_members_of_an_english_family_share_a_key() -> None:
    families = (
        ("agree", "agrees", "agreed", "agreeing"),
        ("plan", "plans", "planned", "planning", "plan's"),
        ("miss", "misses", "missed", "missing"),
        ("call", "calls", "called", "calling"),
        ("church", "churches"),
        ("company", "companies", "company's"),
        ("box", "boxes"),
        ("quick", "quickly"),
        ("write", "wrote", "written", "writing", "writes"),
        ("pay", "paid", "pays", "paying"),
        ("woman", "women", "women's"),
    )
    assert {one[0]: len({key_of(word) for word in one}) for one in families} == {one[0]: 1 for one in families}


def test_short_words_and_words_without_a_vowel_keep_their_ending() -> None:
    words = ("as", "gas", "bed", "red", "fly", "string", "bring", "spring", "sled")
    assert {word: key_of(word).startswith(word[:3]) for word in words} == dict.fromkeys(words, True)
    assert (key_of("status"), key_of("basis"), key_of("glass")) == ("status", "basis", "glass")


def test_accented_words_are_not_stemmed_but_folded() -> None:
    cases = {
        "các": "cac",
        "đường": "duong",
        "résumés": "resumes",
        "ngày": "ngay",
        "naïve": "naive",
        "öffnung": "offnung",
    }
    assert {word: key_of(word) for word in cases} == cases


def test_folding_is_that_of_the_database() -> None:
    cases = {
        "ĐỒNG": "dong", "Ơ Ư ă â ê ô": "o u a a e o", "ỗ\u0323": "o", "straße": "straße", "Øre": "øre", "": "",
    }  # fmt: skip
    assert {text: fold(text) for text in cases} == cases


def test_families_need_five_letters_a_common_beginning_and_a_known_ending() -> None:
    cases = {
        ("teach", "teacher"): True, ("teacher", "teach"): True, ("depart", "department"): True,
        ("comput", "computation"): True, ("suppli", "supplier"): True, ("arriv", "arrival"): True,
        ("leader", "leadership"): True, ("work", "worker"): False, ("depart", "departure"): False,
        ("organ", "organist"): False, ("station", "nation"): False, ("đường", "đườnger"): False, ("", ""): False,
    }  # fmt: skip
    assert {pair: are_related(*pair) for pair in cases} == cases


def test_a_digit_anywhere_makes_a_number_or_a_name() -> None:
    cases = {"2024": True, "iphone15": True, "a4": True, "bốn": False, "four": False}
    assert {word: Word(word, word).has_digit for word in cases} == cases


def silent(text: str, language: str, *, is_accented: bool) -> list[str]:
    return [word.surface for word in read_words(text) if is_stop_word(word, language, is_accented=is_accented)]


def test_words_of_grammar_say_nothing() -> None:
    english = "What's the document called, and where does it mention turntables on page 12?"
    assert silent(english, "en", is_accented=False) == [
        "what's", "the", "document", "called", "and", "where", "does", "it", "mention", "on", "page",
    ]  # fmt: skip
    assert silent("Những đầu máy nào được bảo dưỡng trong tháng 4?", "vi", is_accented=True) == [
        "những", "nào", "được", "trong",
    ]  # fmt: skip


def test_without_marks_vietnamese_grammar_is_known_by_its_letters() -> None:
    plain = "nhung dau may nao duoc bao duong"
    assert silent(plain, "vi", is_accented=False) == ["nhung", "dau", "may", "nao", "duoc", "bao"]
    assert silent(plain, "vi", is_accented=True) == ["bao"]
    assert silent(plain, "en", is_accented=False) == []


def test_a_language_is_told_by_its_grammar_before_its_letters() -> None:
    cases = {
        ("Where is Đà Nẵng?", "vi"): "en",
        ("Đà Nẵng ở đâu?", "en"): "vi",
        ("thoi gian bao hanh la bao lau", "en"): "vi",
        ("warranty period", "vi"): "vi",
        ("warranty period", "en"): "en",
        ("bảo hành", "en"): "vi",
        ("", "VI"): "vi",
        ("", "vietnamese"): "en",
        ("???", "vi-VN"): "vi",
        ("SELECT * FROM users", "vi"): "en",
        ("the " + "nhà " * 9_000, "en"): "vi",
        ("the " * 501 + "những được không " * 9_000, "vi"): "en",
    }
    assert {case: detect_language(*case) for case in cases} == cases
