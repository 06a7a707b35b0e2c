"""Clear cases, unknown ones, labels, scopes and long prompts, with the real embedding engine."""

import pytest

from chatbot.engines.minilm import MiniLMEngine
from chatbot.intents import UNKNOWN, Classification, Classifier, Example, Intent, examples_of
from chatbot.tests.intents.test_catalogue import labelled

DEVELOPMENT = {"coding", "debugging", "testing", "documentation"}
CODE = "for index in range(len(rows)):\n    total += rows[index].price * rows[index].count\n" * 40


@pytest.mark.parametrize(
    ("prompt", "intent"),
    [
        ("Write a JavaScript function that reverses a string", "coding"),
        ("I get this traceback when I start the server, what is wrong?", "debugging"),
        ("Should I buy shares of a car maker?", "finance"),
        ("I have a sore throat and a fever, which medicine helps?", "medical"),
        ("Viết hàm Python tính giai thừa của một số", "coding"),
        ("Công thức nấu canh chua cá lóc", "cooking"),
        ("Hello, how are you doing?", "small_talk"),
    ],
)
def test_clear_prompts_are_known(classifier: Classifier, prompt: str, intent: str) -> None:
    found = classifier.classify(prompt)
    assert found.intent == intent
    assert 0.3 <= found.confidence <= 1.0


@pytest.mark.parametrize("prompt", ["", "   ", "zxcv qwer asdf", "the second one behind it", "cái kia kìa"])
def test_what_says_nothing_is_unknown_and_costs_nothing(classifier: Classifier, prompt: str) -> None:
    found = classifier.classify(prompt)
    assert (found.intent, found.confidence) == (UNKNOWN, 0.0)
    assert found.off_scope(DEVELOPMENT) == 0.0


def test_shares_add_up_to_one(classifier: Classifier) -> None:
    found = classifier.classify("Translate this into French")
    assert sum(found.shares.values()) == pytest.approx(1.0)
    assert found.shares["translation"] == found.confidence == max(found.shares.values())


def test_a_request_outside_of_the_scope_is_sure(classifier: Classifier) -> None:
    found = classifier.classify("Plan a weekend trip to Rome with hotels")
    assert found.off_scope(DEVELOPMENT) > 0.9
    assert found.off_scope({"travel"}) == 0.0


def test_doubt_between_an_allowed_and_another_intent_is_no_guilt() -> None:
    doubt = Classification("sql", 0.5, {"sql": 0.5, "coding": 0.45, "travel": 0.05})
    assert doubt.off_scope({"coding"}) == 0.0
    assert doubt.off_scope({"cooking"}) == 1.0


@pytest.mark.parametrize(
    ("first", "last", "intent"),
    [("", "Write a fairy tale about a princess", "entertainment"), ("Recommend a hotel in Rome", "", "travel")],
    ids=["end", "begin"],
)
def test_long_prompt_is_judged_by_its_begin_and_its_end(
    classifier: Classifier, first: str, last: str, intent: str
) -> None:
    assert classifier.classify(f"{first}\n{CODE}\n{last}").intent == intent


def test_a_corrected_label_teaches_its_neighbours(engine: MiniLMEngine, examples: list[Example]) -> None:
    lesson = "Compose the shunting order for track seven"
    [vector] = engine.embed([lesson])
    taught = Classifier(engine, [*examples, Example("railway", lesson, vector)])
    for prompt in (lesson, "Compose the shunting orders for the tracks three and seven"):
        assert Classifier(engine, examples).classify(prompt).intent != "railway"
        assert taught.classify(prompt).intent == "railway"


def test_an_intent_of_a_project_is_known_by_its_description(engine: MiniLMEngine, examples: list[Example]) -> None:
    own = examples_of([Intent("beekeeping", "bee keeping", ("Care of bees, hives, honey and queens",))], engine.embed)
    found = Classifier(engine, [*examples, *own]).classify("How do I move a queen bee to another hive?")
    assert found.intent == "beekeeping"


def test_the_dev_half_is_met(classifier: Classifier) -> None:
    found = [(row[2], classifier.classify(row[3]).intent) for row in labelled() if row[0] == "dev"]
    decided = [pair for pair in found if pair[1] != UNKNOWN]
    right = sum(wanted == intent for wanted, intent in decided)
    assert right / len(decided) >= 0.9
    assert right / sum(wanted != UNKNOWN for wanted, _intent in found) >= 0.75
