"""The audit of model calls: how long it is kept, and when a call without an end counts as abandoned."""

from config.common import env

#: Whole months; older partitions are dropped.
INTERACTION_RETENTION_MONTHS = env.integer("INTERACTION_RETENTION_MONTHS", 12, minimum=1)
#: What people and engines said is emptied after this time; who, when, what model and how much stays.
INTERACTION_CONTENT_DAYS = env.integer("INTERACTION_CONTENT_DAYS", 90, minimum=1)
#: A call that reported no end for this long is completed as an error; one that comes later still counts.
INTERACTION_ABANDONED_SECONDS = env.decimal("INTERACTION_ABANDONED_SECONDS", 900.0, minimum=1.0)
#: Between two looks at the stream while it is empty.
INTERACTION_DRAIN_SECONDS = env.decimal("INTERACTION_DRAIN_SECONDS", 1.0, minimum=0.01)
