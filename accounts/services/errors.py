"""Refusals of the accounts app, as problem details."""

from config.common.problems import Conflict, DomainError, Forbidden


class InvalidAccount(DomainError):
    """A field of the account (or of its key or quota) cannot be stored."""

    code = "invalid_request"
    title = "Some fields are not valid."


class WrongAccountState(Conflict):
    """Blocked already, not blocked, deleted ..."""

    title = "The account's state does not permit this."


class InvalidKey(DomainError):
    """Who is asking is not known: `code` says why (RFC 6750 section 3.1 for the header)."""

    status_code = 401
    code = "key_unknown"
    title = "The credentials are not valid."

    def __init__(self, detail: str, *, code: str) -> None:
        error = "" if code == "not_authenticated" else ', error="invalid_token"'
        super().__init__(detail, code=code, headers={"WWW-Authenticate": f'Bearer realm="api"{error}'})


class AccountStopped(Forbidden):
    """The account is blocked (`account_blocked`, with the reason) or deleted (`account_deleted`)."""

    code = "account_blocked"
    title = "This account may not be used."


class RateLimited(DomainError):
    """Too many requests in a window; Retry-After says when one more fits."""

    status_code = 429
    code = "rate_limited"
    title = "Too many requests."


class QuotaExceeded(DomainError):
    """What the work needs is more than what the period has left."""

    status_code = 429
    code = "quota_exceeded"
    title = "The quota does not suffice."


class CsrfFailed(Forbidden):
    """A signed-in browser wrote without its CSRF token."""

    code = "csrf_failed"
    title = "The CSRF token is missing or wrong."


class ScopeMissing(Forbidden):
    """The API key may not do this."""

    code = "scope_missing"
    title = "The API key lacks a scope."
