"""From a request to an answer: which turn is the question, what it asks for, and who composes the answer."""

from dataclasses import dataclass, replace

from chatbot.engines.base import ChatRequest, Source, ToolCall
from chatbot.engines.librarian import composing
from chatbot.engines.librarian.commands import HELP, command_list, read_command, run_command
from chatbot.engines.librarian.intents import Intent, is_continuation, read_intent, without_greeting
from chatbot.engines.librarian.languages import detect_language
from chatbot.engines.librarian.markdown import quote
from chatbot.engines.librarian.phrases import BY_LANGUAGE, Phrases
from chatbot.engines.librarian.ranking import search
from chatbot.engines.librarian.shelf import fill_shelf
from chatbot.engines.librarian.terms import read_question
from chatbot.engines.librarian.words import read_words

#: A text in the message itself that is long enough to be summarised.
_OWN_TEXT_SENTENCES = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """The text in Markdown and the tools to run after it."""

    text: str
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """The question, the one before it, and how much of the answer was given already."""

    text: str
    previous: str = ""
    said: str = ""
    tool_text: str | None = None


def read_turns(request: ChatRequest) -> Asked:
    """What the turns ask for; "continue" asks the question before it again."""
    turns = [turn for turn in request.turns if turn.role != "system"]
    last = turns[-1]
    if last.role == "tool":
        return Asked(_last_user_text(request), tool_text=last.text)
    said = ""
    if last.role == "user" and len(turns) > 2 and turns[-2].role == "assistant" and is_continuation(last.text):
        turns.pop()
    if turns[-1].role == "assistant":
        said = turns.pop().text
    questions = [turn.text for turn in turns if turn.role == "user"]
    text = questions[-1] if questions else ""
    previous = next((before for before in reversed(questions[:-1]) if _is_question(before)), "")
    return Asked(text, previous, said)


def _last_user_text(request: ChatRequest) -> str:
    return next((turn.text for turn in reversed(request.turns) if turn.role == "user"), "")


def _is_question(text: str) -> bool:
    return read_command(text) is None and read_intent(text) is Intent.QUESTION


def answer(request: ChatRequest) -> Answer:
    """The whole answer; of one that was begun, what is missing."""
    asked = read_turns(request)
    command = read_command(asked.text)
    language = detect_language(command.argument if command else asked.text, request.language)
    phrases = BY_LANGUAGE[language]
    if asked.tool_text is not None:
        return Answer(f"{phrases.tool_said}\n\n{quote(asked.tool_text, '').rstrip()}")
    whole = _answer(asked, request, language, phrases)
    if not asked.said:
        return whole
    if whole.text.startswith(asked.said):
        rest = whole.text[len(asked.said) :]
        return replace(whole, text=rest or f"\n\n{phrases.all_said}")
    # The files have changed since: better said twice than half.
    return replace(whole, text=f"\n\n{whole.text}")


def _answer(asked: Asked, request: ChatRequest, language: str, phrases: Phrases) -> Answer:
    command = read_command(asked.text)
    if command is not None and command.name != HELP:
        return Answer(*run_command(command, request, phrases, language))
    intent = Intent.HELP if command is not None else read_intent(asked.text)
    match intent:
        case Intent.HELLO | Intent.THANKS | Intent.GOODBYE:
            text = getattr(phrases, intent.value)
        case Intent.IDENTITY:
            text = f"{phrases.identity}\n\n{phrases.add_model}"
        case Intent.HELP:
            text = "\n\n".join([phrases.can, command_list(request, phrases), phrases.add_model])
        case Intent.CREATION:
            text = f"{phrases.no_model}\n\n{phrases.add_model}"
        case Intent.SUMMARY:
            text = _summary(asked.text, request, language, phrases)
        case Intent.HEADINGS:
            text = _headings(asked.text, request, phrases)
        case _:
            text = _quotations(asked, request, language, phrases)
    return Answer(text)


def _quotations(asked: Asked, request: ChatRequest, language: str, phrases: Phrases) -> str:
    wanted = read_question(without_greeting(asked.text), language, asked.previous)
    findings = search(wanted, fill_shelf(request.sources))
    if findings.verdict == "nothing":
        return composing.compose_nothing(request.sources, phrases, is_vague=not wanted.terms)
    return composing.compose_findings(findings, phrases, asks_page=wanted.asks_page)


def _summary(text: str, request: ChatRequest, language: str, phrases: Phrases) -> str:
    own = fill_shelf([Source(1, "file", "", _behind_the_wish(text))])
    if len(own.sentences) >= _OWN_TEXT_SENTENCES:
        return composing.compose_own_summary(own, phrases, language)
    sources = _meant(text, request.sources)
    if not sources:
        return phrases.nothing_to_summarise
    return composing.compose_summary(fill_shelf(sources), phrases, language)


def _headings(text: str, request: ChatRequest, phrases: Phrases) -> str:
    sources = _meant(text, request.sources)
    if not sources:
        return phrases.nothing_to_summarise
    return composing.compose_headings(sources, phrases)


def _behind_the_wish(text: str) -> str:
    """What follows `Summarise this:` or its line."""
    head, mark, rest = text.partition("\n")
    if ":" in head:
        _wish, _mark, first = head.partition(":")
        return f"{first}{mark}{rest}"
    return rest


def _meant(text: str, sources: tuple[Source, ...]) -> tuple[Source, ...]:
    """The files, or those whose names share most words with the wish; without files the memories."""
    files = tuple(source for source in sources if source.kind == "file")
    asked = {word.key for word in read_words(text) if len(word.key) > 1}
    shared = {source.title: len(asked & {word.key for word in read_words(source.title)}) for source in files}
    most = max(shared.values(), default=0)
    named = tuple(source for source in files if most and shared[source.title] == most)
    return named or files or tuple(source for source in sources if source.kind == "memory")
