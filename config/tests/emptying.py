"""The test database as migrations left it, after a test that commits: rows are deleted where there are any.

Django's own way truncates every table and sends `post_migrate` again: a quarter of a second for each such test.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection

_REMEMBER = """
CREATE SCHEMA as_migrated;
CREATE TABLE as_migrated.tables (name text, columns text);

CREATE FUNCTION as_migrated.remember(names text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE kept record; is_filled boolean;
BEGIN
    INSERT INTO as_migrated.tables
    SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
      FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = ANY(names) AND is_generated = 'NEVER' GROUP BY table_name;
    FOR kept IN SELECT * FROM as_migrated.tables LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', kept.name) INTO is_filled;
        IF is_filled THEN
            EXECUTE format('CREATE TABLE as_migrated.%I AS SELECT %s FROM public.%1$I', kept.name, kept.columns);
        ELSE
            UPDATE as_migrated.tables SET columns = NULL WHERE name = kept.name;
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION as_migrated.restore() RETURNS void LANGUAGE plpgsql AS $$
DECLARE kept record; is_filled boolean;
BEGIN
    -- Neither triggers nor foreign keys: all rows go, in any order.
    SET LOCAL session_replication_role = replica;
    -- What somebody is still writing is waited for, and goes too. Whoever holds a row and needs another table goes
    -- first: all locks are given back, before PostgreSQL calls it a deadlock and ends one of the two.
    SET LOCAL lock_timeout = '200ms';
    LOOP
        BEGIN
            EXECUTE (SELECT format('LOCK TABLE %s IN EXCLUSIVE MODE', string_agg(format('public.%I', name), ', '))
                       FROM as_migrated.tables);
            EXIT;
        EXCEPTION WHEN lock_not_available THEN
            NULL;
        END;
    END LOOP;
    FOR kept IN SELECT * FROM as_migrated.tables LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', kept.name) INTO is_filled;
        IF is_filled THEN
            EXECUTE format('DELETE FROM public.%I', kept.name);
        END IF;
        IF kept.columns IS NOT NULL THEN
            EXECUTE format(
                'INSERT INTO public.%I (%s) SELECT %2$s FROM as_migrated.%1$I', kept.name, kept.columns);
        END IF;
    END LOOP;
END $$;
"""
_RELATIONS = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"


def remember_migrated(flush: Callable[[Any], None]) -> Callable[[Any], None]:
    """Keep copies of what migrations wrote; returns what restores them, in the place of `flush`.

    A test that has made or dropped a table, such as a partition, is cleaned up after by `flush`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER)
        cursor.execute("SELECT as_migrated.remember(%s)", [connection.introspection.django_table_names()])
        cursor.execute(_RELATIONS)
        relations = cursor.fetchone()

    def restore(case: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_RELATIONS)
            if cursor.fetchone() == relations:
                cursor.execute("SELECT as_migrated.restore()")
                return
        flush(case)

    return restore
