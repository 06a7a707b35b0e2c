"""What the frame around every page needs: theme, language, places to go, and the words its scripts show."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from config.common.template_tags import STATUS_LOOKS

THEMES = ("light", "dark", "system")


@dataclass(frozen=True)
class Place:
    """One entry of the rail: where it leads and how it looks. `phone` puts it into the bottom bar too."""

    label: str | Promise
    url_name: str
    icon: str
    phone: bool = True


@dataclass(frozen=True)
class NavItem:
    """A place of this request: resolved, and marked when the page belongs to it."""

    label: str | Promise
    url: str
    icon: str
    phone: bool
    active: bool


PLACES = (
    Place(_("Home"), "home", icon="home"),
    Place(_("Chat"), "chatbot:new", icon="message-2"),
    Place(_("SQL"), "text2sql:ask", icon="database-search"),
    Place(_("Voice"), "tts:voice", icon="volume"),
    Place(_("Projects"), "projects:list", icon="folders", phone=False),
    Place(_("Tasks"), "tasks:list", icon="list-check"),
    Place(_("Results"), "results:list", icon="report-analytics", phone=False),
)

SCRIPT_TEXTS = {
    "cancel": _("Cancel"),
    "close": _("Close"),
    "confirm": _("Continue"),
    "copied": _("Copied"),
    "copyFailed": _("Copying was refused by the browser. Select the text and copy it by hand."),
    "offline": _("Live updates are interrupted. Trying again…"),
    "online": _("Live updates are back."),
    "networkError": _("The server cannot be reached. Nothing was sent; check the connection and try again."),
    "timeout": _("The server did not answer in time. Reload the page to see whether it was done."),
    "error403": _("You are not allowed to do that."),
    "error404": _("That no longer exists."),
    "error409": _("It has changed in the meantime. Reload the page and try again."),
    "error429": _("Too many requests. Wait a moment and try again."),
    "errorAny": _("Something went wrong on the server. What you entered is still here; try again."),
    "play": _("Play"),
    "pause": _("Pause"),
    "audioFailed": _("This audio cannot be played."),
    "taskCompleted": _("Finished: {task}"),
    "taskFailed": _("Failed: {task}"),
    "noMatch": _("Nothing matches."),
}


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `theme`, `current_language`, `languages`, `nav_items`, `script_texts`."""
    theme = request.COOKIES.get("theme", "system")
    return {
        "theme": theme if theme in THEMES else "system",
        "current_language": get_language() or settings.LANGUAGE_CODE,
        "languages": [get_language_info(code) for code, _name in settings.LANGUAGES],
        "nav_items": nav_items(request.path),
        "script_texts": _script_texts,
    }


def nav_items(path: str) -> list[NavItem]:
    """The places that this installation serves; a domain app that is not installed has no route and no entry."""
    items = []
    for place in PLACES:
        try:
            url = reverse(place.url_name)
        except NoReverseMatch:
            continue
        active = path == url or (url != "/" and path.startswith(url))
        items.append(NavItem(place.label, url, place.icon, place.phone, active))
    return items


def _script_texts() -> dict[str, Any]:
    """The words and looks TypeScript needs, in the request's language; called only where a page prints them."""
    return {
        "sprite": static("dist/icons.svg"),
        "texts": {key: str(text) for key, text in SCRIPT_TEXTS.items()},
        "statuses": {
            name: {"icon": look.icon, "tone": look.tone, "label": str(look.label)}
            for name, look in STATUS_LOOKS.items()
        },
    }
