"""Matching of questions against known ones: typed masks, slots and nearness. No Django in here."""
