"""What a role of PostgreSQL may do besides reading."""

from text2sql.connectors.base import TestFacts
from text2sql.connectors.postgresql.session import PostgresSession

#: Predefined roles with which SQL reaches beyond the tables: files, programs, other sessions, settings, all rows.
_DANGEROUS = (
    "pg_write_all_data", "pg_read_server_files", "pg_write_server_files", "pg_execute_server_program",
    "pg_signal_backend", "pg_maintain", "pg_checkpoint", "pg_create_subscription", "pg_database_owner",
)  # fmt: skip
_QUERY = f"""
WITH relations AS (
    SELECT c.oid, c.relkind FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
)
SELECT current_setting('server_version'), current_user::text,
    (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user),
    (SELECT rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
     FROM pg_catalog.pg_roles WHERE rolname = current_user),
    EXISTS (SELECT 1 FROM pg_catalog.pg_namespace
            WHERE nspname !~ '^pg_' AND has_schema_privilege(oid, 'CREATE')),
    has_database_privilege(current_database(), 'CREATE'),
    EXISTS (SELECT 1 FROM relations WHERE relkind IN ('r', 'p', 'v', 'f')
            AND (has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
                 OR has_any_column_privilege(oid, 'INSERT, UPDATE'))),
    EXISTS (SELECT 1 FROM relations
            WHERE CASE WHEN relkind = 'S' THEN has_sequence_privilege(oid, 'USAGE, UPDATE') END),
    ARRAY(SELECT rolname::text FROM pg_catalog.pg_roles
          WHERE rolname IN {_DANGEROUS!r} AND pg_has_role(current_user, oid, 'MEMBER'))
"""  # noqa: S608 - the names are the constants above
_SENTENCES = (
    "The role is a superuser: it may do everything, also outside of the database.",
    "The role may create roles or databases, replicate, or pass by row security.",
    "The role may create tables in a schema.",
    "The role may create schemas in this database.",
    "The role may change rows of a table.",
    "The role may advance a sequence.",
)


def read_rights(session: PostgresSession, *, latency_ms: float, seconds: float) -> TestFacts:
    """Who we are, and whether the role can do nothing but SELECT; roles it may switch to count."""
    (row,) = session.fetch(_QUERY, seconds=seconds)
    version, username, *flags, roles = row
    warnings = [sentence for sentence, flag in zip(_SENTENCES, flags, strict=True) if flag]
    warnings += [f"The role is a member of {role}." for role in roles if not flags[0]]
    return TestFacts(f"PostgreSQL {version}", latency_ms, username, not warnings, tuple(warnings))
