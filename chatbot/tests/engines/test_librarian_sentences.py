"""Sentences and dates at their borders: abbreviations, closing marks, lists, tables, and days that never were."""

from chatbot.engines.librarian.dates import read_dates
from chatbot.engines.librarian.kinds import asks_page, holds_kind, wanted_kinds
from chatbot.engines.librarian.sentences import MAX_CHARACTERS, split_sentences, without_bullet
from chatbot.engines.librarian.words import fold


def test_a_full_stop_ends_a_sentence_only_before_a_new_one() -> None:
    cases = {
        "He left (really.) Then came Lan.": ["He left (really.)", "Then came Lan."],
        'She said "go!" "No," he said.': ['She said "go!"', '"No," he said.'],
        "Version 2.0 is out. 3 people came.": ["Version 2.0 is out.", "3 people came."],
        "It is small. e.g. a mouse.": ["It is small. e.g. a mouse."],
        "Táo, cam, v.v. Giá rẻ.": ["Táo, cam, v.v. Giá rẻ."],
        "Xong. Đi. Ăn.": ["Xong.", "Đi.", "Ăn."],
        "GS. Nam và BS. Hoa đến. Họ về.": ["GS. Nam và BS. Hoa đến.", "Họ về."],
        "Xem tr. 12 và Q. 5. Hết.": ["Xem tr. 12 và Q. 5.", "Hết."],
        "Wait\u2026 What? Nothing!": ["Wait\u2026", "What?", "Nothing!"],
        "Smith & Co. Lee runs it.": ["Smith & Co. Lee runs it."],
        "Who? Me!  Yes.": ["Who?", "Me!", "Yes."],
        "...": ["..."],
    }
    assert {text: split_sentences(text) for text in cases} == cases


def test_lists_and_short_lines_stand_alone() -> None:
    cases = {
        "\u2022 one\n\u25aa two\n\u25cf three\n\u2013 four": [
            "\u2022 one",
            "\u25aa two",
            "\u25cf three",
            "\u2013 four",
        ],
        "(1) one\n2) two\n(a) three\nb. four": ["(1) one", "2) two", "(a) three", "b. four"],
        "đ) mục năm\nđ. mục sáu": ["đ) mục năm", "đ. mục sáu"],
        "Opening hours\nfrom eight": ["Opening hours from eight"],
        "Opening hours\nFrom eight": ["Opening hours", "From eight"],
        "x" * 45 + "\nNext": ["x" * 45 + " Next"],
        "x" * 44 + "\nNext": ["x" * 44, "Next"],
        "one\r\n\r\ntwo": ["one", "two"],
        "a\tb  c": ["a b c"],
    }
    assert {text: split_sentences(text) for text in cases} == cases


def test_rows_name_their_columns_and_lose_no_cell() -> None:
    cases = {
        "A | B": ["A | B"],
        "A | B\n1 | 2": ["A: 1; B: 2"],
        "A | B\n\n1 | ": ["A: 1"],
        " | B\n1 | 2": ["1; B: 2"],
        "A | B\n1 | 2 | 3": ["A: 1; B: 2; 3"],
        "A | B | C\n1 | 2": ["A: 1; B: 2"],
        "A | B\nplain line": ["A | B plain line"],
        "Tên | Tuổi\nLan | 31\nNam | 27": ["Tên: Lan; Tuổi: 31", "Tên: Nam; Tuổi: 27"],
    }
    assert {text: split_sentences(text) for text in cases} == cases


def test_six_hundred_characters_are_a_sentence_and_one_more_is_cut() -> None:
    word = "ế" * MAX_CHARACTERS
    assert [list(map(len, split_sentences(text))) for text in (word, word + "x", word * 2 + "x")] == [
        [600], [600, 1], [600, 600, 1],
    ]  # fmt: skip
    assert [len(piece) for piece in split_sentences("a" * 400 + " " + "b" * 300)] == [400, 300]
    assert [len(piece) for piece in split_sentences("a" * 200 + " " + "b" * 500)] == [600, 101]


def test_a_bullet_is_taken_off_and_a_number_is_not() -> None:
    cases = {
        "- one": "one", "* one": "one", "\u2022  one": "one", "\u2013 one": "one", "-one": "-one", "1. one": "1. one",
        "a) one": "a) one", "-": "-", "- - one": "- one", "": "",
    }  # fmt: skip
    assert {text: without_bullet(text) for text in cases} == cases


def test_dates_of_both_languages_have_one_form() -> None:
    cases = {
        "NGÀY 2 THÁNG 9 NĂM 1945": ["09-02", "1945-09-02"],
        "2 tháng 9, 1945": ["09-02"],
        "30.4.1975": ["04-30", "1975-04-30"],
        "1 Sep 2020": ["09-01", "2020-09-01"],
        "Sep. 1st": ["09-01"],
        "the 22nd of December, 1944": ["12-22", "1944-12-22"],
        "DECEMBER 3rd 2001": ["12-03", "2001-12-03"],
        "2021-1-5 and 6/7/2022": ["01-05", "2021-01-05", "07-06", "2022-07-06"],
        "May 2024": [],
        "marching 5 maybes": [],
        "12/31/2024": [],
        "version 10.20.2024": [],
        "1/2": [],
        "": [],
    }
    assert {text: list(read_dates(text)) for text in cases} == cases


def test_impossible_dates_are_left_out() -> None:
    cases = {
        "2023-02-29": [],
        "2024-02-29": ["02-29", "2024-02-29"],
        "29 February": ["02-29"],
        "30 February": [],
        "31 tháng 4": [],
        "31/12/1999": ["12-31", "1999-12-31"],
        "32/12/1999": [],
        "0/5/2020": [],
        "5 tháng 0": [],
        "5 tháng 13": [],
        "0000-01-01": [],
        "٣/٤/٢٠٢٤": ["04-03", "2024-04-03"],
    }
    assert {text: list(read_dates(text)) for text in cases} == cases


def test_the_kind_of_answer_is_read_from_the_question() -> None:
    english = {
        "When and where was it built?": ("time", "place"), "What year did it open?": ("time",),
        "How long is the track?": ("amount",), "How long ago did it close?": ("time", "amount"),
        "What is the price of coal?": ("amount",), "How often and how much?": ("amount", "frequency"),
        "Whose engine is it?": ("person",), "Which room is it?": ("place",), "What is the reason?": ("reason",),
        "Describe the whole process": (), "Somewhen, elsewhere": (),
    }  # fmt: skip
    vietnamese = {
        "Khi nào mở cửa?": ("time",), "Mấy giờ đóng cửa?": ("time",), "Giá của vé?": ("amount",),
        "Ai phụ trách?": ("person",),
        "Người nào ký?": ("person",), "Phòng ở chỗ nào?": ("place",), "Lý do là gì?": ("reason",),
        "Nguyên nhân hỏng?": ("reason",), "Mỗi tuần mấy lần?": ("amount", "frequency"), "Hạn chót nộp đơn?": ("time",),
        "Mô tả nhà ga": (),
    }  # fmt: skip
    assert {text: wanted_kinds(fold(text), "en") for text in english} == english
    assert {text: wanted_kinds(fold(text), "vi") for text in vietnamese} == vietnamese


def test_a_sentence_holds_the_kind_of_answer_or_not() -> None:
    cases = {
        ("The gate opens at 8:30.", "time", "en"): True, ("Built in 1907.", "time", "en"): True,
        ("It weighs 907 tons.", "time", "en"): False, ("It costs twelve coins.", "amount", "en"): True,
        ("It costs little.", "amount", "en"): False, ("Cleaned twice a year.", "frequency", "en"): True,
        ("Signed by the director.", "person", "en"): True, ("Closed because of snow.", "reason", "en"): True,
        ("Snow closed it.", "reason", "en"): False, ("Mở lúc 8 giờ.", "time", "vi"): True,
        ("Nghỉ chủ nhật.", "time", "vi"): True, ("Vé miễn phí.", "amount", "vi"): True,
        ("Mỗi tuần hai lần.", "frequency", "vi"): True, ("Giám đốc ký.", "person", "vi"): True,
        ("Văn phòng tại Huế.", "place", "vi"): True, ("Hỏng do mưa.", "reason", "vi"): True,
        ("Rất đẹp.", "reason", "vi"): False,
    }  # fmt: skip
    assert {case: holds_kind(fold(case[0]), (case[1],), case[2]) for case in cases} == cases


def test_only_a_question_for_a_page_asks_for_a_page() -> None:
    cases = {
        "Which page?": True, "Give me page numbers": True, "Số trang của chương hai?": True, "Trang bao nhiêu?": True,
        "The page is torn": False, "Trang bìa màu gì?": False, "pagination": False,
    }  # fmt: skip
    assert {text: asks_page(fold(text)) for text in cases} == cases
