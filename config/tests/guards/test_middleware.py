"""Django's middleware: each once, by a class of ours that stays on the event loop, and in the order Django asks for."""

import pytest
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.deprecation import MiddlewareMixin
from django.utils.module_loading import import_string

from monitoring.inline import Inline

#: docs.djangoproject.com/en/5.2/ref/middleware/#middleware-ordering; the policy belongs to the headers.
ORDER: list[type[object]] = [
    SecurityMiddleware, CSPMiddleware, SessionMiddleware, LocaleMiddleware, CommonMiddleware, CsrfViewMiddleware,
    AuthenticationMiddleware, MessageMiddleware, XFrameOptionsMiddleware,
]  # fmt: skip
LISTED: list[type[object]] = [import_string(name) for name in settings.MIDDLEWARE]


@pytest.mark.parametrize("base", ORDER, ids=lambda base: base.__name__)
def test_each_of_djangos_middleware_is_there_once_and_stays_on_the_event_loop(base: type[object]) -> None:
    [found] = [middleware for middleware in LISTED if issubclass(middleware, base)]
    assert issubclass(found, Inline)


def test_they_stand_in_the_order_that_django_recommends() -> None:
    bases = [base for middleware in LISTED for base in ORDER if issubclass(middleware, base)]
    assert bases == ORDER


def test_nothing_of_djangos_kind_is_listed_that_the_guard_does_not_know() -> None:
    of_djangos_kind = [middleware for middleware in LISTED if issubclass(middleware, MiddlewareMixin)]
    assert len(of_djangos_kind) == len(ORDER)


def test_nothing_in_the_list_needs_a_thread_for_every_request() -> None:
    assert [middleware for middleware in LISTED if not getattr(middleware, "async_capable", False)] == []


def test_settings_that_make_a_step_wait_stay_off() -> None:
    # With one of these, a step that runs on the event loop would read or write the session.
    assert (settings.CSRF_USE_SESSIONS, settings.SESSION_SAVE_EVERY_REQUEST) == (False, False)
