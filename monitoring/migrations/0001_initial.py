"""The audit of model calls: one table, partitioned by month from its first row on; offsets and rejects of its stream."""

import config.common.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

# The moment inside a UUIDv7 to the microsecond (RFC 9562 section 6.2, method 3), as monitoring.audit.entries reads it.
# A double holds microseconds of our centuries exactly enough: its error is a quarter of one.
UUID7_TIME = """
CREATE FUNCTION uuid7_time(id uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT to_timestamp((
        ('x' || substr(id::text, 1, 8) || substr(id::text, 10, 4))::bit(48)::bigint * 1000
        + ((('x' || substr(id::text, 16, 3))::bit(12)::int * 1000) >> 12)
    ) / 1000000.0::float8)
$$
"""

# PostgreSQL wants the partition key in the primary key. The last CHECK makes `id` unique by itself all the same: equal
# ids would have equal times, and the pair is unique.
INTERACTIONS = """
CREATE TABLE interactions (
    id uuid NOT NULL,
    "timestamp" timestamptz NOT NULL,
    user_id uuid REFERENCES accounts (user_id),
    project_id uuid REFERENCES projects (project_id),
    api_key_id uuid REFERENCES api_keys (key_id),
    conversation_id uuid,
    message_id uuid,
    endpoint varchar(100) NOT NULL,
    model varchar(200) NOT NULL,
    engine_name varchar(100) NOT NULL,
    prompt text NOT NULL,
    system_message text NOT NULL,
    response text NOT NULL,
    content_deleted_at timestamptz,
    intent_classification varchar(100) NOT NULL,
    confidence_score numeric(3, 2),
    deviation_score_delta numeric(5, 2) NOT NULL,
    user_score_before numeric(5, 2),
    user_score_after numeric(5, 2),
    total_tokens integer CHECK (total_tokens >= 0),
    prompt_tokens integer CHECK (prompt_tokens >= 0),
    completion_tokens integer CHECK (completion_tokens >= 0),
    usage jsonb NOT NULL,
    cost numeric(14, 6),
    currency varchar(3) NOT NULL,
    response_time_ms integer CHECK (response_time_ms >= 0),
    first_token_ms integer CHECK (first_token_ms >= 0),
    is_streaming boolean NOT NULL,
    is_partial boolean NOT NULL,
    ip_address inet,
    user_agent text NOT NULL,
    request_id varchar(64) NOT NULL,
    status varchar(20) NOT NULL,
    error_code varchar(100) NOT NULL,
    error_message text NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (id, "timestamp"),
    CONSTRAINT interactions_valid_status CHECK (status IN ('started', 'success', 'blocked', 'error')),
    CONSTRAINT interactions_finished_at_iff_ended CHECK ((status = 'started') = (finished_at IS NULL)),
    CONSTRAINT interactions_timestamp_is_of_id CHECK ("timestamp" = uuid7_time(id))
) PARTITION BY RANGE ("timestamp");
CREATE INDEX interactions_user ON interactions (user_id, "timestamp");
CREATE INDEX interactions_project ON interactions (project_id, "timestamp");
CREATE INDEX interactions_status ON interactions (status, "timestamp");
CREATE INDEX interactions_intent ON interactions (intent_classification, "timestamp");
CREATE INDEX interactions_request ON interactions (request_id);
CREATE INDEX interactions_time ON interactions ("timestamp");
CREATE INDEX interactions_content ON interactions ("timestamp") WHERE content_deleted_at IS NULL;
CREATE TABLE interactions_default PARTITION OF interactions DEFAULT;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('projects', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StreamOffset',
            fields=[
                ('stream', models.CharField(max_length=100, primary_key=True, serialize=False, verbose_name='stream')),
                ('last_id', models.CharField(max_length=50, verbose_name='last entry')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='updated at')),
            ],
            options={
                'verbose_name': 'stream offset',
                'verbose_name_plural': 'stream offsets',
                'db_table': 'stream_offsets',
            },
        ),
        migrations.CreateModel(
            name='StreamReject',
            fields=[
                ('id', models.UUIDField(default=config.common.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='id')),
                ('stream', models.CharField(max_length=100, verbose_name='stream')),
                ('entry_id', models.CharField(max_length=50, verbose_name='entry')),
                ('payload', models.TextField(verbose_name='content')),
                ('reason', models.TextField(verbose_name='reason')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='created at')),
            ],
            options={
                'verbose_name': 'rejected entry',
                'verbose_name_plural': 'rejected entries',
                'db_table': 'stream_rejects',
                'constraints': [models.UniqueConstraint(fields=('stream', 'entry_id'), name='stream_rejects_once')],
            },
        ),
        migrations.RunSQL(UUID7_TIME, "DROP FUNCTION uuid7_time(uuid)"),
        # Django knows no partitions: the table is made by hand, and the model's state by this.
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(INTERACTIONS, "DROP TABLE interactions")],
            state_operations=[
                migrations.CreateModel(
                    name='Interaction',
                    fields=[
                        ('id', models.UUIDField(default=config.common.ids.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='id')),
                        ('timestamp', models.DateTimeField(editable=False, verbose_name='time')),
                        ('conversation_id', models.UUIDField(null=True, verbose_name='conversation')),
                        ('message_id', models.UUIDField(null=True, verbose_name='message')),
                        ('endpoint', models.CharField(default='', max_length=100, verbose_name='endpoint')),
                        ('model', models.CharField(default='', max_length=200, verbose_name='model')),
                        ('engine_name', models.CharField(default='', max_length=100, verbose_name='engine')),
                        ('prompt', models.TextField(default='', verbose_name='prompt')),
                        ('system_message', models.TextField(default='', verbose_name='system message')),
                        ('response', models.TextField(default='', verbose_name='response')),
                        ('content_deleted_at', models.DateTimeField(null=True, verbose_name='content deleted at')),
                        ('intent_classification', models.CharField(default='', max_length=100, verbose_name='intent')),
                        ('confidence_score', models.DecimalField(decimal_places=2, max_digits=3, null=True, verbose_name='confidence')),
                        ('deviation_score_delta', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=5, verbose_name='change of the deviation score')),
                        ('user_score_before', models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='score before')),
                        ('user_score_after', models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='score after')),
                        ('total_tokens', models.PositiveIntegerField(null=True, verbose_name='tokens')),
                        ('prompt_tokens', models.PositiveIntegerField(null=True, verbose_name='tokens of the prompt')),
                        ('completion_tokens', models.PositiveIntegerField(null=True, verbose_name='tokens of the response')),
                        ('usage', models.JSONField(default=dict, help_text='Quota type to amount.', verbose_name='usage')),
                        ('cost', models.DecimalField(decimal_places=6, max_digits=14, null=True, verbose_name='cost')),
                        ('currency', models.CharField(default='', max_length=3, verbose_name='currency')),
                        ('response_time_ms', models.PositiveIntegerField(null=True, verbose_name='response time (ms)')),
                        ('first_token_ms', models.PositiveIntegerField(null=True, verbose_name='time to first token (ms)')),
                        ('is_streaming', models.BooleanField(default=False, verbose_name='streamed')),
                        ('is_partial', models.BooleanField(default=False, verbose_name='ended early')),
                        ('ip_address', models.GenericIPAddressField(null=True, verbose_name='address')),
                        ('user_agent', models.TextField(default='', verbose_name='program')),
                        ('request_id', models.CharField(default='', max_length=64, verbose_name='request id')),
                        ('status', models.CharField(choices=[('started', 'Started'), ('success', 'Success'), ('blocked', 'Blocked'), ('error', 'Error')], max_length=20, verbose_name='status')),
                        ('error_code', models.CharField(default='', max_length=100, verbose_name='error code')),
                        ('error_message', models.TextField(default='', verbose_name='error')),
                        ('finished_at', models.DateTimeField(null=True, verbose_name='ended at')),
                        ('api_key', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.apikey', verbose_name='API key')),
                        ('project', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.project', verbose_name='project')),
                        ('user', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                    ],
                    options={
                        'verbose_name': 'interaction',
                        'verbose_name_plural': 'interactions',
                        'db_table': 'interactions',
                        'indexes': [models.Index(fields=['user', 'timestamp'], name='interactions_user'), models.Index(fields=['project', 'timestamp'], name='interactions_project'), models.Index(fields=['status', 'timestamp'], name='interactions_status'), models.Index(fields=['intent_classification', 'timestamp'], name='interactions_intent'), models.Index(fields=['request_id'], name='interactions_request'), models.Index(fields=['timestamp'], name='interactions_time'), models.Index(condition=models.Q(('content_deleted_at', None)), fields=['timestamp'], name='interactions_content')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['started', 'success', 'blocked', 'error'])), name='interactions_valid_status'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('status', 'started')), models.Q(models.Q(('status', 'started'), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='interactions_finished_at_iff_ended'), models.CheckConstraint(condition=models.Q(('timestamp', models.Func('id', function='uuid7_time', output_field=models.DateTimeField()))), name='interactions_timestamp_is_of_id')],
                    },
                ),
            ],
        ),
    ]
