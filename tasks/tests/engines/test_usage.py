"""Adding up what work consumed."""

import pytest

from tasks.engines.usage import Usage


def test_usages_add_up_entry_by_entry() -> None:
    first = Usage(requests=1, input_tokens=10, output_tokens=5, characters=7, audio_seconds=1.5, images=1)
    total = first + Usage(requests=2, input_tokens=1, output_tokens=2, characters=3, audio_seconds=0.25, images=4)
    assert total == Usage(3, 11, 7, 10, 1.75, 5)


def test_tokens_are_input_and_output_together() -> None:
    assert Usage(input_tokens=3, output_tokens=4).tokens == 7


def test_a_dictionary_holds_only_what_was_used() -> None:
    assert Usage(requests=1, audio_seconds=2.5).as_dict() == {"requests": 1, "audio_seconds": 2.5}
    assert Usage().as_dict() == {}


def test_usage_does_not_add_to_a_number() -> None:
    with pytest.raises(TypeError):
        Usage() + 1
