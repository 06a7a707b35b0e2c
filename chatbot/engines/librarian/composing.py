"""Answers in Markdown: quotations grouped by where they come from, page answers, summaries, headings, regrets."""

from collections.abc import Iterable, Sequence

from chatbot.engines.base import Source
from chatbot.engines.librarian.markdown import bold, cite, escape, quote, shorten
from chatbot.engines.librarian.phrases import Phrases
from chatbot.engines.librarian.ranking import Findings, Found
from chatbot.engines.librarian.sentences import split_sentences, without_bullet
from chatbot.engines.librarian.shelf import Sentence, Shelf
from chatbot.engines.librarian.summaries import MAX_SENTENCES, summarise

_MAX_TITLES = 6
_MAX_HEADINGS = 60
_MAX_BEGINNINGS = 12
_BEGINNING = 90  # characters
#: Of each when several are summarised at once.
_FEWEST_OF_A_FILE = 3


def compose_findings(findings: Findings, phrases: Phrases, *, asks_page: bool) -> str:
    """The quotations, best first, those of one source together."""
    best = findings.quotes[0].sentence.source
    if findings.verdict == "direct":
        lead = _page_lead(best, phrases) if asks_page else _lead(best, phrases)
    else:
        lead = f"{_unknown(findings, phrases)}{phrases.near}"
    groups = _by_title(findings.quotes)
    parts = [lead]
    for place, (title, quotes) in enumerate(groups.items()):
        if findings.verdict == "direct" and place == 1:
            parts.append(phrases.also)
        if place or findings.verdict == "near":
            parts.append(bold(title))
        parts += _quoted(quotes, phrases)
    return "\n\n".join(parts)


def _quoted(quotes: Iterable[Found], phrases: Phrases) -> list[str]:
    """Sentences of files; memories and sections of the guide are short, and whole they say more."""
    texts: dict[tuple[int, str], Source] = {}
    for found in quotes:
        source = found.sentence.source
        text = _shown(found.sentence) if source.kind == "file" else _whole(source)
        texts.setdefault((source.number, text), source)
    return [quote(text, _place(source, phrases)) for (_number, text), source in texts.items()]


def _whole(source: Source) -> str:
    """All sentences, without the heading that a section of the guide begins with."""
    sentences = split_sentences(source.text)
    if len(sentences) > 1 and source.heading.endswith(sentences[0]):
        sentences = sentences[1:]
    return " ".join(without_bullet(sentence) for sentence in sentences)


def _by_title(quotes: Iterable[Found]) -> dict[str, list[Found]]:
    groups: dict[str, list[Found]] = {}
    for found in quotes:
        groups.setdefault(found.sentence.source.title, []).append(found)
    return groups


def _lead(source: Source, phrases: Phrases) -> str:
    if source.kind == "guide":
        return phrases.guide.format(title=bold(source.title))
    if source.kind == "memory":
        return phrases.memory
    sentence = phrases.direct_page if source.page else phrases.direct
    return sentence.format(title=bold(source.title), page=source.page)


def _page_lead(source: Source, phrases: Phrases) -> str:
    sentence = phrases.on_page if source.page else phrases.under if source.heading else phrases.no_page
    heading = escape(shorten(source.heading, 120))
    return sentence.format(page=source.page, title=bold(source.title), heading=heading, cited=cite(source))


def _unknown(findings: Findings, phrases: Phrases) -> str:
    if not findings.unknown:
        return ""
    words = ", ".join(f"“{escape(word)}”" for word in findings.unknown[:5])
    return phrases.unknown.format(words=words) + " "


def _shown(sentence: Sentence) -> str:
    return without_bullet(sentence.text)


def _place(source: Source, phrases: Phrases) -> str:
    """Where a quotation stands, and its number: `(page 3) [1]`."""
    page = f"({phrases.page.format(page=source.page)}) " if source.page else ""
    return f"{page}{cite(source)}"


def compose_nothing(sources: Sequence[Source], phrases: Phrases, *, is_vague: bool) -> str:
    """Says what was looked through, and never guesses."""
    if is_vague:
        return phrases.vague
    titles = list(dict.fromkeys(_named(source, phrases) for source in sources))
    looked_in = phrases.looked_in.format(titles=_listed(titles, phrases)) if titles else phrases.nowhere
    return f"{phrases.nothing} {looked_in}\n\n{phrases.add_model}"


def _named(source: Source, phrases: Phrases) -> str:
    if source.kind == "guide":
        return phrases.the_guide
    return phrases.your_memories if source.kind == "memory" else bold(source.title)


def _listed(titles: Sequence[str], phrases: Phrases) -> str:
    more = len(titles) - _MAX_TITLES
    return ", ".join([*titles[:_MAX_TITLES], *([phrases.and_more.format(count=more)] if more > 0 else [])])


def compose_summary(shelf: Shelf, phrases: Phrases, language: str) -> str:
    """The most telling sentences of each file with their places; says how much was read."""
    parts: list[str] = []
    groups = _in_order(shelf.sentences)
    share = max(_FEWEST_OF_A_FILE, MAX_SENTENCES // len(groups)) if groups else 0
    for title, sentences in groups.items():
        parts.append(phrases.summary.format(title=bold(title)))
        chosen = summarise(sentences, language, most=share)
        parts += [quote(_shown(one), _place(one.source, phrases)) for one in chosen]
    count = len({sentence.source.number for sentence in shelf.sentences})
    return "\n\n".join([*parts, phrases.extract.format(count=count)])


def compose_own_summary(shelf: Shelf, phrases: Phrases, language: str) -> str:
    """Of a text that stands in the message itself: nothing to cite."""
    chosen = summarise(shelf.sentences, language, most=max(1, min(5, len(shelf.sentences) // 3)))
    return "\n\n".join([phrases.own_summary, *(quote(_shown(one), "").rstrip() for one in chosen)])


def _in_order(sentences: Iterable[Sentence]) -> dict[str, list[Sentence]]:
    """By title, as they are read: page by page; passages are numbered as they were written (UUIDs of version 7)."""
    groups: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        groups.setdefault(sentence.source.title, []).append(sentence)
    for group in groups.values():
        group.sort(key=lambda one: (*reading_order(one.source), one.position))
    return groups


def reading_order(source: Source) -> tuple[int, str, int]:
    """Sorts the passages of one file."""
    return source.page or 0, source.reference, source.number


def compose_headings(sources: Sequence[Source], phrases: Phrases) -> str:
    """The headings of each file with pages; of files without any, how their passages begin."""
    parts: list[str] = []
    files: dict[str, list[Source]] = {}
    for source in sorted(sources, key=reading_order):
        files.setdefault(source.title, []).append(source)
    for title, passages in files.items():
        headed = list({passage.heading: passage for passage in reversed(passages) if passage.heading}.values())[::-1]
        sentence = phrases.headings if headed else phrases.no_headings
        parts.append(sentence.format(title=bold(title)))
        parts.append(_list_of(headed, phrases) if headed else _beginnings(passages, phrases))
    return "\n\n".join([*parts, phrases.extract.format(count=len(sources))])


def _list_of(headed: Sequence[Source], phrases: Phrases) -> str:
    lines = [f"- {escape(shorten(one.heading, 120))} {_place(one, phrases)}" for one in headed[:_MAX_HEADINGS]]
    more = len(headed) - _MAX_HEADINGS
    return "\n".join([*lines, *([f"- {phrases.and_more.format(count=more)}"] if more > 0 else [])])


def _beginnings(passages: Sequence[Source], phrases: Phrases) -> str:
    lines = []
    for passage in passages[:_MAX_BEGINNINGS]:
        first = next(iter(split_sentences(passage.text)), "")
        lines.append(f"- {escape(shorten(first, _BEGINNING))} {_place(passage, phrases)}")
    return "\n".join(lines)
