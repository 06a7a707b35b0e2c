"""Replies on their way: numbered deltas in a Redis stream per message, written by one, read by any number."""
