"""Readers of other programs' chat exports; no Django here, one conversation in memory at a time."""
