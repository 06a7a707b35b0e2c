"""What the audit survives."""
