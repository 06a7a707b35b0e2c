"""The queue's own task kind: a chain of tasks, step by step."""

from django.utils.translation import gettext_lazy as _

from projects.models import Project
from tasks.models import Task
from tasks.registry import JsonObject, Outcome, TaskContext, TaskKind
from tasks.services.submit import find_kind, submit_task, validated_input

MAX_STEPS = 100

_SCHEMA: JsonObject = {
    "type": "object",
    "required": ["steps"],
    "additionalProperties": False,
    "properties": {
        "steps": {
            "type": "array",
            "minItems": 1,
            "maxItems": MAX_STEPS,
            "items": {
                "type": "object",
                "required": ["task_type", "input_data"],
                "additionalProperties": False,
                "properties": {
                    "task_type": {"type": "string", "not": {"const": "tasks.chain"}},
                    "input_data": {"type": "object"},
                    "execution_order": {"type": "integer", "minimum": 0, "maximum": 10_000},
                },
            },
        }
    },
}


def check_steps(input_data: JsonObject, project: Project | None) -> JsonObject:
    """Every step must be acceptable before the first one starts; steps without an order follow each other."""
    steps = []
    for position, step in enumerate(input_data["steps"]):
        kind = find_kind(step["task_type"])
        checked = validated_input(kind, step["input_data"], project)
        steps.append({**step, "input_data": checked, "execution_order": step.get("execution_order", position)})
    return {"steps": steps}


def create_steps(parent: Task) -> None:
    """The children, in the transaction that accepts the chain."""
    for step in sorted(parent.input_data["steps"], key=lambda step: step["execution_order"]):
        submit_task(
            user=parent.user, project=parent.project, api_key=parent.api_key, parent_task=parent,
            task_type=step["task_type"], input_data=step["input_data"], execution_order=step["execution_order"],
            priority=parent.priority, deadline=parent.deadline, request_id=parent.request_id,
        )  # fmt: skip


def collect_steps(context: TaskContext) -> Outcome:
    """Runs after the last child: the chain's output is the list of its steps and their states."""
    children = Task.objects.filter(parent_task_id=context.task_id).order_by("execution_order", "task_id")
    rows = children.values_list("task_id", "task_type", "status")
    return Outcome({"steps": [{"task_id": str(t), "task_type": kind, "status": status} for t, kind, status in rows]})


CHAIN = TaskKind(
    name="tasks.chain",
    title=_("Chain of tasks"),
    handler=collect_steps,
    input_schema=_SCHEMA,
    scope="tasks:write",
    prepare=check_steps,
    on_submit=create_steps,
    waits_for_children=True,
)
