"""Backups and their proof: the place of a later app; nothing lives here yet."""
