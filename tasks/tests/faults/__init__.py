"""Faults of PROTOCOLS section 1, each injected for real."""
