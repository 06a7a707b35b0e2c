"""The worker's inside: one process record, one lease keeper thread, and the run of one task."""
