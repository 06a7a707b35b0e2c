"""Secrets in what people and engines say, removed before it leaves the process."""

import re
from collections.abc import Callable

from monitoring.logs import REDACTED

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
_OWN_KEY = re.compile(r"\brh_[A-Za-z0-9_-]{8,}")
_SK_KEY = re.compile(r"\bsk-[A-Za-z0-9_-]{16,}")
_AWS_KEY = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){2,4}")
_URL_PASSWORD = re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)")
# Twelve characters with more than letters among them: "the bearer certificate" is no token.
_BEARER = re.compile(r"(\bbearer\s+)(?=[a-z]*[0-9._~+/=-])[A-Za-z0-9._~+/=-]{12,}", re.IGNORECASE)
#: The name, whatever quotes and escapes stand around it, and a value: quoted, or up to the next break.
_NAMED = re.compile(
    r"((?:password|passwd|passphrase|\bpwd|mật khẩu|secret(?:[_-]?key)?|api[_-]?key|access[_-]?key|_token)"
    r"\\?[\"']?\s{0,9}[:=]\s{0,9})(\\?\"[^\"\n]*\"|\\?'[^'\n]*'|[^\s\"',;&]+)",
    re.IGNORECASE,
)

_Mask = Callable[[str], str]


def _whole(pattern: re.Pattern[str]) -> _Mask:
    return lambda text: pattern.sub(REDACTED, text)


def _value(pattern: re.Pattern[str]) -> _Mask:
    return lambda text: pattern.sub(rf"\g<1>{REDACTED}", text)


#: A word without which the pattern cannot match, and the pattern: finding the word costs a hundredth of it.
_EXACT: tuple[tuple[str, _Mask], ...] = (
    ("PRIVATE KEY", _whole(_PRIVATE_KEY)),
    ("rh_", _whole(_OWN_KEY)),
    ("sk-", _whole(_SK_KEY)),
    ("AKIA", _whole(_AWS_KEY)),
    ("ASIA", _whole(_AWS_KEY)),
    ("eyJ", _whole(_JWT)),
    ("://", _whole(_URL_PASSWORD)),
)
_bearer, _named = _value(_BEARER), _value(_NAMED)
_NAMES = ("passw", "passphrase", "pwd", "mật khẩu", "secret", "api", "access", "_token")


def redact(text: str) -> str:
    """The text with each secret replaced by `[redacted]`; its surroundings stay, so that an audit can be read."""
    for word, mask in _EXACT:
        if word in text:
            text = mask(text)
    lower = text.lower()
    if "bearer" in lower:
        text = _bearer(text)
    if ("=" in text or ":" in text) and any(name in lower for name in _NAMES):
        text = _named(text)
    return text
