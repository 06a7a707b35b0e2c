"""What engines say, as Redis, PostgreSQL and JSON can hold it."""


def storable(text: str) -> str:
    """Without U+0000; both halves of a surrogate pair become their character, a single half becomes U+FFFD."""
    text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def split_whole(text: str) -> tuple[str, str]:
    """The text, and the half of a surrogate pair at its end: some servers cut an emoji between two chunks."""
    if text and "\ud800" <= text[-1] <= "\udbff":
        return text[:-1], text[-1]
    return text, ""
