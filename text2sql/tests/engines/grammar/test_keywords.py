"""Words with a meaning of their own."""

from text2sql.engines.grammar.keywords import comparative_of, find_keywords, number_of, operator_of
from text2sql.engines.grammar.words import tokenize

KEYWORDS = {
    "how many trains": [("COUNT", "how many")],
    "the number of trains": [("COUNT", "number of")],
    "older than 30": [("CMP", "older than")],
    "at least 3": [("CMP", ">=")],
    "no more than 3": [("CMP", "<=")],
    "not more than 3": [("CMP", "<=")],
    "between 3 and 5": [("BETWEEN", "between"), ("AND", "and")],
    "the most common result": [("FREQ", "desc")],
    "least common": [("FREQ", "asc")],
    "most expensive": [("SUP", "most expensive")],
    "largest number of seats": [("SUP", "largest number of")],
    "top 3": [("TOP", "top 3")],
    "average age": [("AGG", "avg")],
    "for each town": [("EACH", "for each")],
    "do not have any": [("NEG", "do not have any")],
    "names that contain the letter": [("REL", "that"), ("LIKE", "inside")],
    "starting with": [("LIKE", "prefix")],
    "sorted by age in descending order": [("ORDER", "sorted by"), ("ORDER", "in descending order")],
    "who ordered the atlas": [("WH", "who")],
    "is null": [("NULL", "is null")],
    "both x or y": [("BOTH", "both"), ("OR", "or")],
    "all information about it": [("ALL", "all information about")],
}
OPERATORS = {
    ">=": ">=",
    "after": ">",
    "before": "<",
    "older than": ">",
    "fewer than": "<",
    "cheaper than": "<",
    "more than": ">",
}


def test_keywords_are_found_and_do_not_overlap() -> None:
    found = {
        text: [(word.kind, word.payload) for word in find_keywords(tokenize(text)) if word.kind != "PREP"]
        for text in KEYWORDS
    }
    assert found == KEYWORDS


def test_quoted_text_holds_no_keyword() -> None:
    assert find_keywords(tokenize("'how many'")) == []


def test_comparisons_have_an_operator_and_perhaps_an_adjective() -> None:
    assert {payload: operator_of(payload) for payload in OPERATORS} == OPERATORS
    assert [comparative_of(payload) for payload in ("older than", "more than", "at least")] == ["older", "", ""]


def test_numbers_come_in_digits_and_words_but_not_as_a_vietnamese_name() -> None:
    assert [number_of(token) for token in tokenize("3.5 seven twice a tên")] == [3.5, 7.0, 2.0, None, None]
