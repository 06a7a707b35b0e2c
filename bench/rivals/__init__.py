"""The same no-op on other queues, run as processes of their own."""
