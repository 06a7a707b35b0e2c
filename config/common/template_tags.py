"""Template tags every page may use without loading them: icons, form widgets, task states, readable numbers."""

from datetime import datetime
from typing import NamedTuple

from django import forms, template
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

register = template.Library()


class StatusLook(NamedTuple):
    """How one task state is shown: Tabler icon, colour tone (a CSS class suffix) and label."""

    icon: str
    tone: str
    label: object


STATUS_LOOKS = {
    "pending": StatusLook(icon="clock", tone="muted", label=_("Pending")),
    "in_queue": StatusLook(icon="stack-2", tone="muted", label=_("In queue")),
    "processing": StatusLook(icon="loader-2", tone="info", label=_("Processing")),
    "completed": StatusLook(icon="circle-check", tone="success", label=_("Completed")),
    "failed": StatusLook(icon="alert-circle", tone="danger", label=_("Failed")),
    "cancelled": StatusLook(icon="circle-x", tone="muted", label=_("Cancelled")),
    "paused": StatusLook(icon="player-pause", tone="warning", label=_("Paused")),
    "retrying": StatusLook(icon="refresh", tone="warning", label=_("Retrying")),
}

MINUTE_SECONDS, HOUR_SECONDS, DAY_SECONDS = 60, 3_600, 86_400


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """One drawing of the sprite, hidden from screen readers: the text beside it must say the same."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f"icon {css_class}".strip(),
        static("dist/icons.svg"),
        name,
    )


@register.simple_tag
def status_look(status: str) -> StatusLook:
    """Icon, tone and label of a task state; an unknown state is shown by its own name."""
    return STATUS_LOOKS.get(status, StatusLook(icon="help-circle", tone="muted", label=status))


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """The field's input with the class that the style sheet gives to its kind; the form's own classes are kept."""
    kind = field.field.widget
    own = str(kind.attrs.get("class", ""))
    return field.as_widget(attrs={"class": f"{_widget_class(kind)} {own}".strip()})


def _widget_class(kind: forms.Widget) -> str:
    if isinstance(kind, forms.CheckboxInput):
        return "form-check-input"
    # Django gives this class to the group and to each input in it; the style sheet tells them apart.
    if isinstance(kind, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(kind, forms.Select):
        return "form-select"
    if kind.attrs.get("type", getattr(kind, "input_type", "")) == "range":
        return "form-range"
    return "form-control"


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the label belongs after the input."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def duration(seconds: float | None) -> str:
    """850 ms below a second, then 1:02, then 2:03:04; a dash when unknown."""
    if seconds is None:
        return "–"
    if 0 < seconds < 1:
        # 0.9996 s must not read as 1000 ms.
        return f"{min(999, round(seconds * 1000))} ms"
    whole = int(seconds)
    hours, rest = divmod(whole, HOUR_SECONDS)
    minutes, secs = divmod(rest, MINUTE_SECONDS)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


@register.filter
def filesize(size_bytes: int | None) -> str:
    """Decimal units with one digit after the point: 1.5 MB; a dash when unknown."""
    if size_bytes is None:
        return "–"
    size = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{number_format(size, 0 if unit == 'B' else 1)} {unit}"


@register.filter
def compact_number(value: float | None) -> str:
    """At most four characters of digits: 950, 12.3k, 4.1M; a dash when unknown."""
    if value is None:
        return "–"
    size = float(value)
    for unit in ("", "k", "M", "B"):
        if abs(size) < 1000 or unit == "B":
            break
        size /= 1000
    return f"{number_format(size, 0 if size == int(size) else 1)}{unit}"


@register.filter
def reltime(moment: datetime | None) -> SafeString | str:
    """A <time> element: "5 minutes ago" kept fresh by the page's script, the exact time in its title."""
    if moment is None:
        return "–"
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}" data-reltime>{}</time>',
        local.isoformat(timespec="seconds"),
        date_format(local, "DATETIME_FORMAT"),
        _relative((timezone.now() - moment).total_seconds()),
    )


def _relative(age_seconds: float) -> str:
    """The same wording as Intl.RelativeTimeFormat gives in the browser, so that nothing jumps on load."""
    size = abs(age_seconds)
    ahead = age_seconds < 0
    if size < MINUTE_SECONDS:
        return str(_("now"))
    if size < HOUR_SECONDS:
        count = int(size // MINUTE_SECONDS)
        text = (
            ngettext("in %d minute", "in %d minutes", count)
            if ahead
            else ngettext("%d minute ago", "%d minutes ago", count)
        )
    elif size < DAY_SECONDS:
        count = int(size // HOUR_SECONDS)
        text = ngettext("in %d hour", "in %d hours", count) if ahead else ngettext("%d hour ago", "%d hours ago", count)
    else:
        count = int(size // DAY_SECONDS)
        text = ngettext("in %d day", "in %d days", count) if ahead else ngettext("%d day ago", "%d days ago", count)
    return text % count
