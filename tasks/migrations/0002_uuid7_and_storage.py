"""The database's own UUIDv7 (RFC 9562, section 6.2 method 3; PostgreSQL has one only from 18 on) and storage settings."""

from django.db import migrations

UUID7 = """
CREATE OR REPLACE FUNCTION uuid7_now() RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    micros bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    bytes bytea := uuid_send(gen_random_uuid());
    fraction int := (((micros % 1000) * 4096) / 1000)::int;
BEGIN
    bytes := overlay(bytes PLACING substring(int8send(micros / 1000) FROM 3) FROM 1 FOR 6);
    bytes := set_byte(bytes, 6, 112 | (fraction >> 8));
    bytes := set_byte(bytes, 7, fraction & 255);
    RETURN encode(bytes, 'hex')::uuid;
END $$
"""

# Room for HOT updates, and vacuum long before a tenth of the table is dead (PROTOCOLS, traps measured).
STORAGE = "ALTER TABLE tasks SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01)"


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial")]

    operations = [
        migrations.RunSQL(UUID7, "DROP FUNCTION uuid7_now()"),
        migrations.RunSQL(STORAGE, "ALTER TABLE tasks RESET (fillfactor, autovacuum_vacuum_scale_factor)"),
    ]
