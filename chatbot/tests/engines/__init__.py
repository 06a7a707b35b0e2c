"""Tests of the chat and embedding engines."""
