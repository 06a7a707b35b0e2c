"""The durable queue: tasks, their history, workers, engines catalogue."""
