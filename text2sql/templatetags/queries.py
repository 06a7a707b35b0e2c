"""A question's answer on pages of lower floors, which know a result's output but not this app's models."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import template

from text2sql.selectors.cards import card_of
from text2sql.selectors.queries import queries_for

register = template.Library()


@register.simple_tag(takes_context=True)
def answer_of(context: Mapping[str, Any], output_data: Mapping[str, Any], task_id: UUID) -> dict[str, Any] | None:
    """The card of the question that a result of this task speaks of; None for foreign ids, and for whoever may not
    see its rows: members of a project see each other's tasks, not each other's data.
    """
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return None
    try:
        query_id = UUID(str(output_data.get("query_id")))
    except ValueError:
        return None
    found = queries_for(request.user).filter(pk=query_id, task_id=task_id).first()
    return None if found is None else card_of(found)
