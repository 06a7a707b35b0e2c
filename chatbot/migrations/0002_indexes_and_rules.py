"""Indexes, checks and triggers of the tables that 0001 makes."""

import django.contrib.postgres.indexes
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
import pgvector.django.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chatbot', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['user', '-is_pinned', '-last_message_at', '-id'], name='conversations_of_person'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=django.contrib.postgres.indexes.GinIndex(models.Func(models.F('title'), arg_joiner=" || ' ' || ", template="to_tsvector('simple', fold_accents(left(%(expressions)s, 100000)))"), name='conversations_title_words'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.CheckConstraint(condition=models.Q(('temperature', None), models.Q(('temperature__gte', 0), ('temperature__lte', 2)), _connector='OR'), name='conversations_valid_temperature'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.CheckConstraint(condition=models.Q(('total_messages__gte', 0), ('total_tokens__gte', 0)), name='conversations_totals_not_negative'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conversation',
            trigger=pgtrigger.compiler.Trigger(name='set_updated_at', sql=pgtrigger.compiler.UpsertTriggerSql(func='NEW.updated_at = clock_timestamp(); RETURN NEW;', hash='c7270b5a875b3512bd8b4f2830fe039fd10984e3', operation='UPDATE', pgid='pgtrigger_set_updated_at_dea4e', table='conversations', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='deviationblock',
            index=models.Index(fields=['user', 'id'], name='deviation_blocks_person'),
        ),
        migrations.AddConstraint(
            model_name='deviationblock',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('user', 'project'), name='deviation_blocks_one_open'),
        ),
        migrations.AddConstraint(
            model_name='deviationblock',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('appeal', ''), ('appealed_at', None)), models.Q(('appealed_at__isnull', False), models.Q(('appeal', ''), _negated=True)), _connector='OR'), name='deviation_blocks_appeal_has_time'),
        ),
        migrations.AddIndex(
            model_name='deviationevent',
            index=models.Index(fields=['user', 'project', 'id'], name='deviation_events_person'),
        ),
        migrations.AddIndex(
            model_name='deviationevent',
            index=models.Index(fields=['project', 'id'], name='deviation_events_project'),
        ),
        migrations.AddIndex(
            model_name='deviationevent',
            index=models.Index(fields=['intent', 'id'], name='deviation_events_intent'),
        ),
        migrations.AddIndex(
            model_name='deviationevent',
            index=models.Index(fields=['created_at'], name='deviation_events_time'),
        ),
        migrations.AddConstraint(
            model_name='deviationevent',
            constraint=models.CheckConstraint(condition=models.Q(('rule__in', ['off_scope', 'hopping', 'burst', 'oversize', 'corrected', 'lifted', 'reset'])), name='deviation_events_valid_rule'),
        ),
        migrations.AddConstraint(
            model_name='deviationevent',
            constraint=models.UniqueConstraint(fields=('interaction_id', 'rule'), name='deviation_events_once'),
        ),
        migrations.AddConstraint(
            model_name='deviationevent',
            constraint=models.CheckConstraint(condition=models.Q(('score_after', django.db.models.expressions.CombinedExpression(models.F('score_before'), '+', models.F('delta')))), name='deviation_events_add_up'),
        ),
        migrations.AddConstraint(
            model_name='deviationscore',
            constraint=models.UniqueConstraint(fields=('user', 'project'), name='deviation_scores_once'),
        ),
        migrations.AddConstraint(
            model_name='deviationscore',
            constraint=models.CheckConstraint(condition=models.Q(('half_life_seconds__gt', 0), ('score__gte', 0)), name='deviation_scores_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'completed', 'failed', 'cancelled'])), name='import_runs_valid_status'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importrun',
            trigger=pgtrigger.compiler.Trigger(name='set_updated_at', sql=pgtrigger.compiler.UpsertTriggerSql(func='NEW.updated_at = clock_timestamp(); RETURN NEW;', hash='e3e6ed72b8f985d4c9dc866cdaca34093de8d2f5', operation='UPDATE', pgid='pgtrigger_set_updated_at_eb40f', table='import_runs', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='importitem',
            constraint=models.CheckConstraint(condition=models.Q(('result__in', ['imported', 'updated', 'unchanged', 'skipped', 'failed'])), name='import_items_valid_result'),
        ),
        migrations.AddConstraint(
            model_name='importitem',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['conversation', 'memory', 'other'])), name='import_items_valid_kind'),
        ),
        migrations.AddConstraint(
            model_name='importitem',
            constraint=models.UniqueConstraint(fields=('run', 'position'), name='import_items_unique_position'),
        ),
        migrations.AddConstraint(
            model_name='intentlabel',
            constraint=models.UniqueConstraint(fields=('interaction_id',), name='intent_labels_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='intentlabel',
            trigger=pgtrigger.compiler.Trigger(name='set_updated_at', sql=pgtrigger.compiler.UpsertTriggerSql(func='NEW.updated_at = clock_timestamp(); RETURN NEW;', hash='a5ebe5d8887cebdd2f47387f1113f8dd4c28c272', operation='UPDATE', pgid='pgtrigger_set_updated_at_f0835', table='intent_labels', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='memory',
            index=django.contrib.postgres.indexes.GinIndex(fields=['tags'], name='chatbot_memory_tags'),
        ),
        migrations.AddIndex(
            model_name='memory',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], name='chatbot_memory_search'),
        ),
        migrations.AddIndex(
            model_name='memory',
            index=pgvector.django.indexes.HnswIndex(fields=['embedding'], name='chatbot_memory_meaning', opclasses=['vector_cosine_ops']),
        ),
        migrations.AddConstraint(
            model_name='memory',
            constraint=models.CheckConstraint(condition=models.Q(('rating', None), models.Q(('rating__gte', 1), ('rating__lte', 5)), _connector='OR'), name='chatbot_memory_valid_rating'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='memory',
            trigger=pgtrigger.compiler.Trigger(name='set_updated_at', sql=pgtrigger.compiler.UpsertTriggerSql(func='NEW.updated_at = clock_timestamp(); RETURN NEW;', hash='432af1739ad593a85dcac71e52e068fcdd51353e', operation='UPDATE', pgid='pgtrigger_set_updated_at_5ed9a', table='chatbot_memory', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='importorigin',
            constraint=models.UniqueConstraint(fields=('user', 'origin', 'origin_id'), name='import_origins_unique'),
        ),
        migrations.AddConstraint(
            model_name='importorigin',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('conversation__isnull', False), ('memory', None)), models.Q(('conversation', None), ('memory__isnull', False)), _connector='OR'), name='import_origins_of_conversation_or_memory'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], name='messages_search'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('heartbeat_at__isnull', False)), fields=['heartbeat_at'], name='messages_beating'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['user', 'assistant', 'system'])), name='messages_valid_role'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['streaming', 'completed', 'stopped', 'interrupted', 'failed'])), name='messages_valid_status'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('heartbeat_at__isnull', False), ('status', 'streaming')), models.Q(models.Q(('status', 'streaming'), _negated=True), ('heartbeat_at', None)), _connector='OR'), name='messages_heart_beats_while_streaming'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('conversation', 'parent_message', 'role', 'version'), name='messages_unique_version', nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='set_updated_at', sql=pgtrigger.compiler.UpsertTriggerSql(func='NEW.updated_at = clock_timestamp(); RETURN NEW;', hash='9df074dea434592fb48ab2e41d85cc0d2cb256ce', operation='UPDATE', pgid='pgtrigger_set_updated_at_3eecd', table='messages', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='count_inserted', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nUPDATE conversations\n   SET total_messages = total_messages + added.messages,\n       total_tokens = total_tokens + added.tokens,\n       last_message_at = greatest(last_message_at, added.latest)\n  FROM (SELECT conversation_id, sum(messages) AS messages, sum(tokens) AS tokens, max(latest) AS latest\n          FROM (\n    SELECT conversation_id, 1 AS messages, prompt_tokens + completion_tokens AS tokens, created_at AS latest\n      FROM new_rows) AS changed GROUP BY conversation_id) AS added\n WHERE conversations.id = added.conversation_id AND (added.messages <> 0 OR added.tokens <> 0);\nRETURN NULL;\n', hash='58eb52b071ac0374ab5f6f51ce65b324739c9f06', level='STATEMENT', operation='INSERT', pgid='pgtrigger_count_inserted_28a49', referencing='REFERENCING NEW TABLE AS new_rows ', table='messages', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='count_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nUPDATE conversations\n   SET total_messages = total_messages + added.messages,\n       total_tokens = total_tokens + added.tokens,\n       last_message_at = greatest(last_message_at, added.latest)\n  FROM (SELECT conversation_id, sum(messages) AS messages, sum(tokens) AS tokens, max(latest) AS latest\n          FROM (\n    SELECT conversation_id, -1 AS messages, -prompt_tokens - completion_tokens AS tokens, NULL::timestamptz AS latest\n      FROM old_rows) AS changed GROUP BY conversation_id) AS added\n WHERE conversations.id = added.conversation_id AND (added.messages <> 0 OR added.tokens <> 0);\nRETURN NULL;\n', hash='9bb7a050bed64d18888764618da623f249165adb', level='STATEMENT', operation='DELETE', pgid='pgtrigger_count_deleted_7c2c1', referencing='REFERENCING OLD TABLE AS old_rows ', table='messages', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='count_updated', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nUPDATE conversations\n   SET total_messages = total_messages + added.messages,\n       total_tokens = total_tokens + added.tokens,\n       last_message_at = greatest(last_message_at, added.latest)\n  FROM (SELECT conversation_id, sum(messages) AS messages, sum(tokens) AS tokens, max(latest) AS latest\n          FROM (\n    SELECT conversation_id, 1 AS messages, prompt_tokens + completion_tokens AS tokens, created_at AS latest\n      FROM new_rows UNION ALL \n    SELECT conversation_id, -1 AS messages, -prompt_tokens - completion_tokens AS tokens, NULL::timestamptz AS latest\n      FROM old_rows) AS changed GROUP BY conversation_id) AS added\n WHERE conversations.id = added.conversation_id AND (added.messages <> 0 OR added.tokens <> 0);\nRETURN NULL;\n', hash='bc01cc0cbe7b4e805d613b021731638644b85a8a', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_count_updated_e7935', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='messages', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='keep_text', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF (OLD.status <> 'streaming' AND NEW.content IS DISTINCT FROM OLD.content)\n               OR (NEW.role, NEW.conversation_id, NEW.parent_message_id, NEW.version)\n                  IS DISTINCT FROM (OLD.role, OLD.conversation_id, OLD.parent_message_id, OLD.version)\n            THEN\n                RAISE EXCEPTION 'message % has ended: its text and place do not change', OLD.id\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'messages_keep_text';\n            END IF;\n            RETURN NEW;\n        ", hash='213837161189b3914f7f51a64a644a5627f39a6a', operation='UPDATE OF "content", "role", "conversation_id", "parent_message_id", "version"', pgid='pgtrigger_keep_text_f7f78', table='messages', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='messagevote',
            trigger=pgtrigger.compiler.Trigger(name='set_updated_at', sql=pgtrigger.compiler.UpsertTriggerSql(func='NEW.updated_at = clock_timestamp(); RETURN NEW;', hash='fe82ec5169dd3c650383a451ed4314814c1e23ab', operation='UPDATE', pgid='pgtrigger_set_updated_at_c8644', table='message_votes', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='uploadedfile',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'ready', 'failed'])), name='uploaded_files_valid_status'),
        ),
        migrations.AddIndex(
            model_name='passage',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], name='passages_search'),
        ),
        migrations.AddIndex(
            model_name='passage',
            index=pgvector.django.indexes.HnswIndex(fields=['embedding'], name='passages_meaning', opclasses=['vector_cosine_ops']),
        ),
        migrations.AddConstraint(
            model_name='passage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('file__isnull', False), ('guide_page', '')), models.Q(('file', None), models.Q(('guide_page', ''), _negated=True)), _connector='OR'), name='passages_of_file_or_guide'),
        ),
        migrations.AddConstraint(
            model_name='passage',
            constraint=models.UniqueConstraint(fields=('file', 'guide_page', 'position'), name='passages_unique_position', nulls_distinct=False),
        ),
    ]
