"""Sums of model calls by the hour, from the calls that have ended so far on."""

import config.common.ids
import django.db.models.deletion
import django.db.models.functions.comparison
import uuid
from django.conf import settings
from django.db import migrations, models

ENDED_SO_FAR = """
INSERT INTO interaction_usage (
    id, hour, user_id, project_id, engine_name, endpoint, status, currency, calls, prompt_tokens, completion_tokens,
    cost, timed_calls, response_time_ms_sum, response_time_ms_max)
SELECT uuid7_now(), sums.* FROM (
    SELECT date_trunc('hour', "timestamp", 'UTC'), user_id, project_id, engine_name, endpoint, status, currency,
           count(*), coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0), sum(cost),
           count(response_time_ms), coalesce(sum(response_time_ms), 0), max(response_time_ms)
      FROM interactions WHERE finished_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7) AS sums
"""


class Migration(migrations.Migration):

    dependencies = [
        ('monitoring', '0001_initial'),
        ('projects', '0001_initial'),
        ('tasks', '0002_uuid7_and_storage'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='InteractionUsage',
            fields=[
                ('id', models.UUIDField(default=config.common.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='id')),
                ('hour', models.DateTimeField(verbose_name='hour')),
                ('engine_name', models.CharField(max_length=100, verbose_name='engine')),
                ('endpoint', models.CharField(max_length=100, verbose_name='endpoint')),
                ('status', models.CharField(choices=[('success', 'Success'), ('blocked', 'Blocked'), ('error', 'Error')], max_length=20, verbose_name='status')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('calls', models.PositiveBigIntegerField(verbose_name='calls')),
                ('prompt_tokens', models.PositiveBigIntegerField(verbose_name='tokens of the prompts')),
                ('completion_tokens', models.PositiveBigIntegerField(verbose_name='tokens of the responses')),
                ('cost', models.DecimalField(decimal_places=6, max_digits=20, null=True, verbose_name='cost')),
                ('timed_calls', models.PositiveBigIntegerField(verbose_name='calls with a response time')),
                ('response_time_ms_sum', models.PositiveBigIntegerField(verbose_name='sum of the response times (ms)')),
                ('response_time_ms_max', models.PositiveIntegerField(null=True, verbose_name='longest response time (ms)')),
                ('project', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.project', verbose_name='project')),
                ('user', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'hourly usage',
                'verbose_name_plural': 'hourly usage',
                'db_table': 'interaction_usage',
                'indexes': [models.Index(fields=['user', 'hour'], name='interaction_usage_user'), models.Index(fields=['project', 'hour'], name='interaction_usage_project')],
                'constraints': [models.UniqueConstraint(models.F('hour'), django.db.models.functions.comparison.Coalesce('user', models.Value(uuid.UUID('00000000-0000-0000-0000-000000000000'), output_field=models.UUIDField())), django.db.models.functions.comparison.Coalesce('project', models.Value(uuid.UUID('00000000-0000-0000-0000-000000000000'), output_field=models.UUIDField())), models.F('engine_name'), models.F('endpoint'), models.F('status'), models.F('currency'), name='interaction_usage_once'), models.CheckConstraint(condition=models.Q(('status__in', ['success', 'blocked', 'error'])), name='interaction_usage_valid_status')],
            },
        ),
        migrations.RunSQL(ENDED_SO_FAR, migrations.RunSQL.noop),
    ]
