"""Icons, numbers and times as pages show them."""

from datetime import timedelta

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone, translation

from config.common.template_tags import compact_number, duration, filesize, icon, reltime, status_look, widget

DASH = "\N{EN DASH}"
STATUSES = ("pending", "in_queue", "processing", "completed", "failed", "cancelled", "paused", "retrying")


class VoiceForm(forms.Form):
    """One field of each kind that the style sheet tells apart."""

    text = forms.CharField(widget=forms.Textarea(attrs={"class": "mono"}))
    voice = forms.ChoiceField(choices=[("en", "English")])
    keep = forms.BooleanField()
    format = forms.ChoiceField(choices=[("wav", "WAV")], widget=forms.RadioSelect)
    speed = forms.FloatField(widget=forms.NumberInput(attrs={"type": "range"}))


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, DASH), (0, "0:00"), (0.85, "850 ms"), (1, "0:01"), (62.9, "1:02"), (7384, "2:03:04")],
)
def test_duration(seconds: float | None, shown: str) -> None:
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("size", "shown"),
    [(None, DASH), (0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_000_000, "2.0 MB"), (5 * 10**15, "5000.0 TB")],
)
def test_filesize(size: int | None, shown: str) -> None:
    assert filesize(size) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, DASH),
        (0, "0"),
        (950, "950"),
        (12_345, "12.3k"),
        (100_000, "100k"),
        (4_100_000, "4.1M"),
        (2 * 10**9, "2B"),
    ],
)
def test_compact_number(number: float | None, shown: str) -> None:
    assert compact_number(number) == shown


def test_numbers_follow_the_language() -> None:
    with translation.override("vi"):
        assert (filesize(1500), compact_number(12_345)) == ("1,5 kB", "12,3k")


@pytest.mark.parametrize(
    ("age", "shown"),
    [
        (timedelta(seconds=5), "now"),
        (timedelta(minutes=1, seconds=5), "1 minute ago"),
        (timedelta(hours=5, minutes=1), "5 hours ago"),
        (timedelta(days=3, hours=1), "3 days ago"),
        (timedelta(minutes=-5, seconds=-5), "in 5 minutes"),
        (timedelta(hours=-2, seconds=-5), "in 2 hours"),
        (timedelta(days=-1, seconds=-5), "in 1 day"),
    ],
)
def test_reltime_says_the_age_in_words(age: timedelta, shown: str) -> None:
    assert f"data-reltime>{shown}</time>" in reltime(timezone.now() - age)


def test_reltime_keeps_the_exact_moment() -> None:
    moment = timezone.now()
    assert f'datetime="{timezone.localtime(moment).isoformat(timespec="seconds")}"' in reltime(moment)


def test_reltime_of_nothing_is_a_dash() -> None:
    assert reltime(None) == DASH


def test_icon_is_hidden_from_screen_readers_and_names_its_drawing() -> None:
    drawn = icon("player-play", "big")
    assert 'class="icon big" aria-hidden="true"' in drawn
    assert "dist/icons.svg#player-play" in drawn


def test_icon_escapes_its_name() -> None:
    assert "<script>" not in icon('"><script>')


def test_every_task_state_has_a_look_of_its_own() -> None:
    looks = [status_look(status) for status in STATUSES]
    assert len({str(look.label) for look in looks}) == 8
    assert "help-circle" not in {look.icon for look in looks}


def test_an_unknown_state_is_shown_by_its_name() -> None:
    assert status_look("dreaming") == ("help-circle", "muted", "dreaming")


@pytest.mark.parametrize(
    ("name", "css_class"),
    [
        ("text", "form-control mono"),
        ("voice", "form-select"),
        ("keep", "form-check-input"),
        ("format", "choices"),
        ("speed", "form-range"),
    ],
)
def test_widget_gets_the_class_of_its_kind(name: str, css_class: str) -> None:
    assert f'class="{css_class}"' in widget(VoiceForm()[name])


def test_tags_need_no_loading() -> None:
    page = Template("{% icon 'home' %}{{ 61|duration }}").render(Context())
    assert page.endswith("</svg>1:01")


def test_a_failed_field_names_its_error_to_screen_readers() -> None:
    page = Template("{% include 'components/field.html' %}").render(Context({"field": VoiceForm({})["text"]}))
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_text_error"' in page
    assert 'id="id_text_error"' in page
