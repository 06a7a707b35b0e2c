"""ClickHouse through its HTTP interface."""
