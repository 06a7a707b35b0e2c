"""Rewritings of questions."""

from text2sql.engines.grammar.normalise import normalise, split_sentences

REWRITTEN = {
    "Which pilots don't fly?": "Which pilots do not fly?",
    "first and last names of staff": "first name and last name of staff",
    "players with 3 or more goals": "players with at least 3 goals",
    "players with five or fewer goals": "players with at most five goals",
    "bigger than 1500 or smaller than 500": "bigger than 1500 or smaller than 500",
    "pages 10 to 20": "pages between 10 and 20",
    "over 2 million people": "over 2000000 people",
    "paid 5k": "paid 5000",
    "Could you please show the trains": "show the trains",
    "I would like to know the cost": "the cost",
    "For each city, count the shops.": "count the shops For each city",
    "who won more than once": "who won more than 1 time",
    "orders between January and March 2020": "orders between January 2020 and March 2020",
    "how many people live in Hue": "what population in Hue",
    "cost $30": "cost 30",
}


def test_meaning_is_kept_in_fewer_forms() -> None:
    assert {question: normalise(question) for question in REWRITTEN} == REWRITTEN


def test_the_second_sentence_asks_and_the_first_restricts() -> None:
    assert split_sentences("Which clubs won? List their names.") == ("List their names.", "Which clubs won")
    assert split_sentences("Show the clubs. Sort them by age.") == ("Show the clubs Sort them by age.", "")
    assert split_sentences("Show the clubs") == ("Show the clubs", "")
