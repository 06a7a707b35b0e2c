"""Every write of the monitoring app."""

from monitoring.services.draining import drain_interactions
from monitoring.services.partitions import drop_partitions, keep_partitions, make_partitions
from monitoring.services.retention import complete_abandoned, empty_contents

__all__ = [
    "complete_abandoned", "drain_interactions", "drop_partitions", "empty_contents", "keep_partitions",
    "make_partitions",
]  # fmt: skip
