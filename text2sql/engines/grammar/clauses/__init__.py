"""Clauses of a question: each module takes one kind off a reading and adds it to what was understood."""
