"""Faults of PROTOCOLS section 3, each injected for real."""
