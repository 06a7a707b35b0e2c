"""Conversations, messages, memory and files: the place of a later app; nothing lives here yet."""
