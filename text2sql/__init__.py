"""Questions in words, answered from databases: connections, schemas, queries that are checked, and what was learned."""
