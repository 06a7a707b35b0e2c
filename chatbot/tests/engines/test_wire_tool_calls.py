"""Tool calls from fragments, as different servers cut them."""

from typing import Any

import pytest

from chatbot.engines.base import ToolCall
from chatbot.engines.openai_wire.tool_calls import MAX_CALLS, ToolCallAssembler
from tasks.engines.errors import EngineCrashed


def fragment(index: int | None, call_id: str | None = None, name: str | None = None, arguments: Any = "") -> Any:
    found = {"id": call_id, "function": {"name": name, "arguments": arguments}}
    return found if index is None else found | {"index": index}


def assemble(*fragments: Any) -> list[ToolCall]:
    assembler = ToolCallAssembler()
    for entry in fragments:
        assembler.take(entry)
    return list(assembler.calls())


def test_fragments_of_two_calls_may_be_mixed() -> None:
    found = assemble(
        fragment(0, "a", "one"), fragment(1, "b", "two", "{"), fragment(0, arguments='{"x"'),
        fragment(1, arguments="}"), fragment(0, arguments=": 1}"),
    )  # fmt: skip
    assert found == [ToolCall("a", "one", '{"x": 1}'), ToolCall("b", "two", "{}")]


def test_whole_calls_that_all_say_index_0_are_told_apart_by_their_ids() -> None:
    found = assemble(fragment(0, "a", "one", "{}"), fragment(0, "b", "two", "{}"))
    assert [call.name for call in found] == ["one", "two"]


def test_fragments_without_index_belong_to_the_last_call() -> None:
    found = assemble(fragment(None, "a", "one", "{"), fragment(None, arguments="}"), fragment(None, "b", "two"))
    assert found == [ToolCall("a", "one", "{}"), ToolCall("b", "two", "{}")]


def test_a_missing_id_is_made_up() -> None:
    assert assemble(fragment(0, None, "one")) == [ToolCall("call_1", "one", "{}")]


def test_arguments_that_are_an_object_become_text() -> None:
    assert assemble(fragment(0, "a", "one", {"x": [1]})) == [ToolCall("a", "one", '{"x": [1]}')]


def test_broken_arguments_are_passed_on() -> None:
    assert assemble(fragment(0, "a", "one", '{"x": '))[0].arguments == '{"x": '


@pytest.mark.parametrize("entry", [{"index": 0}, {"index": 0, "function": None}, fragment(0, "a", "", "{}")])
def test_a_call_without_a_name_is_garbage(entry: Any) -> None:
    with pytest.raises(EngineCrashed, match="tool without a name"):
        assemble(entry)


def test_the_number_of_calls_is_bounded() -> None:
    with pytest.raises(EngineCrashed, match="too many tools"):
        assemble(*(fragment(index, f"call_{index}", "one") for index in range(MAX_CALLS + 1)))
