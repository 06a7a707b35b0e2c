"""How the lists of allowed words are written: as text."""


def words_of(text: str) -> frozenset[str]:
    """The words of the text."""
    return frozenset(text.split())
