"""Interchangeable ways to turn a question into a query; no Django in here."""
