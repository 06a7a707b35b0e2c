"""Reads that join several tables."""
