"""Errors of the API faces where DRF did not answer: problem details under /api/, OpenAI's error object under /v1/."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext, gettext_noop

from config.common.problems import DomainError, openai_response, problem_response

OPENAI_PREFIX = "/v1/"
REST_PREFIX = "/api/"
#: Headers of Django's own error pages that keep their meaning in the API's format.
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


#: What a status of Django's own pages means to a program: code and title.
_MEANINGS = {
    404: ("not_found", gettext_noop("There is nothing at this address.")),
    405: ("method_not_allowed", gettext_noop("This method is not allowed here.")),
    500: ("internal_error", gettext_noop("Something went wrong on the server. The request id finds it in the log.")),
}
_REFUSED = ("invalid_request", gettext_noop("The request was refused."))


def is_api(request: HttpRequest) -> bool:
    """True where programs call and an HTML page would be noise."""
    return request.path.startswith((REST_PREFIX, OPENAI_PREFIX))


def error_response(request: HttpRequest, error: DomainError) -> JsonResponse:
    """The error in the format of the face that was called."""
    return openai_response(error) if request.path.startswith(OPENAI_PREFIX) else problem_response(error)


def without_html(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Replace one of Django's HTML error pages on an API path; everything else passes."""
    is_page = isinstance(response, HttpResponse) and response.get("Content-Type", "").startswith("text/html")
    if response.status_code < 400 or not is_page or not is_api(request):
        return response
    code, title = _MEANINGS.get(response.status_code, _REFUSED)
    error = DomainError(gettext(title), code=code)
    error.title, error.status_code = title, response.status_code
    replaced = error_response(request, error)
    for name in _KEPT_HEADERS:
        if name in response:
            replaced[name] = response[name]
    replaced.cookies = response.cookies
    # Django's own mark: without it the server would log the same failure again, without its trace.
    vars(replaced)["_has_been_logged"] = True
    return replaced
