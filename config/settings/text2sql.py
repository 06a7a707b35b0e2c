"""Limits of questions to databases, and which of them may lie inside the network."""

from config.common import env

#: Hosts that anybody may connect to although their addresses are private; an administrator may allow single
#: connections in the operations console.
TEXT2SQL_HOSTS_ALLOWED = env.names("TEXT2SQL_HOSTS_ALLOWED")
#: One statement's time on the database's server, and what of its result is kept for the browser.
TEXT2SQL_TIMEOUT_SECONDS = env.decimal("TEXT2SQL_TIMEOUT_SECONDS", 30.0, minimum=0.1)
TEXT2SQL_MAX_ROWS = env.integer("TEXT2SQL_MAX_ROWS", 10_000, minimum=1)
TEXT2SQL_MAX_BYTES = env.integer("TEXT2SQL_MAX_BYTES", 20_000_000, minimum=1_000)
#: Statements whose plan costs more are refused, in the database's own unit (PostgreSQL: pages read, roughly); 0: none.
TEXT2SQL_MAX_COST = env.decimal("TEXT2SQL_MAX_COST", 50_000_000.0, minimum=0.0)
#: A file of all rows, made by a worker.
TEXT2SQL_EXPORT_SECONDS = env.decimal("TEXT2SQL_EXPORT_SECONDS", 600.0, minimum=1.0)
TEXT2SQL_EXPORT_ROWS = env.integer("TEXT2SQL_EXPORT_ROWS", 5_000_000, minimum=1)
TEXT2SQL_EXPORT_BYTES = env.integer("TEXT2SQL_EXPORT_BYTES", 1_000_000_000, minimum=1_000)
#: Rows kept for the browser, and exported files, are removed after these times; questions and queries stay.
TEXT2SQL_RESULT_DAYS = env.integer("TEXT2SQL_RESULT_DAYS", 30, minimum=1)
TEXT2SQL_EXPORT_DAYS = env.integer("TEXT2SQL_EXPORT_DAYS", 7, minimum=1)
#: Open connections of one worker process to one database, and how long an idle one is kept.
TEXT2SQL_SESSIONS = env.integer("TEXT2SQL_SESSIONS", 4, minimum=1)
TEXT2SQL_IDLE_SECONDS = env.decimal("TEXT2SQL_IDLE_SECONDS", 60.0, minimum=0.0)
#: A small example database beside the product's own (not where the database's user may create none).
TEXT2SQL_DEMO = env.flag("TEXT2SQL_DEMO", True)
