"""The additional parameters of a connection: an allow-list for each kind of database, and what all share."""

import re
import ssl
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from text2sql.connectors.base import ConnectorError, Target

Check = Callable[[Any], bool]

_WORD = re.compile(r"[A-Za-z0-9_.$-]{1,128}")
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"


def is_word(value: Any) -> bool:
    """A short name without spaces, quotes or separators."""
    return isinstance(value, str) and _WORD.fullmatch(value) is not None


def is_flag(value: Any) -> bool:
    """True or False."""
    return isinstance(value, bool)


def one_of(*words: str) -> Check:
    """One of these words."""
    return lambda value: value in words


def _is_pem(value: Any) -> bool:
    return isinstance(value, str) and _CERTIFICATE in value and len(value) < 200_000


#: `sslmode` `require` encrypts without checking the certificate; `sslrootcert` is an authority's PEM text, no path.
SHARED: Mapping[str, Check] = {"sslmode": one_of("verify-full", "require"), "sslrootcert": _is_pem}


def read_params(target: Target, allowed: Mapping[str, Check]) -> Mapping[str, Any]:
    """The parameters, all of them known and of the right form; raises ConnectorError `driver_error`.

    An allow-list, because drivers take parameters that read files (`passfile`, `read_default_file`), run programs, or
    lead elsewhere (`hostaddr`, `service`). The message names the parameter, never its value.
    """
    checks = {**SHARED, **allowed}
    for name, value in target.params.items():
        if name not in checks:
            known = ", ".join(sorted(checks))
            raise ConnectorError("driver_error", f"The parameter “{name}” is not allowed; known are: {known}.")
        if not checks[name](value):
            raise ConnectorError("driver_error", f"The parameter “{name}” has a value that is not allowed.")
    return target.params


def verifies_certificate(target: Target) -> bool:
    """Whether TLS is used and the certificate checked."""
    return target.ssl_enabled and target.params.get("sslmode", "verify-full") == "verify-full"


def tls_context(target: Target) -> ssl.SSLContext | None:
    """What a driver wraps its socket with; None without TLS. Raises ConnectorError for an unreadable authority.

    Python's own defaults: TLS 1.2 and newer, the system's authorities unless `sslrootcert` names another one.
    """
    if not target.ssl_enabled:
        return None
    try:
        context = ssl.create_default_context(cadata=target.params.get("sslrootcert"))
    except ssl.SSLError:
        raise ConnectorError("tls_failed", "The certificate in “sslrootcert” cannot be read.") from None
    if not verifies_certificate(target):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@contextmanager
def authority_file(target: Target) -> Iterator[str]:
    """Path of the authorities' PEM file, for drivers that take nothing else; the person's own is gone afterwards."""
    own = target.params.get("sslrootcert")
    if own is None:
        yield _system_authorities()
        return
    with tempfile.TemporaryDirectory(prefix="t2s-") as folder:
        path = Path(folder) / "authority.pem"
        path.write_text(own, encoding="ascii", errors="replace")
        yield str(path)


def _system_authorities() -> str:
    found = ssl.get_default_verify_paths().cafile
    if found:
        return found
    import certifi

    return certifi.where()
