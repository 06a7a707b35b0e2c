<<<<<<< HEAD
"""Reads that join several tables."""
=======
"""Reads of text-to-SQL that join several tables or rank rows."""
>>>>>>> knowledge
