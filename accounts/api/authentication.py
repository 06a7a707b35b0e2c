"""Who calls the REST API: a key in `Authorization: Bearer rh_...`, or a signed-in browser with its CSRF token."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.models import Account, ApiKey
from accounts.requests import stopped_error
from accounts.services import authenticate_key
from accounts.services.errors import CsrfFailed
from accounts.services.keys import token_of


class ApiKeyAuthentication(BaseAuthentication):
    """`request.user` becomes the key's account, `request.auth` the key."""

    def authenticate(self, request: Request) -> tuple[Account, ApiKey] | None:
        """None without a bearer token, so that a session may answer; a wrong token never falls back to one."""
        # latin-1 decodes every byte there is; what is no key is refused by its format, with a reason.
        token = token_of(get_authorization_header(request).decode("latin-1"))
        if token is None:
            return None
        who = authenticate_key(token)
        return who.account, who.key

    def authenticate_header(self, request: Request) -> str:
        """Makes refusals 401, with this challenge."""
        return 'Bearer realm="api"'


class ProblemSessionAuthentication(SessionAuthentication):
    """Django's session; says so when it was ended because the account is blocked or deleted."""

    def authenticate(self, request: Request) -> tuple[Account, None] | None:
        """Raises AccountStopped or CsrfFailed (403)."""
        if (error := stopped_error(request._request)) is not None:
            raise error
        found: tuple[Account, None] | None = super().authenticate(request)
        return found

    def enforce_csrf(self, request: Request) -> None:
        """A refusal with a code of its own."""
        try:
            super().enforce_csrf(request)
        except APIException as error:
            raise CsrfFailed(str(error.detail)) from error


# Registration happens in __init_subclass__, which drf-spectacular leaves untyped.
class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the key in OpenAPI."""

    target_class = "accounts.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """HTTP bearer (RFC 6750)."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "rh_...", "description": "An API key."}


# The same untyped __init_subclass__.
class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the browser's session in OpenAPI."""

    target_class = "accounts.api.authentication.ProblemSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """The cookie; writes also need X-CSRFToken."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
