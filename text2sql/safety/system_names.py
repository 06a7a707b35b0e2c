"""What belongs to the database system itself and is never read, whatever else is allowed."""

import re
import unicodedata

from text2sql.safety.dialects import SqlType

_SYSTEM_SCHEMAS: dict[SqlType, re.Pattern[str]] = {
    "postgresql": re.compile(r"pg_.*|information_schema"),
    "mysql": re.compile(r"mysql|performance_schema|sys|information_schema|mysql_innodb_cluster_metadata|ndbinfo"),
    "clickhouse": re.compile(r"system|information_schema|_temporary_and_external_tables"),
    "oracle": re.compile(
        r"sys|sys\$.*|system|public|anonymous|appqossys|audsys|ctxsys|dbsfwuser|dbsnmp|dip|dvf|dvsys|ggsys|gsm.*|lbacsys|"
        r"mddata|mdsys|ojvmsys|olapsys|oracle_ocm|ordsys|orddata|ordplugins|outln|remote_scheduler_agent|"
        r"si_informtn_schema|sysbackup|sysdg|syskm|sysman|sysrac|wmsys|xdb|xs\$null|apex_.*|flows_.*|ords_.*"
    ),
}
_SYSTEM_TABLES: dict[SqlType, re.Pattern[str]] = {
    "postgresql": re.compile(r"pg_.*|current_(?:user|role|catalog|schema)|session_user|system_user"),
    "mysql": re.compile(r"innodb_.*|seq_\d+_to_\d+(?:_step_\d+)?"),
    "clickhouse": re.compile(r"\.inner.*"),
    "oracle": re.compile(
        r"(?:all|dba|user|cdb|role|session|nls|dbms|utl|ora|aud|logmnr|wrh|wri|wrm|loader|ku|exu|sm|database)_.*|"
        r"g?v_?\$.*|.*\$.*|x\$.*|dictionary|dict|dict_columns|cat|tab|tabs|cols|col|obj|ind|seq|syn|clu|publicsyn|"
        r"global_name|product_component_version|table_privileges|column_privileges|resource_map|audit_actions|"
        r"stmt_audit_option_map|system_privilege_map|table_privilege_map|index_stats|index_histogram|plan_table|"
        r"resource_cost|resource_view|path_view|props|duc|superuser|sysauth|sysfiles|syssegobj|catalog|help|"
        r"nullable_.*|product_profile|product_user_profile"
    ),
}


def is_system_schema(schema: str, database_type: SqlType) -> bool:
    """Whether the schema is the system's, in any case and any width of letters.

    MySQL compares names by the file system's rules, and a collation may fold what looks different.
    """
    return bool(_SYSTEM_SCHEMAS[database_type].fullmatch(_plain(schema)))


def is_system_table(table: str, database_type: SqlType) -> bool:
    """Whether a table may be the system's in every schema: its views, and MariaDB's tables of endless numbers."""
    return bool(_SYSTEM_TABLES[database_type].fullmatch(_plain(table)))


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()
