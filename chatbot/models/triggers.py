"""Database triggers of messages: the totals of their conversation, and texts that are never overwritten."""

import pgtrigger

_COUNT = """
UPDATE conversations
   SET total_messages = total_messages + added.messages,
       total_tokens = total_tokens + added.tokens,
       last_message_at = greatest(last_message_at, added.latest)
  FROM (SELECT conversation_id, sum(messages) AS messages, sum(tokens) AS tokens, max(latest) AS latest
          FROM ({rows}) AS changed GROUP BY conversation_id) AS added
 WHERE conversations.id = added.conversation_id AND (added.messages <> 0 OR added.tokens <> 0);
RETURN NULL;
"""
_NEW = """
    SELECT conversation_id, 1 AS messages, prompt_tokens + completion_tokens AS tokens, created_at AS latest
      FROM new_rows"""
_OLD = """
    SELECT conversation_id, -1 AS messages, -prompt_tokens - completion_tokens AS tokens, NULL::timestamptz AS latest
      FROM old_rows"""


def total_triggers() -> list[pgtrigger.Trigger]:
    """Once per statement: an import of 10,000 messages updates its conversation once."""
    new, old = pgtrigger.Referencing(new="new_rows"), pgtrigger.Referencing(old="old_rows")
    both = pgtrigger.Referencing(old="old_rows", new="new_rows")
    return [
        _total("count_inserted", pgtrigger.Insert, _NEW, new),
        _total("count_deleted", pgtrigger.Delete, _OLD, old),
        _total("count_updated", pgtrigger.Update, f"{_NEW} UNION ALL {_OLD}", both),
    ]


def _total(
    name: str, operation: pgtrigger.Operation, rows: str, referencing: pgtrigger.Referencing
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=referencing,
        func=_COUNT.format(rows=rows),
    )


def kept_text_trigger() -> pgtrigger.Trigger:
    """Only the writer of a reply that still streams may change what it says; an edit is a new version."""
    return pgtrigger.Trigger(
        name="keep_text",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("content", "role", "conversation_id", "parent_message_id", "version"),
        func="""
            IF (OLD.status <> 'streaming' AND NEW.content IS DISTINCT FROM OLD.content)
               OR (NEW.role, NEW.conversation_id, NEW.parent_message_id, NEW.version)
                  IS DISTINCT FROM (OLD.role, OLD.conversation_id, OLD.parent_message_id, OLD.version)
            THEN
                RAISE EXCEPTION 'message % has ended: its text and place do not change', OLD.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'messages_keep_text';
            END IF;
            RETURN NEW;
        """,
    )
