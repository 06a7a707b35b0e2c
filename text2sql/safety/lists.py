"""How the lists of allowed words are written: as text."""


def words_of(text: str) -> frozenset[str]:
    """The words of the text.

    As text a list of hundreds reads like prose, and a word that is missing or doubled shows in a diff.
    """
    return frozenset(text.split())
