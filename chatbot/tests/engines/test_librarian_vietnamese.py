"""The librarian in Vietnamese: everything it says in English, it says here, too."""

import pytest

from chatbot.engines.librarian.phrases import VIETNAMESE
from chatbot.tests.engines.librarian_set import library
from chatbot.tests.engines.listening import ask, listen
from chatbot.tests.engines.quoting import ENGINE, TOOLS, answer, quotes, source, sources

RULES = tuple(one for one in library() if one.title.startswith("Quy chế"))


def test_a_plain_answer_names_file_and_page() -> None:
    text = answer("Lương được trả vào ngày nào?", sources=RULES)
    assert text.splitlines()[0] == "**Quy chế làm việc của Công ty Sao Mai** viết ở trang 3:"
    assert text.splitlines()[2] == "> Lương được trả vào ngày 25 hằng tháng qua tài khoản ngân hàng. (trang 3) [24]"


def test_asked_for_the_page_it_names_it() -> None:
    text = answer("Thưởng Tết nằm ở trang nào?", sources=RULES)
    assert text.startswith("Điều đó nằm ở trang 3 của **Quy chế làm việc của Công ty Sao Mai** [24]:")


def test_what_is_only_near_is_called_so() -> None:
    text = answer("Phụ cấp xăng là bao nhiêu?", sources=RULES)
    assert text.startswith("Không chỗ nào tôi đã đọc nhắc đến “xăng”. Tôi không tìm thấy câu trả lời rõ ràng.")
    assert quotes(text)[0] == "Phụ cấp ăn trưa là 40.000 đồng mỗi ngày."


def test_nothing_is_invented() -> None:
    text = answer("Thủ đô của Pháp là gì?", sources=RULES)
    assert text.startswith("Tôi không tìm thấy gì về điều đó. Tôi đã tìm trong **Quy chế làm việc")


def test_a_follow_up_leans_on_the_question_before() -> None:
    text = answer("Xe máy gửi ở đâu?", "Tầng hầm B1.", "Còn ô tô?", sources=RULES)
    assert quotes(text)[0].startswith("Xe máy gửi ở tầng hầm B1, ô tô gửi")


def test_a_summary_is_made() -> None:
    text = answer("Tóm tắt tài liệu này", sources=RULES)
    assert text.startswith("**Quy chế làm việc của Công ty Sao Mai** qua chính các câu của nó:")
    assert text.endswith("Số đoạn tôi đã đọc cho việc này: 4.")
    assert len(quotes(text)) == 6


def test_headings_are_listed() -> None:
    text = answer("Liệt kê các đề mục", sources=RULES)
    assert text.splitlines()[2] == "- Giờ làm việc (trang 1) [22]"


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Xin chào!", VIETNAMESE.hello),
        ("Cảm ơn bạn", VIETNAMESE.thanks),
        ("Tạm biệt", VIETNAMESE.goodbye),
        ("Bạn là ai?", VIETNAMESE.identity),
        ("Viết một bài thơ về mùa thu", VIETNAMESE.no_model),
        ("Bạn làm được gì?", VIETNAMESE.can),
        ("Tóm tắt giúp tôi", VIETNAMESE.nothing_to_summarise),
        ("Nó là gì?", VIETNAMESE.vague),
    ],
)
def test_talk_is_answered_in_vietnamese(text: str, phrase: str) -> None:
    assert answer(text, language="vi").startswith(phrase)


def test_a_person_who_reads_vietnamese_gets_help_in_it() -> None:
    assert answer("/help", language="vi", tools=TOOLS).startswith("Tôi có thể")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/say Chào các bạn đến thăm", "Tôi cho đọc đoạn này: Chào các bạn đến thăm"),
        ("/sql Có bao nhiêu đơn hàng?", "Tôi hỏi cơ sở dữ liệu: Có bao nhiêu đơn hàng?"),
        ("/image một con mèo đang ngủ", "Tôi cho vẽ hình này: một con mèo đang ngủ"),
    ],
)
def test_commands_are_acknowledged_in_vietnamese(text: str, said: str) -> None:
    reply = listen(ENGINE, ask(text, tools=TOOLS))
    assert (reply.text, len(reply.tool_calls)) == (said, 1)


def test_a_command_that_is_not_here_is_refused_in_vietnamese() -> None:
    assert answer("/image một con mèo") == "`/image` chưa được cài đặt ở đây."


def test_the_usage_line_names_the_argument_in_vietnamese() -> None:
    assert answer("/say", language="vi", tools=TOOLS) == "Hãy viết `/say văn bản`: đọc to văn bản."


def test_compound_words_are_found_as_a_whole() -> None:
    words = sources("Nhà nước quản lý đất đai ở đây.", "Nước trong nhà rất sạch ở đây.")
    assert quotes(answer("Nhà nước làm gì?", sources=words))[0] == "Nhà nước quản lý đất đai ở đây."


def test_letters_that_look_alike_but_are_composed_differently_are_equal() -> None:
    decomposed = source("Lu\u031bo\u031bng tra\u0309 nga\u0300y 25.")
    assert len(quotes(answer("Lương trả ngày nào?", sources=(decomposed,)))) == 1


def test_an_english_question_about_a_vietnamese_file_is_answered_in_english() -> None:
    bus = source("Xe buýt số 27 đến hồ Lam Sơn.", title="ho.txt")
    text = answer("Which bus goes to Lam Sơn?", sources=(bus,))
    assert text.startswith(("**ho.txt** says:", "Nothing that I read mentions", "I found"))
