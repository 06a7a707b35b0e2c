"""The rules of the tasks table in fewer, cheaper pieces (docs/adr/0009)."""

import django.db.models.functions.comparison
import django.db.models.lookups
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# plpgsql and not SQL, because PostgreSQL would inline that anew, by parsing it, for each statement.
COLUMNS_FIT = """
CREATE FUNCTION task_columns_fit(
    status text, lease_expires_at timestamptz, enqueued_at timestamptz, next_retry_at timestamptz,
    completed_at timestamptz
) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN CASE
        WHEN status IN ('pending', 'paused') THEN num_nonnulls(lease_expires_at, enqueued_at, next_retry_at, completed_at) = 0
        WHEN num_nonnulls(lease_expires_at, enqueued_at, next_retry_at, completed_at) <> 1 THEN false
        WHEN status = 'in_queue' THEN enqueued_at IS NOT NULL
        WHEN status = 'processing' THEN lease_expires_at IS NOT NULL
        WHEN status = 'retrying' THEN next_retry_at IS NOT NULL
        WHEN status IN ('completed', 'failed', 'cancelled') THEN completed_at IS NOT NULL
        ELSE false
    END;
END $$
"""

NATIVE_UUID7 = """
DO $$ BEGIN
    IF current_setting('server_version_num')::int >= 180000 THEN
        CREATE OR REPLACE FUNCTION uuid7_now() RETURNS uuid LANGUAGE sql VOLATILE AS 'SELECT uuidv7()';
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("projects", "0001_initial"),
        ("tasks", "0002_uuid7_and_storage"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            COLUMNS_FIT, "DROP FUNCTION task_columns_fit(text, timestamptz, timestamptz, timestamptz, timestamptz)"
        ),
        migrations.RunSQL(NATIVE_UUID7, migrations.RunSQL.noop),
        pgtrigger.migrations.RemoveTrigger(
            model_name="task",
            name="set_updated_at",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="task",
            name="guard_transition",
        ),
        migrations.RemoveConstraint(
            model_name="task",
            name="tasks_valid_status",
        ),
        migrations.RemoveConstraint(
            model_name="task",
            name="tasks_lease_iff_processing",
        ),
        migrations.RemoveConstraint(
            model_name="task",
            name="tasks_completed_at_iff_ended",
        ),
        migrations.RemoveConstraint(
            model_name="task",
            name="tasks_next_retry_iff_retrying",
        ),
        migrations.RemoveConstraint(
            model_name="task",
            name="tasks_enqueued_at_iff_in_queue",
        ),
        migrations.AlterField(
            model_name="task",
            name="attempt",
            field=models.IntegerField(default=0, verbose_name="attempt"),
        ),
        migrations.AlterField(
            model_name="task",
            name="crash_count",
            field=models.IntegerField(default=0, verbose_name="crashes"),
        ),
        migrations.AlterField(
            model_name="task",
            name="execution_order",
            field=models.IntegerField(blank=True, null=True, verbose_name="step"),
        ),
        migrations.AlterField(
            model_name="task",
            name="max_retries",
            field=models.IntegerField(default=3, verbose_name="most retries"),
        ),
        migrations.AlterField(
            model_name="task",
            name="pending_deps",
            field=models.IntegerField(default=0, verbose_name="waits for"),
        ),
        migrations.AlterField(
            model_name="task",
            name="progress",
            field=models.SmallIntegerField(default=0, verbose_name="progress (%)"),
        ),
        migrations.AlterField(
            model_name="task",
            name="publish_count",
            field=models.IntegerField(default=0, verbose_name="times published"),
        ),
        migrations.AlterField(
            model_name="task",
            name="retry_count",
            field=models.IntegerField(default=0, verbose_name="retries"),
        ),
        migrations.AlterField(
            model_name="taskhistory",
            name="attempt",
            field=models.IntegerField(verbose_name="attempt"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="task",
            trigger=pgtrigger.compiler.Trigger(
                name="guard_transition",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF TG_OP = 'UPDATE' THEN\n    NEW.updated_at = clock_timestamp();\n    IF NEW.status = OLD.status THEN\n        RETURN NEW;\n    END IF;\n    IF OLD.status || '>' || NEW.status <> ALL ('{pending>in_queue,pending>cancelled,pending>paused,pending>failed,in_queue>processing,in_queue>pending,in_queue>cancelled,in_queue>paused,in_queue>failed,processing>completed,processing>failed,processing>retrying,processing>cancelled,processing>paused,processing>pending,retrying>pending,retrying>cancelled,retrying>paused,retrying>failed,paused>pending,paused>cancelled,paused>failed,failed>pending,cancelled>pending}'::text[]) THEN\n        RAISE EXCEPTION 'illegal task transition % -> % (task %)', OLD.status, NEW.status, OLD.task_id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'tasks_legal_transition';\n    END IF;\nEND IF;\nINSERT INTO task_history\n    (history_id, task_id, attempt, status_from, status_to, changed_at, changed_by, actor, reason)\nVALUES (\n    uuid7_now(), NEW.task_id, NEW.attempt,\n    CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END, NEW.status, clock_timestamp(),\n    nullif(current_setting('roundhouse.account', true), '')::uuid,\n    coalesce(nullif(current_setting('roundhouse.actor', true), ''), 'database:' || session_user),\n    coalesce(nullif(current_setting('roundhouse.reason', true), ''), NEW.error_code, '')\n);\nRETURN NEW;\n",
                    hash="73b59854a5ed8d15905de23fc76938ba272a2c65",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_guard_transition_026ce",
                    table="tasks",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Func(
                    "status",
                    "lease_expires_at",
                    "enqueued_at",
                    "next_retry_at",
                    "completed_at",
                    function="task_columns_fit",
                    output_field=models.BooleanField(),
                ),
                name="tasks_columns_fit_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.GreaterThanOrEqual(
                    django.db.models.functions.comparison.Least(
                        "attempt",
                        "retry_count",
                        "max_retries",
                        "crash_count",
                        "publish_count",
                        "pending_deps",
                        "execution_order",
                        "progress",
                        output_field=models.IntegerField(),
                    ),
                    0,
                ),
                name="tasks_counters_not_negative",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index("task_id", condition=models.Q(("pending_deps__gt", 0)), name="tasks_blocked"),
        ),
    ]
