"""The example shop: a small database of the project's own making, so that a newcomer can ask at once."""
