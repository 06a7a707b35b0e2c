"""The trigger of D2 that counts how often a known question answered.

In the database, so that no way of writing an answer can forget it.
"""

import pgtrigger


def use_counter_trigger() -> pgtrigger.Trigger:
    """D2's `increment_kb_on_query`; our rows learn of their match after they were written, so updates count, too."""
    return pgtrigger.Trigger(
        name="count_knowledge_use",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("kb_match_id"),
        func="""
            IF NEW.kb_match_id IS NOT NULL
               AND (TG_OP = 'INSERT' OR NEW.kb_match_id IS DISTINCT FROM OLD.kb_match_id)
            THEN
                UPDATE sql_knowledge_base
                   SET usage_count = usage_count + 1, last_used = clock_timestamp()
                 WHERE id = NEW.kb_match_id;
            END IF;
            RETURN NEW;
        """,
    )
