"""Remembers under which headings the text stands."""

_MAX_CHARACTERS = 200


class Headings:
    """The headings from the highest level down to the last one seen."""

    def __init__(self) -> None:
        self._stack: list[tuple[int, str]] = []

    def enter(self, level: int, title: str) -> None:
        """A heading begins: it ends all of its own and of lower levels. An empty title only ends them."""
        self._stack = [entry for entry in self._stack if entry[0] < level]
        if title:
            self._stack.append((level, title))

    @property
    def path(self) -> str:
        """Joined by " > "; when that is too long, without the upper ones."""
        titles = [title for _, title in self._stack]
        while len(titles) > 1 and len(" > ".join(titles)) > _MAX_CHARACTERS:
            titles = titles[1:]
        return " > ".join(titles)[:_MAX_CHARACTERS]
