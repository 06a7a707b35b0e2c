"""From tokens to text, piece by piece: letters whole, stop sequences never shown."""

from collections.abc import Callable, Iterable, Sequence

_INCOMPLETE = "\ufffd"


class TextDecoder:
    """Turns tokens into text as they come; a letter whose bytes are spread over tokens waits for the last of them.

    Each piece is the difference of two decodings that begin at the same earlier token, because the text of a token
    depends on the one before it (white space, joined letters).
    """

    def __init__(self, decode: Callable[[Sequence[int]], str]) -> None:
        self._decode = decode
        self._ids: list[int] = []
        self._start = self._shown = 0

    def add(self, token: int) -> str:
        """The text that is certain with this token; often empty."""
        self._ids.append(token)
        text = self._new_text()
        if not text or text.endswith(_INCOMPLETE):
            return ""
        self._start, self._shown = self._shown, len(self._ids)
        return text

    def rest(self) -> str:
        """What the last tokens still held, without the part of a letter that never came."""
        return self._new_text().rstrip(_INCOMPLETE)

    def _new_text(self) -> str:
        known = self._decode(self._ids[self._start : self._shown])
        return self._decode(self._ids[self._start :])[len(known) :]


class StopScanner:
    """Cuts a text off before the first stop sequence; holds back what may be the beginning of one."""

    def __init__(self, stops: Iterable[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.found = False

    def add(self, text: str) -> str:
        """What can be shown now; once `found`, nothing follows."""
        if self.found:
            return ""
        self._held += text
        ends = [at for stop in self._stops if (at := self._held.find(stop)) >= 0]
        if ends:
            self.found = True
            return self._held[: min(ends)]
        show = len(self._held) - self._begun()
        shown, self._held = self._held[:show], self._held[show:]
        return shown

    def rest(self) -> str:
        """What was held back, now that no stop sequence can follow."""
        return "" if self.found else self._held

    def _begun(self) -> int:
        """How many characters at the end may begin a stop sequence."""
        longest = min(max((len(stop) - 1 for stop in self._stops), default=0), len(self._held))
        for length in range(longest, 0, -1):
            if any(stop.startswith(self._held[-length:]) for stop in self._stops):
                return length
        return 0
