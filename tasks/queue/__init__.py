"""The queue's statements and its broker: raw SQL on a persistent connection, ids to Celery."""
