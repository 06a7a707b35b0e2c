"""The database trigger that refuses illegal transitions and writes the history."""

import pgtrigger

from tasks.states import TRANSITIONS

#: Session settings that carry who and why into the trigger; set by `tasks.services.acting`.
ACTOR_SETTING = "roundhouse.actor"
ACCOUNT_SETTING = "roundhouse.account"
REASON_SETTING = "roundhouse.reason"

# The table of `tasks.states`, written into the function: psql and the admin meet the same rules as the services.
_LEGAL = ",".join(f"{old}>{new}" for old, targets in TRANSITIONS.items() for new in targets)

_FUNCTION = f"""
IF TG_OP = 'UPDATE' THEN
    NEW.updated_at = clock_timestamp();
    IF NEW.status = OLD.status THEN
        RETURN NEW;
    END IF;
    IF OLD.status || '>' || NEW.status <> ALL ('{{{_LEGAL}}}'::text[]) THEN
        RAISE EXCEPTION 'illegal task transition % -> % (task %)', OLD.status, NEW.status, OLD.task_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'tasks_legal_transition';
    END IF;
END IF;
INSERT INTO task_history
    (history_id, task_id, attempt, status_from, status_to, changed_at, changed_by, actor, reason)
VALUES (
    uuid7_now(), NEW.task_id, NEW.attempt,
    CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END, NEW.status, clock_timestamp(),
    nullif(current_setting('{ACCOUNT_SETTING}', true), '')::uuid,
    coalesce(nullif(current_setting('{ACTOR_SETTING}', true), ''), 'database:' || session_user),
    coalesce(nullif(current_setting('{REASON_SETTING}', true), ''), NEW.error_code, '')
);
RETURN NEW;
"""


def transition_trigger() -> pgtrigger.Trigger:
    """Before every insert and update; it keeps `updated_at`, too.

    One trigger instead of two, and before the row is written instead of after it: the queue spends most of its time
    here (docs/adr/0009). The history's foreign key is checked at the commit, when the new row is there.
    """
    return pgtrigger.Trigger(
        name="guard_transition",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=_FUNCTION,
    )


def fixed_parent_trigger() -> pgtrigger.Trigger:
    """A task's parent never changes, and exists before it: therefore parents cannot form a cycle."""
    return pgtrigger.Trigger(
        name="fix_parent",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("parent_task_id"),
        condition=pgtrigger.Q(new__parent_task__df=pgtrigger.F("old__parent_task")),
        func="RAISE EXCEPTION 'the parent of a task cannot be changed' USING ERRCODE = 'check_violation';",
    )
