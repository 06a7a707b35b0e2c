"""Reads that join several tables or stores: speakers, where a request stands, its place in the queue."""
