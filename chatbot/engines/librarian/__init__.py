"""The librarian: an engine that answers with quotations from files, memories and the guide."""

from chatbot.engines.librarian.engine import LibrarianEngine

__all__ = ["LibrarianEngine"]
