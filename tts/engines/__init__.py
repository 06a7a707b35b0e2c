"""Interchangeable speech engines: one file each, one contract in `base`."""
