"""The capability card and the check of what an engine needs."""

import dataclasses

import pytest

from tasks.engines.card import EngineCard


def make_card(*needs: str) -> EngineCard:
    return EngineCard(name="x", version="1", domain="tts", title="X", local=True, needs=needs)


def test_a_card_cannot_be_changed() -> None:
    card = make_card()
    with pytest.raises(dataclasses.FrozenInstanceError):
        card.__setattr__("name", "y")
    assert card.name == "x"


def test_a_card_without_limits_has_empty_ones() -> None:
    assert (dict(make_card().limits), dict(make_card().options)) == ({}, {})


def test_missing_modules_are_named_in_their_order() -> None:
    card = make_card("json", "no_such_module", "email.mime", "no.such.package")
    assert card.missing_needs(has_setting=lambda name: False) == ("no_such_module", "no.such.package")


def test_needs_in_upper_case_are_settings() -> None:
    card = make_card("GEMINI_API_KEY", "OTHER_KEY")
    assert card.missing_needs(has_setting=lambda name: name == "OTHER_KEY") == ("GEMINI_API_KEY",)
