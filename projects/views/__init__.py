"""Browser pages of projects."""
