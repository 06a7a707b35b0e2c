"""Oracle Database through python-oracledb's thin mode. Never run against a real server here."""
